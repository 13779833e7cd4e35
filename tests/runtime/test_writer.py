"""The one writer: what waits is stored in order and with its own time, whatever the database does meanwhile."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import inspect, select

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.domain.clock import NS_PER_S, Clock, VirtualClock
from monitor.judging.clock_trust import ClockTrust
from monitor.judging.decisions import FlappingChanged, OutageClosed, OutageOpened
from monitor.runtime.trusted_clock import TrustedClock
from monitor.runtime.writer import DecisionWriter
from monitor.store import board_state
from monitor.store import sqlite as session_module
from monitor.store.database import Store
from monitor.store.models import Base, Event, Gap, Outage, Ticket, TicketEvent
from monitor.store.opening import DATABASE
from monitor.store.work import Work
from tests.lab.waiting import until
from tests.runtime.built import state_of, writer_of
from tests.store.migrated import new_store
from tests.told import said


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(session_module, "BUSY_TIMEOUT_S", 0.05)
    return new_store(tmp_path)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def writer(store: Store, clock: VirtualClock) -> AsyncIterator[DecisionWriter]:
    writer = writer_of(believed(clock, "this boot"), store)
    yield writer
    await writer.close()
    store.close()


def believed(clock: VirtualClock, boot: str, remembered: ClockTrust | None = None) -> TrustedClock:
    """The clock that the daemon goes by; NTP keeps nothing here."""
    made = TrustedClock(clock, boot, lambda: False)
    made.begin(remembered, None)
    return made


def last_trust(store: Store) -> ClockTrust:
    with store.read() as session:
        found = board_state.last_trust(session)
    assert found is not None
    return found


def outages(store: Store) -> list[str]:
    with store.read_briefly() as session:  # which waits for the writer's locks; what writes here hardly waits
        return list(session.scalars(select(Outage.site).order_by(Outage.id)))


def opened(site: str, clock: Clock) -> OutageOpened:
    return OutageOpened(site, clock.utc() - timedelta(seconds=15), clock.utc(), None, said("timeout"))


def closed(site: str, clock: Clock) -> OutageClosed:
    return OutageClosed(site, clock.utc())


def minute(count: int) -> timedelta:
    return timedelta(minutes=count)


Row = TypeVar("Row", bound=Base)


def rows(store: Store, table: type[Row]) -> list[Row]:
    with store.read() as session:
        return list(session.scalars(select(table).order_by(inspect(table).primary_key[0])))


def tickets(store: Store) -> list[Ticket]:
    return rows(store, Ticket)


def kinds(store: Store) -> list[str]:
    return [event.kind for event in rows(store, TicketEvent)]


async def test_decisions_are_stored_in_order_with_their_tickets(
    writer: DecisionWriter, store: Store, clock: VirtualClock
) -> None:
    writer.put([opened("backbone-north", clock), opened("udc-juniadaha", clock)])
    await writer.turn()
    assert outages(store) == ["backbone-north", "udc-juniadaha"]
    with store.read() as session:
        assert session.scalars(select(Ticket.site)).all() == [
            "backbone-north"
        ]  # due at confirmation; the centre not yet


async def test_a_locked_database_delays_a_decision_and_never_loses_or_redates_it(
    writer: DecisionWriter, store: Store, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.runtime.writer.RETRY_S", 0.01)
    await writer.turn()
    blocker = sqlite3.connect(store.state / DATABASE, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    confirmed = clock.utc()
    writer.put([opened("udc-juniadaha", clock)])
    running = asyncio.create_task(writer.run())
    await asyncio.to_thread(until, lambda: writer.failing, "the refusal", 10)
    clock.advance(120)
    writer.put([opened("udc-chandgram", clock)])
    blocker.execute("ROLLBACK")
    await asyncio.to_thread(until, lambda: len(outages(store)) == 2, "both outages", 10)
    running.cancel()
    blocker.close()
    with store.read() as session:
        first = session.scalars(select(Outage).order_by(Outage.id)).first()
        assert first is not None
        assert (first.site, first.confirmed_utc) == ("udc-juniadaha", confirmed)


async def test_while_the_clock_is_suspect_nothing_is_due_and_afterwards_once(
    writer: DecisionWriter, store: Store, clock: VirtualClock
) -> None:
    writer.put([opened("udc-juniadaha", clock)])
    await writer.turn()
    clock.step(
        timedelta(days=40).total_seconds()
    )  # a flat battery, or a slip of the hand: the deadline seems long past
    clock.advance(10)
    await writer.turn()
    assert writer.clock_suspect
    with store.read() as session:
        assert session.scalars(select(Ticket)).all() == []
    clock.step(-timedelta(days=40).total_seconds())
    clock.advance(timedelta(days=3).total_seconds())
    await writer.turn()
    assert not writer.clock_suspect
    with store.read() as session:
        (ticket,) = session.scalars(select(Ticket)).all()
        assert ticket.stage == 1


async def test_an_outage_of_a_boot_in_1970_is_dated_anew_when_the_clock_is_set(
    writer: DecisionWriter, store: Store, clock: VirtualClock
) -> None:
    # The power was away for two hours, and the battery of the machine's clock is dead.
    await writer.turn()
    died = clock.utc()
    machine = VirtualClock(datetime(1970, 1, 1, 0, 0, 20, tzinfo=UTC), boot=20 * NS_PER_S)
    booted = believed(machine, "next boot", last_trust(store))
    after = writer_of(booted, store)
    machine.advance(15)
    after.put([opened("backbone-north", booted), opened("udc-juniadaha", booted)])
    await after.turn()
    assert after.clock_suspect
    assert tickets(store) == []
    machine.advance(60)
    machine.now_utc = datetime(2020, 1, 1, tzinfo=UTC)
    await after.turn()
    machine.now_utc = died + timedelta(hours=2, seconds=95)
    after.put([opened("udc-chandgram", booted)])  # by the time that is believed no more when it is stored
    await after.turn()

    # Two began at the first look after the boot; the third a minute later, when the clock was about to be set.
    assert not after.clock_suspect
    began = [died + timedelta(hours=2, seconds=seconds) for seconds in (20, 20, 80)]
    assert [row.started_utc for row in rows(store, Outage)] == began
    assert [(row.site, row.stage) for row in rows(store, Ticket)] == [("backbone-north", 1)]
    (gap,) = rows(store, Gap)
    assert (gap.started_utc, gap.ended_utc) == (died, died + timedelta(hours=2, seconds=20))
    await after.close()


@pytest.mark.parametrize("years", [50, -20])
async def test_a_spike_of_the_clock_between_two_looks_dates_nothing(
    writer: DecisionWriter, store: Store, clock: VirtualClock, years: int
) -> None:
    await writer.turn()
    wrong_s = timedelta(days=365 * years).total_seconds()
    clock.step(wrong_s)  # and back before anybody looks
    began = clock.utc() - timedelta(seconds=wrong_s)
    writer.put([opened("udc-juniadaha", writer._clock)])
    clock.advance(5)
    writer.put([OutageClosed("udc-juniadaha", writer._clock.utc())])
    clock.step(-wrong_s)
    await writer.turn()
    (outage,) = rows(store, Outage)
    assert (outage.confirmed_utc, outage.ended_utc) == (began, began + timedelta(seconds=5))
    assert not writer.clock_suspect


@pytest.mark.parametrize("days", [40, -10, 3])
async def test_what_happens_while_the_clock_is_suspect_is_dated_when_another_time_is_believed(
    writer: DecisionWriter, store: Store, clock: VirtualClock, days: int
) -> None:
    clock.boot += 3_600 * NS_PER_S
    await writer.turn()
    jumped, at = timedelta(days=days), clock.utc()
    clock.step(jumped.total_seconds())
    await writer.turn()
    for minutes, decide in ((10, opened), (20, closed), (30, opened)):
        clock.advance(60 * minutes - (clock.utc() - at - jumped).total_seconds())
        writer.put([decide("udc-juniadaha", writer._clock)])
        await writer.turn()
    assert writer.clock_suspect
    clock.advance(3_600)  # nobody sets it back: so it may be right
    await writer.turn()

    assert not writer.clock_suspect
    first, second = rows(store, Outage)
    assert (first.confirmed_utc, first.ended_utc) == (at + jumped + minute(10), at + jumped + minute(20))
    assert second.confirmed_utc == at + jumped + minute(30)
    assert second.deadline_utc > second.started_utc
    assert [event.kind for event in rows(store, Event)] == ["clock_suspect", "clock_believed"]


async def test_a_restart_in_the_same_boot_goes_on_doubting_and_dates_what_came_before_it_too(
    writer: DecisionWriter, store: Store, clock: VirtualClock
) -> None:
    clock.boot += 3_600 * NS_PER_S
    await writer.turn()
    at, jumped = clock.utc(), timedelta(days=40)
    clock.step(jumped.total_seconds())
    clock.advance(60)
    await writer.turn()
    writer.put([opened("udc-juniadaha", writer._clock)])
    clock.advance(60)
    await writer.turn()
    again = writer_of(believed(clock, "this boot", last_trust(store)), store)
    await again.turn()
    assert again.clock_suspect
    clock.advance(3_600)
    await again.turn()
    assert not again.clock_suspect
    (outage,) = rows(store, Outage)
    assert outage.confirmed_utc == at + jumped + minute(1)
    await again.close()


async def test_an_operator_may_say_that_the_clock_is_right(
    writer: DecisionWriter, store: Store, clock: VirtualClock
) -> None:
    await writer.turn()
    clock.step(timedelta(days=40).total_seconds())
    await writer.turn()
    assert writer.clock_suspect
    with store.write() as session:
        board_state.store_confirmation(session, writer._clock.look(), "an officer")
    await writer.turn()
    assert not writer.clock_suspect
    clock.step(timedelta(days=400).total_seconds())  # of that he said nothing
    await writer.turn()
    assert writer.clock_suspect


async def test_what_a_suspect_clock_saw_of_a_ticket_is_told_in_its_history_when_the_clock_is_believed(
    writer: DecisionWriter, store: Store, clock: VirtualClock
) -> None:
    writer.put([opened("backbone-north", writer._clock)])
    await writer.turn()
    clock.step(timedelta(days=40).total_seconds())
    writer.put([closed("backbone-north", writer._clock)])
    await writer.turn()
    assert "answers_again" not in kinds(store)
    clock.step(-timedelta(days=40).total_seconds())
    await writer.turn()
    clock.advance(1)
    await writer.turn()
    assert kinds(store).count("answers_again") == 1


async def test_a_restart_after_a_long_silence_notes_the_gap_and_remembers_what_was_open(
    writer: DecisionWriter, store: Store, clock: VirtualClock
) -> None:
    writer.put([opened("udc-juniadaha", clock)])
    await writer.turn()
    died = clock.utc()
    clock.advance(3_600)
    with store.write() as session:
        assert board_state.note_gap(session, died, clock.utc(), timedelta(seconds=120))
        known = board_state.load_state(session)
    assert list(known.open_outages) == ["udc-juniadaha"]
    with store.read() as session:
        (row,) = session.scalars(select(Gap)).all()
        assert (row.started_utc, row.ended_utc) == (died, clock.utc())


async def test_a_quick_restart_is_no_gap(writer: DecisionWriter, store: Store, clock: VirtualClock) -> None:
    with store.write() as session:
        assert not board_state.note_gap(
            session, clock.utc() - timedelta(seconds=100), clock.utc(), timedelta(seconds=120)
        )


async def test_an_order_about_the_calendar_is_in_force_at_the_next_look_and_moves_what_runs(
    store: Store, clock: VirtualClock
) -> None:
    trusted = believed(clock, "this boot")
    live = state_of(trusted)
    writer = writer_of(trusted, store, live)
    day = clock.utc().date() + timedelta(days=1)
    with store.write() as session:
        work = Work(session, live.office, clock.utc(), "programmer", via="cli")
        asked = Request("citizen:8", "phone", "Rahim", "no line", clock.utc())
        due_utc = actions.register(work, asked).deadline_utc
        order = {"what": "closed", "date": day, "en": "The moon", "order": "42", "dated": clock.utc().date()}
        (moved,) = actions.order_calendar(work, order).moved
    assert moved.before_utc == due_utc
    for _ in range(2):  # the order is read in the first turn, and deadlines are counted by it in the next
        await writer.turn()
    assert not live.office.calendar.day(day).working
    with store.read() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert ticket.deadline_utc == moved.after_utc
        assert [event.kind for event in ticket.events] == ["registered", "recounted"]
    await writer.close()
    store.close()


def test_a_database_that_refuses_for_weeks_costs_lesser_decisions_before_outages(
    writer: DecisionWriter, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.runtime.decision_queue.MOST_WAITING", 100)
    outages_of = [opened(f"lab-{number:02}", clock) for number in range(40)]
    writer.put(outages_of)
    for number in range(500):
        writer.put([FlappingChanged("udc-01", number % 2 == 0, 0.5, clock.utc())])
        assert writer.waiting <= 100
    kept = [each.decision for each in writer._waiting if isinstance(each.decision, OutageOpened)]
    assert kept == outages_of
