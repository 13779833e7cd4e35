"""Nightly copies and forgetting."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from monitor.settings.storage_section import Place
from monitor.store.models import AffectedSite, Outage
from monitor.store.opening import DATABASE, open_store
from monitor.store.retention import back_up, forget_old

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def outage(site: str, started_days_ago: int, ended_days_ago: int | None) -> Outage:
    start = NOW - timedelta(days=started_days_ago)
    ended = None if ended_days_ago is None else NOW - timedelta(days=ended_days_ago)
    return Outage(
        site=site, service="citizen:8", started_utc=start, confirmed_utc=start, deadline_utc=start, ended_utc=ended
    )


def test_a_copy_of_last_night_opens_as_a_database_with_everything_in_it(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.write() as session:
        session.add(outage("a", 1, None))
    copy = back_up(store.place, tmp_path / "backups", NOW, keep=7)
    store.close()
    assert copy is not None
    restored = tmp_path / "restored"
    restored.mkdir()
    copy.rename(restored / DATABASE)
    again = open_store(restored)
    with again.read() as session:
        assert session.scalars(select(Outage.site)).all() == ["a"]
    again.close()


def test_only_the_newest_copies_are_kept_and_a_second_one_of_the_same_night_replaces_the_first(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for night in (0, 1, 1, 2, 3):
        back_up(store.place, tmp_path / "backups", NOW + timedelta(days=night), keep=2)
    store.close()
    assert sorted(path.name for path in (tmp_path / "backups").iterdir()) == [
        "monitor-20261126.db",
        "monitor-20261127.db",
    ]


def test_zero_copies_means_none(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / DATABASE).close()
    assert back_up(Place(tmp_path), tmp_path / "backups", NOW, keep=0) is None
    assert not (tmp_path / "backups").exists()


def test_what_is_still_open_is_never_forgotten_however_old(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.write() as session:
        old = outage("long-over", 900, 800)
        old.affected.append(AffectedSite(site="b", since_utc=NOW))
        session.add_all([old, outage("lasts", 900, None), outage("just-over", 900, 3)])
    with store.write() as session:
        assert forget_old(session, NOW, timedelta(days=365)) == 1
    with store.read() as session:
        assert session.scalars(select(Outage.site).order_by(Outage.site)).all() == ["just-over", "lasts"]
        assert session.scalars(select(AffectedSite)).all() == []
    store.close()
