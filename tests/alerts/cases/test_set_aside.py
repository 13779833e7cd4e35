"""What a decision holds can stop that decision at most: all others are stored, and it is not tried for ever."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.alerts.cases import set_aside, tickets
from monitor.domain.clock import VirtualClock
from monitor.domain.event_kinds import EventKind
from monitor.domain.evidence import Evidence, Hour, Port, SnmpSaid, Way
from monitor.domain.reasons import ReasonCode, reason, text
from monitor.judging.decisions import Decision, DeviceEvent, OutageOpened, WorkstationSeen
from monitor.runtime import decision_queue
from monitor.runtime.trusted_clock import TrustedClock
from monitor.runtime.writer import DecisionWriter
from monitor.store import queries
from monitor.store.database import Store
from monitor.store.documents import outage_document
from monitor.store.errors import DatabaseError
from monitor.store.models import Event, Outage, SetAside, Ticket
from monitor.store.work import Work
from tests.desk import shipped_office
from tests.runtime.built import writer_of
from tests.store.migrated import new_store
from tests.told import said, words

AWFUL = "\x00\ud800\u202e\x1b[2J" + "ড়" * 5_000
CLOCK = VirtualClock()
AWFUL_EVIDENCE = Evidence(
    hour=Hour(chart=AWFUL, loss=float("nan"), rtt_ms_mean=float("-inf"), rtt_ms_max=float("inf")),
    snmp=(SnmpSaid(device=AWFUL, battery_minutes=2**70, ports=(Port(name=AWFUL, status=AWFUL),)),),
)
DOWN = OutageOpened("udc-juniadaha", CLOCK.utc(), CLOCK.utc(), None, said("timeout"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
async def writer(store: Store) -> AsyncIterator[DecisionWriter]:
    writer = writer_of(TrustedClock(VirtualClock(), "this boot"), store)
    yield writer
    await writer.close()
    store.close()


@pytest.mark.parametrize(
    "awful",
    [
        replace(DOWN, reason=text(AWFUL), cause=AWFUL, why=reason(ReasonCode.FAR_END_SILENT, seen=text(AWFUL))),  # type: ignore[arg-type]
        replace(DOWN, evidence=AWFUL_EVIDENCE),
        replace(DOWN, evidence=Evidence(ways=(Way(device="a\x00b", hops=((1, "\udcff"),), reached=False),))),
    ],
)
async def test_text_and_numbers_that_no_database_or_page_takes_are_stored_as_far_as_they_can_be_read(
    writer: DecisionWriter, store: Store, awful: OutageOpened
) -> None:
    writer.put([awful])
    await writer.turn()
    with store.read() as session:
        (outage,) = session.scalars(select(Outage))
        assert session.scalars(select(SetAside)).all() == []
        evidence = json.dumps(outage.evidence, ensure_ascii=False, allow_nan=False)  # raises for what is no JSON
        assert "\\u0000" not in evidence
        shown = "".join((words(outage.reason), outage.cause, words(outage.cause_why), evidence))
        assert all(letter.isprintable() or letter in "\n\u200c\u200d" for letter in shown)
        assert len(words(outage.reason)) <= 300
        (told,) = queries.outages(session)
        str(outage_document(told)).encode()
        evidence.encode()


@pytest.mark.parametrize(
    "awful",
    [
        replace(DOWN, site="udc-chandgram", evidence=object()),  # type: ignore[arg-type]
        replace(DOWN, site="udc-chandgram", confirmed_utc=CLOCK.utc().replace(tzinfo=None)),
        DeviceEvent("udc-chandgram", "", EventKind.TRAP, None, CLOCK.utc().replace(tzinfo=None)),
        DeviceEvent("udc-chandgram", 2**70, EventKind.TRAP, text(AWFUL), CLOCK.utc()),  # type: ignore[arg-type]
        DeviceEvent(AWFUL, AWFUL, EventKind.TRAP, text(AWFUL), None),  # type: ignore[arg-type]
    ],
)
async def test_a_decision_that_cannot_be_stored_is_set_aside_and_told_and_stops_nobody_else_s(
    writer: DecisionWriter, store: Store, awful: Decision
) -> None:
    others = [replace(DOWN, site=site) for site in ("backbone-north", "udc-bahadurpur")]
    writer.put([others[0], awful, others[1]])
    await writer.turn()
    assert writer.waiting == 0
    with store.read() as session:
        assert session.scalars(select(Outage.site).order_by(Outage.id)).all() == ["backbone-north", "udc-bahadurpur"]
        (aside,) = session.scalars(select(SetAside))
        assert type(awful).__name__ in aside.what
        assert aside.why
        assert session.scalars(select(Event.kind)).all() == ["set_aside"]
    # It is not tried again.
    await writer.turn()
    with store.read() as session:
        assert len(session.scalars(select(SetAside)).all()) == 1


async def test_a_step_of_what_is_due_that_fails_stops_neither_decisions_nor_other_steps(
    writer: DecisionWriter, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> list[object]:
        raise KeyError("a service that is gone")

    monkeypatch.setattr(tickets, "warn_of_deadlines", fails)
    writer.put([replace(DOWN, site="backbone-north")])
    for _ in range(2):
        await writer.turn()
    with store.read() as session:
        assert session.scalars(select(Ticket.site)).all() == ["backbone-north"]


async def test_a_database_that_refuses_for_weeks_costs_old_news_and_no_outage(
    writer: DecisionWriter, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decision_queue, "MOST_WAITING", 100)
    store.waiting, store.readable = "database or disk is full", False
    writer.put([DOWN])
    for minute in range(500):
        writer.put([WorkstationSeen("lab-juniadaha-girls", CLOCK.utc() + timedelta(minutes=minute))])
    assert writer.waiting <= 100
    store.waiting = ""
    await writer.turn()
    assert writer.waiting == 0
    with store.read() as session:
        assert session.scalars(select(Outage.site)).all() == ["udc-juniadaha"]


def test_what_was_to_be_stored_before_a_step_is_not_taken_for_its_fault(store: Store) -> None:
    def add_twice() -> None:
        with store.write() as session:
            work = Work(session, shipped_office(), CLOCK.utc())
            session.add(SetAside(id=7, at_utc=CLOCK.utc(), what="", why=""))
            session.flush()
            session.expunge_all()
            session.add(SetAside(id=7, at_utc=CLOCK.utc(), what="", why=""))
            set_aside.run_each_alone(work, [list])
            pytest.fail("the transaction is over: nothing more can be stored in it")

    with pytest.raises(DatabaseError):
        add_twice()
