"""Rows that are added without an object of each: when they are stored, and what they hold."""

import math
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select
from sqlalchemy.orm import Session

from monitor.domain.reasons import TIMEOUT, text
from monitor.store import added_rows, many_rows
from monitor.store.added_rows import add_row
from monitor.store.errors import DBAPIError
from monitor.store.models import Base, Notice, Outage, Ticket, TicketEvent
from tests.desk import Desk

AWKWARD = "nul \0, half a pair \ud800, 'quoted' \"twice\", \\u0041, বাংলা, a line\nand more"


def a_ticket(desk: Desk, seq: int = 1) -> Ticket:
    now = desk.clock.utc()
    dates = dict.fromkeys(("opened_utc", "event_utc", "deadline_utc"), now)
    return Ticket(number=f"X-2026-{seq:06}", year=2026, seq=seq, service="citizen:8", state="open", **dates)


def a_line(desk: Desk, kind: str) -> dict[str, Any]:
    return {"at_utc": desk.clock.utc(), "actor": "monitor", "kind": kind, "text": "", "reason": None, "hash": "0"}


def a_notice(desk: Desk, key: str) -> dict[str, Any]:
    about = {"about": AWKWARD, "ref": AWKWARD * 9, "channel": "email", "message_id": AWKWARD * 9, "thread_id": "t"}
    facts = {"v": 7, "text": AWKWARD, "number": math.nan, "of": [1, None, True, 0.5, {AWKWARD: AWKWARD}]}
    dates = {"created_utc": desk.clock.utc(), "owed_utc": None, "due_utc": desk.clock.utc()}
    return {"key": key, "kind": "opened", "recipient": "officer", **about, "facts": facts, **dates}


def an_outage(desk: Desk, site: str) -> dict[str, Any]:
    dates = dict.fromkeys(("started_utc", "silent_since_utc", "confirmed_utc", "deadline_utc"), desk.clock.utc())
    whys = {"reason": text(AWKWARD), "cause": "power", "cause_why": TIMEOUT, "evidence": {"of": AWKWARD}}
    return {"site": site, "service": "citizen:8", **dates, **whys}


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(TicketEvent.kind).order_by(TicketEvent.id)))


def test_rows_wait_for_the_next_flush_and_follow_the_ticket_that_they_belong_to(desk: Desk) -> None:
    with desk.store.write() as session:
        session.add(ticket := a_ticket(desk))
        add_row(session, TicketEvent, a_line(desk, "opened"), ticket)
        assert kinds(session) == ["opened"], "a query has all that was added before"
        add_row(session, TicketEvent, a_line(desk, "stage"), ticket)
    with desk.store.read() as session:
        found = session.scalars(select(Ticket)).one()
        assert [(line.kind, line.ticket_id) for line in found.events] == [("opened", found.id), ("stage", found.id)]


def test_rows_alone_are_stored_by_the_commit_of_a_transaction_and_of_a_savepoint(desk: Desk) -> None:
    with desk.store.write() as session:
        add_row(session, Outage, an_outage(desk, "one"))
    with desk.store.write() as session, session.begin_nested():
        add_row(session, Outage, an_outage(desk, "two"))
    with desk.store.read() as session:
        assert session.scalars(select(Outage.site).order_by(Outage.id)).all() == ["one", "two"]


def test_what_is_rolled_back_takes_its_waiting_rows_with_it_and_leaves_those_before(desk: Desk) -> None:
    with desk.store.write() as session:
        add_row(session, Outage, an_outage(desk, "before"))
        part = session.begin_nested()
        add_row(session, Outage, an_outage(desk, "taken back"))
        part.rollback()
        add_row(session, Outage, an_outage(desk, "behind"))
    with desk.store.read() as session:
        assert session.scalars(select(Outage.site).order_by(Outage.id)).all() == ["before", "behind"]


def test_a_list_that_was_read_before_is_read_anew(desk: Desk) -> None:
    with desk.store.write() as session:
        session.add(ticket := a_ticket(desk))
        session.flush()
        assert (ticket.events, ticket.notices) == ([], [])
        add_row(session, TicketEvent, a_line(desk, "opened"), ticket)
        add_row(session, Notice, a_notice(desk, "k"), ticket)
        assert [line.kind for line in ticket.events] == ["opened"]
        assert [notice.key for notice in ticket.notices] == ["k"]


def test_what_the_database_refuses_of_a_row_takes_its_savepoint_back(desk: Desk) -> None:
    def twice(session: Session) -> None:
        for _ in range(2):
            add_row(session, Notice, a_notice(desk, "the same"))

    with desk.store.write() as session:
        with suppress(DBAPIError), session.begin_nested():
            twice(session)
        with session.begin_nested():
            twice(session)
            with pytest.raises(DBAPIError):
                session.flush()  # whoever goes on nevertheless keeps no part of it
        add_row(session, Notice, a_notice(desk, "another"))
    with desk.store.read() as session:
        assert session.scalars(select(Notice.key)).all() == ["another"]


@pytest.mark.parametrize("kind", [Notice, Outage])
def test_a_row_holds_what_the_row_of_an_object_does_to_the_letter(desk: Desk, kind: type[Base]) -> None:
    given = {Notice: a_notice, Outage: an_outage}[kind]
    with desk.store.write() as session:
        session.add(kind(**given(desk, "object")))
        session.flush()
        add_row(session, kind, given(desk, "row"))
        session.flush()
        table = Base.metadata.tables[kind.__tablename__]
        as_stored = session.connection().exec_driver_sql(f"SELECT * FROM {table.name} ORDER BY id").mappings().all()
        one, other = ({name: value for name, value in row.items() if name not in OWN} for row in as_stored)
    assert one == other
    assert any(isinstance(value, str) and "বাংলা" in value for value in one.values())


OWN = {"id", "key", "site"}


def test_all_rows_of_a_table_go_by_one_statement_in_their_order(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: Counter[str] = Counter()
    insert = many_rows.insert_rows

    def note(connection: Connection, table: Table, rows: list[many_rows.Row]) -> None:
        statements[table.name] += 1
        insert(connection, table, rows)

    monkeypatch.setattr(added_rows, "insert_rows", note)
    sites = [f"site-{number * 7 % 100}" for number in range(100)]
    with desk.store.write() as session:
        for site in sites:
            add_row(session, Outage, an_outage(desk, site))
            add_row(session, Notice, a_notice(desk, site))
    assert statements == {"outages": 1, "notices": 1}
    with desk.store.read() as session:
        assert session.scalars(select(Outage.site).order_by(Outage.id)).all() == sites


def test_changes_are_proved_by_their_versions_and_by_nothing_else(desk: Desk) -> None:
    with desk.store.write() as session:
        session.add_all(a_ticket(desk, seq) for seq in (1, 2, 3))
        session.flush()
        ids = session.scalars(select(Ticket.id).order_by(Ticket.id)).all()
        rows = [
            {"id": id_, "version": version, "stage": stage, "public_note": AWKWARD, "resolved_utc": desk.clock.utc()}
            for id_, version, stage in zip(ids, (1, 2, 1), (7, 8, 9), strict=True)
        ]
        table = Base.metadata.tables[Ticket.__tablename__]
        assert many_rows.change_rows(session.connection(), table, rows) == 2
        told = session.execute(select(Ticket.stage, Ticket.version, Ticket.resolved_utc).order_by(Ticket.id)).all()
        now = desk.clock.utc()
        assert [tuple(row) for row in told] == [(7, 2, now), (0, 1, None), (9, 2, now)]
