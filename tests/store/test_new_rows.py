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
from monitor.store.models import Outage, Ticket
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


def test_rows_of_a_portion_have_the_ids_and_values_that_the_database_gives_one_alone(
    desk: Desk, tmp_path: Path
) -> None:
    store, now = new_store(tmp_path / "rows"), desk.clock.utc()

    def rows(count: int) -> list[Outage]:
        times = dict.fromkeys(("started_utc", "confirmed_utc", "deadline_utc"), now)
        return [Outage(site=f"site-{number}", service="citizen:8", **times) for number in range(count)]

    with store.write() as session:
        session.add_all(rows(1))
    with store.write() as session:
        begins = session.scalar(select(func.max(Outage.id))) or 0
        new = rows(15)[1:]
        session.add_all(new)
        store_portion(session)
        assert [row.id for row in new] == [begins + number for number in range(1, 15)]
        session.add(
            alone := Outage(site="last", service="citizen:8", started_utc=now, confirmed_utc=now, deadline_utc=now)
        )
        session.flush()
        assert alone.id == new[-1].id + 1, "the database goes on behind them"
    with store.read() as session:
        table = Outage.__table__
        told = session.execute(select(*(column for column in table.c if column.name not in {"id", "site"}))).all()
        assert len(set(map(repr, told))) == 1
        assert session.scalars(select(Outage.site).order_by(Outage.id)).all()[1:-1] == [row.site for row in new]
    store.close()


def test_what_was_numbered_and_rolled_back_leaves_room_for_what_follows(desk: Desk) -> None:
    now = desk.clock.utc()

    tickets = [
        Ticket(number=f"X-2026-{seq:06}", year=2026, seq=seq, service="citizen:8", state="open", opened_utc=now)
        for seq in range(1, 12)
    ]
    for ticket in tickets:
        ticket.event_utc = ticket.deadline_utc = now
    with desk.store.write() as session:
        part = session.begin_nested()
        session.add_all(tickets[:-1])
        store_portion(session)
        part.rollback()
        session.add(tickets[-1])
    with desk.store.read() as session:
        assert session.scalars(select(Ticket.number)).all() == [f"X-2026-{11:06}"]
