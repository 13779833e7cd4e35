"""What is wrong with the database of a running daemon is told without anybody asking."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.domain.clock import VirtualClock
from monitor.runtime import gc_tuning
from monitor.runtime.live import RuntimeState
from monitor.runtime.store_opener import StoreOpener
from monitor.runtime.trusted_clock import TrustedClock
from monitor.store import mailed_head, ticket_history
from monitor.store.database import Store
from monitor.store.models import Ticket
from monitor.store.opening import DATABASE, open_store
from monitor.store.work import Work
from tests.desk import shipped_office
from tests.runtime.built import state_of

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
GUARD = "ticket_events_no_delete"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """With a history of two events, of which the last was mailed."""
    store = open_store(tmp_path, daemon=True)
    times = {"opened_utc": NOW, "event_utc": NOW, "deadline_utc": NOW}
    with store.write() as session:
        ticket = Ticket(number="BHR-2026-000001", year=2026, seq=1, service="citizen:6", state="open", **times)
        session.add(ticket)
        for text in ("dark", "darker"):
            ticket_history.record(Work(session, shipped_office(), NOW, "desk"), ticket, "registered", text)
            session.flush()
        mailed_head.note(session, tmp_path, ticket_history.head(session), NOW)
    return store


def told(store: Store) -> tuple[str, list[str]]:
    """What the examination says, and what page and metrics show after it."""
    opener, live = opener_of(store)
    said = opener.examine()
    asyncio.run(opener.close())
    return said, list(live.store_faults)


def opener_of(store: Store) -> tuple[StoreOpener, RuntimeState]:
    clock = TrustedClock(VirtualClock(), "this boot", lambda: False)
    live = state_of(clock)
    return StoreOpener(clock, store, live, lambda _: None, lambda: None), live


def cut_the_history(store: Store) -> None:
    """Without a trace in what is left: the guard stands as before."""
    with closing(sqlite3.connect(store.state / DATABASE)) as raw, raw:
        (words,) = raw.execute("SELECT sql FROM sqlite_master WHERE name = ?", (GUARD,)).fetchone()
        raw.execute(f"DROP TRIGGER {GUARD}")
        raw.execute("DELETE FROM ticket_events WHERE id = 2")
        raw.execute(words)


def test_a_sound_database_is_called_so(store: Store) -> None:
    assert told(store) == ("sound, 2 events of history", [])


def test_a_history_that_ends_before_the_head_that_was_mailed_is_told_beside_the_running_daemon(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    cut_the_history(store)
    said, shown = told(store)
    assert "cut off" in said
    assert shown == [said]
    assert "audit verify" in caplog.text


def test_a_guard_of_the_history_that_was_taken_away_is_told(store: Store) -> None:
    with closing(sqlite3.connect(store.state / DATABASE)) as raw, raw:
        raw.execute(f"DROP TRIGGER {GUARD}")
    assert told(store)[1] == [f"the schema has lost trigger {GUARD} ON ticket_events"]


async def test_the_database_is_examined_when_every_device_has_had_a_round_and_not_before(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_the_history(store)
    opener, live = opener_of(store)
    given_back: list[bool] = []
    monkeypatch.setattr(gc_tuning, "trim_heap", lambda: given_back.append(bool(live.store_faults)))
    running = asyncio.create_task(opener.run())
    for _ in range(10):
        await asyncio.sleep(0)
    assert (running.done(), opener._thread.jobs, live.store_faults) == (False, 0, [])
    live.judged.set()
    await asyncio.wait_for(running, 30)  # it ends: nothing is left to do
    assert "cut off" in live.store_faults[0]
    assert given_back == [True]  # the memory that this took
    await opener.close()
