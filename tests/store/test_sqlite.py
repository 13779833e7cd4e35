"""The database: safe journal, all-or-nothing writes, times that come back as they were."""

import shutil
import sqlite3
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from monitor.store import copies
from monitor.store import sqlite as session_module
from monitor.store.models import Event, SiteState, TicketEvent
from monitor.store.opening import DATABASE, open_store
from monitor.store.sqlite import SqliteStore, wal_is_safe

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_the_write_ahead_log_is_used_only_where_sqlite_does_not_lose_writes(
    version: tuple[int, ...], safe: bool
) -> None:
    assert wal_is_safe(version) is safe


def test_the_journal_and_sync_modes_that_were_asked_for_are_in_force(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    assert isinstance(store, SqliteStore)
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == store.journal_mode
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
    store.close()


def test_an_error_quotes_no_value_for_it_may_be_logged_with_its_traceback(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with pytest.raises(IntegrityError) as raised, store.write() as session:
        session.add(Event(at_utc=NOW, site="a citizen's words", kind=None))
    store.close()
    assert "a citizen's words" not in "".join(traceback.format_exception(raised.value))


def test_a_row_that_refers_to_none_is_refused(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with pytest.raises(IntegrityError), store.write() as session:
        session.add(TicketEvent(ticket_id=12_345, at_utc=NOW, actor="", kind="opened", text="", hash=""))
    store.close()


def _removed(database: Path) -> None:
    database.unlink()


def _exchanged(database: Path) -> None:
    other = database.with_name("other.db")
    shutil.copyfile(database, other)
    other.replace(database)


def _overwritten(database: Path) -> None:
    copy = database.with_name("copy.db")
    copies.create(database, copy)
    database.write_bytes(copy.read_bytes())  # the same file, another database


@pytest.mark.parametrize(
    ("befalls", "said"),
    [(_removed, "taken away"), (_exchanged, "exchanged for another"), (_overwritten, "overwritten")],
)
def test_nothing_is_written_into_another_database_than_was_opened(
    befalls: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    store = open_store(tmp_path, daemon=True)
    with store.write() as session:
        session.add(Event(at_utc=NOW, site="bheramara", kind="gap"))
    befalls(tmp_path / DATABASE)
    with pytest.raises(OperationalError, match=said), store.write() as session:
        session.add(Event(at_utc=NOW, site="bheramara", kind="gap"))
    store.close()


def test_a_database_that_was_removed_does_not_come_back_empty(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.engine.dispose()  # the next look needs a new connection
    (tmp_path / DATABASE).unlink()
    with pytest.raises(OperationalError), store.read() as session:
        session.execute(select(Event)).all()
    assert not (tmp_path / DATABASE).exists()
    store.close()


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    store = open_store(tmp_path)

    def half_a_write() -> None:
        with store.write() as session:
            session.add(SiteState(site="a", state="up", since_utc=NOW))
            session.flush()
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        half_a_write()
    with store.read() as session:
        assert session.scalars(select(SiteState)).all() == []
    store.close()


def test_reading_goes_on_beside_a_writer_and_a_second_writer_waits_its_turn(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    second_done = threading.Event()

    def second() -> None:
        with store.write() as session:
            session.add(SiteState(site="b", state="up", since_utc=NOW))
        second_done.set()

    with store.write() as session:
        session.add(SiteState(site="a", state="up", since_utc=NOW))
        thread = threading.Thread(target=second)
        thread.start()
        with store.read() as reader:
            assert reader.scalars(select(SiteState)).all() == []
        assert not second_done.is_set()
    thread.join(10)
    with store.read() as reader:
        assert len(reader.scalars(select(SiteState)).all()) == 2
    store.close()


def test_a_database_locked_for_longer_than_we_wait_is_an_error_and_no_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "BUSY_TIMEOUT_S", 0.05)
    store = open_store(tmp_path)
    other = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"), store.write():
        pass
    other.execute("ROLLBACK")
    other.close()
    with store.write() as session:
        session.add(SiteState(site="a", state="up", since_utc=NOW))
    store.close()


def test_times_come_back_aware_and_naive_ones_are_refused(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.write() as session:
        session.add(SiteState(site="a", state="up", since_utc=NOW))
    with store.read() as session:
        assert session.scalars(select(SiteState)).one().since_utc == NOW
    with pytest.raises(Exception, match="no time zone"), store.write() as session:
        session.add(SiteState(site="b", state="up", since_utc=NOW.replace(tzinfo=None)))
    store.close()
