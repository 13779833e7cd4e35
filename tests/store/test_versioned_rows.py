"""Changes of many outages and tickets, stored by one statement for those that were changed alike."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select, update

from benchmarks.notices import office_of
from monitor.alerts.cases import outages
from monitor.alerts.cases.due import do_what_is_due
from monitor.domain.reasons import TIMEOUT
from monitor.judging.decisions import OutageOpened
from monitor.store.errors import OperationalError
from monitor.store.models import Ticket
from monitor.store.ticket_history import verify
from monitor.store.versioned_rows import store_changes
from monitor.store.work import PORTION, Work
from tests.desk import Desk
from tests.store.migrated import new_store

MANY = 2 * PORTION + 10


def test_a_storm_changes_its_rows_by_a_few_statements_and_each_version_grows(desk: Desk, tmp_path: Path) -> None:
    office, store, now = office_of(tmp_path, MANY), new_store(tmp_path / "storm"), desk.clock.utc()
    with store.write() as session:
        for site in office.fleet.sites:
            outages.apply(Work(session, office, now), OutageOpened(site, now, now, None, TIMEOUT))
    changes: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("UPDATE outages", "UPDATE tickets")):
            changes.append(statement)

    event.listen(store.for_writing, "before_cursor_execute", note)
    with store.write() as session:
        do_what_is_due(Work(session, office, now + timedelta(seconds=5)))
    assert len(changes) <= 2 + MANY // PORTION + MANY % PORTION, "those after the last portion are the session's own"
    with store.read() as session:
        assert not verify(session).fault
        rows = session.scalars(select(Ticket).order_by(Ticket.id)).all()
        assert {(row.stage, len(row.events), row.outages[0].version) for row in rows} == {(1, 2, 2)}
        # The first one is inserted before its first line: what asks for the chain's head flushes it.
        assert [row.version for row in rows] == [3, *[2] * (MANY - 1)]
    store.close()


def test_what_another_has_changed_meanwhile_is_not_overwritten(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()

    def raises() -> None:
        with desk.store.write() as session:
            ticket = session.scalars(select(Ticket)).one()
            session.connection().execute(update(Ticket).values(version=Ticket.version + 1, asker="another"))
            ticket.stage = 3
            store_changes(session)

    with pytest.raises(OperationalError):
        raises()
    with desk.store.read() as session:
        assert session.scalars(select(Ticket)).one().stage != 3
