"""Answers to Idempotency-Keys are kept for a day, and no longer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.store import idempotent_rows
from monitor.store.models import IdempotentAnswer
from monitor.store.retention import forget_old
from tests.store.migrated import new_store

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def answer(hours_ago: float, key: bytes) -> IdempotentAnswer:
    at_utc = NOW - timedelta(hours=hours_ago)
    return IdempotentAnswer(key_hash=key, body_hash=b"b", at_utc=at_utc, status=201, headers={"etag": '"1"'}, body="{}")


def test_the_night_forgets_what_is_older_than_a_day(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    with store.write() as session:
        session.add_all([answer(25, b"old"), answer(23, b"new")])
    with store.write() as session:
        forget_old(session, NOW, timedelta(days=30))
    with store.read() as session:
        assert idempotent_rows.answer_of(session, b"old", NOW - timedelta(hours=2)) is None
        found = idempotent_rows.answer_of(session, b"new", NOW)
        assert found is not None
        assert (found.status, found.headers, found.body) == (201, {"etag": '"1"'}, "{}")
    store.close()


def test_an_answer_takes_the_place_of_one_that_is_older_than_a_day(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    for hours_ago in (30, 1):
        with store.write() as session:
            idempotent_rows.keep(session, answer(hours_ago, b"key"))
    with store.read() as session:
        found = idempotent_rows.answer_of(session, b"key", NOW)
        assert found is not None
        assert found.at_utc == NOW - timedelta(hours=1)
    store.close()
