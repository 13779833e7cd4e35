"""When nothing was monitored: as stored, and since the last word of a daemon that runs no more."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.domain.reasons import ReasonCode, reason
from monitor.store.database import Store
from monitor.store.gap_rows import UNHEARD_AFTER, GapRow, blind_for, gaps
from monitor.store.models import Gap, Heartbeat
from tests.store.migrated import new_store

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
MOMENT = timedelta.resolution


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = new_store(tmp_path)
    with found.write() as session:
        session.add(Heartbeat(at_utc=NOW, boot_id="x", boot_ns=1))
    yield found
    found.close()


def heard(store: Store, at_utc: datetime) -> None:
    with store.write() as session:
        session.get_one(Heartbeat, "").at_utc = at_utc


def found(store: Store, begins: datetime, ends: datetime) -> list[GapRow]:
    with store.read() as session:
        return gaps(session, (begins, ends), NOW)


def test_a_daemon_is_gone_since_its_last_word_once_that_is_older_than_a_living_ones_may_be(store: Store) -> None:
    heard(store, NOW - UNHEARD_AFTER)
    assert found(store, ago(1), NOW) == []
    gone = NOW - UNHEARD_AFTER - MOMENT
    heard(store, gone)
    assert found(store, ago(1), NOW) == [GapRow(gone, None, "", reason(ReasonCode.DAEMON_NOT_RUNNING))]


def test_what_a_daemon_said_after_a_time_does_not_make_that_time_unmonitored(store: Store) -> None:
    heard(store, ago(3))
    assert found(store, ago(5), ago(3)) == [], "it still lived at its end"
    # A window that ended within two minutes of the last word is judged by now, not by its own end.
    assert [row.started_utc for row in found(store, ago(5), ago(3) + timedelta(minutes=1))] == [ago(3)]


def test_of_a_window_that_reaches_ahead_nothing_is_unmonitored_while_the_daemon_lives(store: Store) -> None:
    heard(store, NOW - timedelta(seconds=20))
    assert found(store, ago(1), NOW + timedelta(days=9)) == []


def test_gaps_reach_into_a_window_by_more_than_its_edges(store: Store) -> None:
    with store.write() as session:
        session.add_all(
            [
                Gap(started_utc=ago(9), ended_utc=ago(8)),
                Gap(started_utc=ago(8), ended_utc=ago(7), uplink="north"),
                Gap(started_utc=ago(4), ended_utc=None),
                Gap(started_utc=ago(2), ended_utc=ago(1)),
            ]
        )
    assert [row.started_utc for row in found(store, ago(8), ago(2))] == [ago(8), ago(4)]


def test_overlapping_gaps_are_blind_once_and_those_behind_an_uplink_are_not_of_everything(store: Store) -> None:
    with store.write() as session:
        session.add_all(
            [
                Gap(started_utc=ago(9), ended_utc=ago(6)),
                Gap(started_utc=ago(7), ended_utc=ago(5)),
                Gap(started_utc=ago(4), ended_utc=ago(3), uplink="north"),
            ]
        )
    heard(store, ago(1))
    with store.read() as session:
        assert blind_for(session, (ago(8), NOW), NOW) == timedelta(hours=3 + 1)
