"""The one writer: what waits is stored in order and with its own time, whatever the database does meanwhile."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.alerts.office import Office
from monitor.clock import NS_PER_S, VirtualClock
from monitor.daemon import memory
from monitor.daemon.recorder import Recorder
from monitor.judging.decisions import OutageOpened
from monitor.settings.load import load
from monitor.store import session as session_module
from monitor.store.models import Gap, Outage, Ticket
from monitor.store.session import Store, open_store
from tests.lab.waiting import until

SHIPPED = Path(__file__).parents[2] / "config"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(session_module, "BUSY_TIMEOUT_S", 0.05)
    return open_store(tmp_path)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def recorder(store: Store, clock: VirtualClock) -> AsyncIterator[Recorder]:
    recorder = Recorder(clock, store, Office.of(load(SHIPPED)), "this boot", lambda: None)
    yield recorder
    await recorder.close()
    store.close()


def down(site: str, clock: VirtualClock) -> OutageOpened:
    return OutageOpened(site, clock.utc() - timedelta(seconds=15), clock.utc(), None, "timeout")


def outages(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(Outage.site).order_by(Outage.id)))


async def test_decisions_are_stored_in_order_with_their_tickets(
    recorder: Recorder, store: Store, clock: VirtualClock
) -> None:
    recorder.put([down("backbone-north", clock), down("udc-juniadaha", clock)])
    await recorder.turn()
    assert outages(store) == ["backbone-north", "udc-juniadaha"]
    with store.read() as session:
        assert session.scalars(select(Ticket.site)).all() == [
            "backbone-north"
        ]  # due at confirmation; the centre not yet


async def test_a_locked_database_delays_a_decision_and_never_loses_or_redates_it(
    recorder: Recorder, store: Store, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.daemon.recorder.RETRY_S", 0.01)
    await recorder.turn()
    blocker = sqlite3.connect(store.path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    confirmed = clock.utc()
    recorder.put([down("udc-juniadaha", clock)])
    running = asyncio.create_task(recorder.run())
    await asyncio.to_thread(until, lambda: recorder.failing, "the refusal", 10)
    clock.advance(120)
    recorder.put([down("udc-chandgram", clock)])
    blocker.execute("ROLLBACK")
    await asyncio.to_thread(until, lambda: len(outages(store)) == 2, "both outages", 10)
    running.cancel()
    blocker.close()
    with store.read() as session:
        first = session.scalars(select(Outage).order_by(Outage.id)).first()
        assert first is not None
        assert (first.site, first.confirmed_utc) == ("udc-juniadaha", confirmed)


async def test_while_the_clock_is_suspect_nothing_is_due_and_afterwards_once(
    recorder: Recorder, store: Store, clock: VirtualClock
) -> None:
    recorder.put([down("udc-juniadaha", clock)])
    await recorder.turn()
    clock.step(
        timedelta(days=40).total_seconds()
    )  # a flat battery, or a slip of the hand: the deadline seems long past
    clock.advance(10)
    await recorder.turn()
    assert recorder.clock_suspect
    with store.read() as session:
        assert session.scalars(select(Ticket)).all() == []
    clock.step(-timedelta(days=40).total_seconds())
    clock.advance(timedelta(days=3).total_seconds())
    await recorder.turn()
    assert not recorder.clock_suspect
    with store.read() as session:
        (ticket,) = session.scalars(select(Ticket)).all()
        assert ticket.stage == 1


async def test_an_outage_of_a_boot_in_1970_is_dated_anew_when_the_clock_is_set(
    recorder: Recorder, store: Store, clock: VirtualClock
) -> None:
    # The power was away for two hours, and the battery of the machine's clock is dead.
    await recorder.turn()
    died = clock.utc()
    booted = VirtualClock(datetime(1970, 1, 1, 0, 0, 20, tzinfo=UTC), boot=20 * NS_PER_S)
    after = Recorder(booted, store, recorder.office, "next boot", lambda: None)
    after.put([down("backbone-north", booted), down("udc-juniadaha", booted)])
    await after.turn()
    booted.advance(60)
    booted.now_utc = datetime(2020, 1, 1, tzinfo=UTC)
    await after.turn()
    booted.now_utc = died + timedelta(hours=2)
    after.put([OutageOpened("udc-chandgram", datetime(1970, 1, 1, tzinfo=UTC), booted.utc(), None, "timeout")])
    await after.turn()

    # Both began 75 s ago; that of the centre is not due yet, and the link's goes no further than its first stage.
    assert not after.clock_suspect
    with store.read() as session:
        began = [died + timedelta(hours=2, seconds=-75)] * 2 + [died + timedelta(hours=2)]
        assert [row.started_utc for row in session.scalars(select(Outage).order_by(Outage.id))] == began
        assert [(row.site, row.stage) for row in session.scalars(select(Ticket))] == [("backbone-north", 1)]
        (gap,) = session.scalars(select(Gap)).all()
        assert (gap.started_utc, gap.ended_utc) == (died, booted.utc())
    await after.close()


async def test_a_restart_after_a_long_silence_notes_the_gap_and_remembers_what_was_open(
    recorder: Recorder, store: Store, clock: VirtualClock
) -> None:
    recorder.put([down("udc-juniadaha", clock)])
    await recorder.turn()
    died = clock.utc()
    clock.advance(3_600)
    with store.write() as session:
        gap = memory.note_gap(session, clock.utc(), timedelta(seconds=120))
        known = memory.remember(session)
    assert gap == timedelta(hours=1)
    assert list(known.open_outages) == ["udc-juniadaha"]
    with store.read() as session:
        (row,) = session.scalars(select(Gap)).all()
        assert (row.started_utc, row.ended_utc) == (died, clock.utc())


async def test_a_quick_restart_is_no_gap(recorder: Recorder, store: Store, clock: VirtualClock) -> None:
    await recorder.turn()
    clock.advance(100)
    with store.write() as session:
        assert memory.note_gap(session, clock.utc(), timedelta(seconds=120)) is None
