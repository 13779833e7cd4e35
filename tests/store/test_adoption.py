"""An office that stood alone joins others with all its history, or stays as it was."""

from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from monitor.configuration import load_installation
from monitor.runtime.last_run import LastRun
from monitor.runtime.trusted_clock import TrustedClock
from monitor.store import redundancy, ticket_history
from monitor.store.adoption import adopt, unadopted
from monitor.store.database import Store
from monitor.store.errors import StoreError
from monitor.store.models import Act, Event, Outage, SiteState, Ticket, TicketEvent
from monitor.store.numbers import next_number
from tests.desk import Desk
from tests.settings.many_offices import installation

OFFICE = "bheramara"


def some_history(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.wait(days=3)
    with desk.store.write() as session:
        session.add(SiteState(site="udc-juniadaha", state="up", since_utc=desk.clock.utc()))
    assert desk.tickets() != []


def offices(store: Store) -> set[str]:
    with store.read() as session:
        return {office for table in (Outage, Ticket, TicketEvent) for office in session.scalars(select(table.office))}


def test_an_office_that_joins_others_keeps_its_history_its_numbers_and_its_chain(desk: Desk) -> None:
    some_history(desk)
    with desk.store.read() as session:
        before, head = desk.tickets(), ticket_history.head(session)
    with desk.store.write() as session:
        assert unadopted(session) > 0
        assert adopt(session, OFFICE) > 5
        assert unadopted(session) == 0

    assert offices(desk.store) == {OFFICE}
    own = Desk(desk.office, desk.store.of(OFFICE), desk.clock)
    assert own.tickets() == before
    with own.store.write() as session:
        assert ticket_history.verify(session, head).heads == {OFFICE: head}
        ticket = session.scalars(select(Ticket)).first()
        assert ticket is not None
        ticket_history.record(own.work(session), ticket, "comment", "the chain goes on")
        assert next_number(own.work(session), ticket.year) == ticket.seq + len(before)
    with desk.store.read() as session:
        found = ticket_history.verify(session, head)
        assert (found.fault, list(found.heads)) == ("", [OFFICE])


def test_what_protects_the_history_is_there_again(desk: Desk) -> None:
    some_history(desk)
    with desk.store.write() as session:
        adopt(session, OFFICE)
    for statement in ("UPDATE ticket_events SET text = ''", "DELETE FROM acts", "UPDATE tickets SET office = ''"):
        with desk.store.write() as session:
            session.add(Act(after_event_id=0, at_utc=desk.clock.utc(), actor="x", via="cli", kind="x", hash="0" * 64))
        with pytest.raises(IntegrityError, match="only grows"), desk.store.write() as session:
            session.execute(text(statement))
    with desk.store.read() as session:
        assert (redundancy.missing(session.connection()), redundancy.altered(session.connection())) == ([], [])


def test_nothing_is_changed_where_the_office_has_a_history_already_or_there_is_none_or_it_is_not_whole(
    desk: Desk,
) -> None:
    with pytest.raises(StoreError, match="there is nothing for bheramara"), desk.store.write() as session:
        adopt(session, OFFICE)
    some_history(desk)
    with desk.store.of("mirpur").write() as session:
        session.add(Event(at_utc=desk.clock.utc(), site="mirpur.pop", kind="restart"))
    with pytest.raises(StoreError, match="mirpur has a history of its own already"), desk.store.write() as session:
        adopt(session, "mirpur")
    with desk.store.write() as session:
        session.execute(text("UPDATE chain_heads SET hash = :hash"), {"hash": "f" * 64})
    with (
        pytest.raises(StoreError, match="the history is not whole, nothing was changed"),
        desk.store.write() as session,
    ):
        adopt(session, OFFICE)
    assert offices(desk.store) == {""}


def test_the_daemon_of_several_offices_does_not_begin_before_it_knows_whose_the_history_is(
    desk: Desk, tmp_path: Path
) -> None:
    some_history(desk)
    begins = LastRun(load_installation(installation(tmp_path)), TrustedClock(desk.clock, "0"), desk.store)
    with pytest.raises(StoreError, match="Say whose they are: upazila-monitor offices adopt ID"):
        begins.load()
    with desk.store.write() as session:
        adopt(session, OFFICE)
    assert begins.load().known is not None
