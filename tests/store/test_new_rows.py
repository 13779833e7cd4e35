"""New rows of cases, stored in portions by one statement a table."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event, func, select

from benchmarks.notices import office_of
from monitor.alerts.cases import outages
from monitor.alerts.cases.due import do_what_is_due
from monitor.domain.reasons import TIMEOUT
from monitor.judging.decisions import OutageOpened
from monitor.store.models import Ticket
from monitor.store.new_rows import store_portion
from monitor.store.work import PORTION, Work
from tests.desk import Desk
from tests.store.migrated import new_store

MANY = 2 * PORTION


def test_a_storm_inserts_its_rows_by_one_statement_for_each_table_and_portion(desk: Desk, tmp_path: Path) -> None:
    office, store, now = office_of(tmp_path, MANY), new_store(tmp_path / "storm"), desk.clock.utc()
    with store.write() as session:
        opened = [(OutageOpened(site, now, now, None, TIMEOUT), now) for site in office.fleet.sites]
        outages.apply_all(Work(session, office, now), opened)
    added: Counter[str] = Counter()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT"):
            added[statement.split()[2]] += 1

    event.listen(store.for_writing, "before_cursor_execute", note)
    with store.write() as session:
        do_what_is_due(Work(session, office, now + timedelta(seconds=5)))
    # Twice: the tickets are opened, and then their first stages begin. The first ticket goes before its first line.
    assert added["tickets"] <= MANY // PORTION + 1
    assert {added["ticket_events"], added["notices"]} == {2 * MANY // PORTION}
    store.close()


def a_ticket(desk: Desk, seq: int) -> Ticket:
    dates = dict.fromkeys(("opened_utc", "event_utc", "deadline_utc"), desk.clock.utc())
    return Ticket(number=f"X-2026-{seq:06}", year=2026, seq=seq, service="citizen:8", state="open", **dates)


def test_tickets_of_a_portion_have_the_ids_and_values_that_the_database_gives_one_alone(desk: Desk) -> None:
    with desk.store.write() as session:
        session.add(a_ticket(desk, 1))
    with desk.store.write() as session:
        begins = session.scalar(select(func.max(Ticket.id))) or 0
        new = [a_ticket(desk, seq) for seq in range(2, 16)]
        session.add_all(new)
        store_portion(session)
        assert [ticket.id for ticket in new] == [begins + number for number in range(1, 15)]
        session.add(alone := a_ticket(desk, 16))
        session.flush()
        assert alone.id == new[-1].id + 1, "the database goes on behind them"
    with desk.store.read() as session:
        own = {"id", "number", "seq"}
        told = session.execute(select(*(column for column in Ticket.__table__.c if column.name not in own))).all()
        assert len(told) == 16
        assert len(set(map(repr, told))) == 1
        numbers = session.scalars(select(Ticket.number).order_by(Ticket.id)).all()
        assert numbers == [f"X-2026-{seq:06}" for seq in range(1, 17)]


def test_a_ticket_of_a_portion_is_changed_from_then_on_as_any_other(desk: Desk) -> None:
    with desk.store.write() as session:
        session.add(ticket := a_ticket(desk, 1))
        store_portion(session)
        ticket.stage = 2
        assert session.scalars(select(Ticket).where(Ticket.stage == 2)).one() is ticket
        ticket.public_note = "seen"
        store_portion(session)
    with desk.store.read() as session:
        found = session.scalars(select(Ticket)).one()
        assert (found.stage, found.public_note, found.version, found.events) == (2, "seen", 3, [])


def test_what_was_numbered_and_rolled_back_leaves_room_for_what_follows(desk: Desk) -> None:
    tickets = [a_ticket(desk, seq) for seq in range(1, 12)]
    with desk.store.write() as session:
        part = session.begin_nested()
        session.add_all(tickets[:-1])
        store_portion(session)
        part.rollback()
        session.add(tickets[-1])
        store_portion(session)
        assert session.scalars(select(Ticket)).all() == [tickets[-1]], "not one of those with the same id"
    with desk.store.read() as session:
        assert session.scalars(select(Ticket.number)).all() == [f"X-2026-{11:06}"]
