"""Whatever one office does, another office's queries see nothing of it."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy import inspect as examined

import monitor.store
from monitor.domain.edition_states import EditionState
from monitor.domain.reasons import TIMEOUT
from monitor.judging.baseline import Baselines
from monitor.store import acts, outage_rows, ticket_history
from monitor.store.act_rows import ActFilter
from monitor.store.database import Store
from monitor.store.keyset_queries import Span, Within
from monitor.store.models import (
    AffectedSite,
    Base,
    CalendarOrder,
    ChainHead,
    ComplaintLink,
    CountedCalendar,
    DeadlineRecount,
    Edition,
    EditionFile,
    Event,
    HelpdeskTicket,
    Notice,
    Outage,
    SiteNote,
    SuppressedOutage,
    Ticket,
)
from monitor.store.models.base import OfOffice
from monitor.store.numbers import next_number
from monitor.store.offices import on_behalf_of
from monitor.store.session import Session
from monitor.store.ticket_list import TicketFilter
from monitor.store.work import Work
from tests.desk import shipped_office
from tests.store.migrated import new_store
from tests.web.day import confirmed_office, something_of_everything
from tests.web.desk import Desk

A, B = "bheramara", "daulatpur"
SITE = "udc-juniadaha"

OF_THE_INSTALLATION = {
    # who may log in, and from where
    "users",
    "user_sessions",
    "one_time_links",
    "login_attempts",
    "api_tokens",
    "idempotent_answers",
    # the daemon's own: whatever it watches, it was there or not
    "heartbeat",
    "clock_word",
    "unproven_dates",
    "gaps",
    "learned",
    "leases",
    "daemons",
    # the database's own
    "set_aside",
    "last_operations",
    "noted_operations",
    "schema_double",
}
"""Tables without an office."""


def test_every_table_belongs_to_an_office_or_says_that_it_is_the_installations() -> None:
    scoped = {str(each.local_table) for each in Base.registry.mappers if issubclass(each.class_, OfOffice)}

    assert {name for name, table in Base.metadata.tables.items() if "office" in table.columns} == scoped
    assert Base.metadata.tables.keys() - scoped == OF_THE_INSTALLATION
    for table in Base.metadata.tables.values():
        for column in table.columns:
            for key in column.foreign_keys:
                refers = key.column.table.name
                assert (table.name in scoped) == (refers in scoped), "no row of an office hangs on another's"


OF_ALL = {
    "adoption",
    "due_rows",
    "copies",
    "idempotent_rows",
    "leases",
    "login_rows",
    "mailed_head",
    "offices",
    "operations",
    "server_copies",
    "shard_rows",
    "soundness",
    "token_rows",
    "turns",
    "unproven_rows",
    "user_rows",
}
"""Modules about what belongs to the installation."""


def functions() -> Iterator[tuple[str, Callable[..., object]]]:
    """Every function of the store that works on a session, with what it is called."""
    for found in pkgutil.iter_modules(monitor.store.__path__):
        if found.ispkg or found.name in OF_ALL:
            continue
        module = importlib.import_module(f"monitor.store.{found.name}")
        for name, function in vars(module).items():
            if not inspect.isfunction(function) or function.__module__ != module.__name__ or name.startswith("_"):
                continue
            first = next(iter(inspect.signature(function).parameters), "")
            if first in {"session", "work"}:
                yield f"{found.name}.{name}", function


AT = datetime(2026, 1, 1, tzinfo=UTC)  # before anything that happens here
LATER = datetime(2027, 1, 1, tzinfo=UTC)
VALUES: Mapping[str, object] = {
    "action": "ack",
    "about": "BHR-2026-000001",
    "address": "127.0.0.1",
    "after": {"state": "open"},
    "after_utc": AT,
    "at_utc": AT,
    "baselines": Baselines(),
    "before": {},
    "begins_utc": AT,
    "but": "",
    "channel": "email",
    "column": "started_utc",
    "complaint": lambda session: session.scalars(select(Ticket).where(Ticket.source != "outage").limit(1)).one(),
    "complaint_id": 1,
    "daemon": "",
    "day": AT.date(),
    "desk": "rt",
    "devices": ["a/gateway"],
    "edition_id": 1,
    "elsewhere": (),
    "ends_utc": LATER,
    "equal": None,
    "event": 0,
    "files": {},
    "from_utc": AT,
    "head": "0" * 64,
    "id_": 1,
    "longest": timedelta(0),
    "shards": [1],
    "shard": 1,
    "ids": [1, 2, 3, 1_000_001, 1_000_002],
    "keep": timedelta(days=0),
    "keys": lambda session: list(session.scalars(select(Notice.key))),
    "kind": "outage",
    "kinds": ("brief", "weekly", "opened"),
    "last_order": 1,
    "letter": 1,
    "limit": 100,
    "limit_utc": LATER,
    "longest_unnoticed": timedelta(days=9_000),
    "most": 100,
    "name": "bn.pdf",
    "now_utc": LATER,
    "number": "BHR-2026-000001",
    "occasion": "2026-11",
    "outage": lambda session: session.scalars(select(Outage).limit(1)).one(),
    "offices": [A, B],
    "outage_id": 1,
    "outages": lambda session: session.scalars(select(Outage)).all(),
    "root": SITE,
    "row": lambda session: session.scalars(select(HelpdeskTicket).limit(1)).one(),
    "rows": lambda session: session.scalars(select(Ticket)).all(),
    "period_code": "2026-11",
    "phone": "",
    "scope_id": "",
    "scope_kind": "office",
    "service": "citizen:8",
    "since_utc": AT,
    "site": SITE,
    "sites": [SITE, "backbone-north"],
    "source": "phone",
    "span": Span(100, counted=True),
    "states": [{"site": "new", "state": "up", "since_utc": AT, "first_utc": AT, "answers_since_utc": None}],
    "started_before_utc": LATER,
    "table": Outage,
    "text": "x",
    "this_year": 2026,
    "ticket": lambda session: session.scalars(select(Ticket).limit(1)).one(),
    "ticket_id": 1,
    "tickets_of": Within(),
    "typed": "1",
    "until_utc": LATER,
    "uplink": "",
    "wanted": TicketFilter(),
    "why": "x",
    "window": (AT, LATER),
    "within": Within(),
    "year": 2026,
    "added_rows.add_row.kind": Outage,
    "added_rows.add_row.values": {
        "site": "new",
        "service": "citizen:8",
        **dict.fromkeys(("started_utc", "silent_since_utc", "confirmed_utc", "deadline_utc"), AT),
    },
    "act_rows.counted.wanted": ActFilter(),
    "act_rows.listed.wanted": ActFilter(),
    "edition_rows.last_made.about": Edition(
        period_kind="month", period_code="2026-11", scope_kind="office", scope_id="", official=""
    ),
    "helpdesk_queries.mirrored.of": [("rt", A), ("rt", B)],
    "keyset_queries.notice.number": 1,
    "keyset_queries.notice_site.number": 1,
    "keyset_queries.outage.number": 1,
    "notice_rows.mark_merged.ids": [1],
    "notice_rows.sent_since.but": (),
    "public_rows.latest_outages.at_utc": LATER,
    "public_rows.outages_at.at_utc": LATER,
    "public_rows.silent_at.at_utc": LATER,
    "report_rows.notices.rows": lambda session: session.scalars(select(Notice)).all(),
    "ticket_rows.running.now_utc": AT,
    "ticket_rows.acknowledged_until.at_utc": LATER,
    "plan_rows.planned_as.name": "fibre-change",
    "ticket_list.counts.within": TicketFilter(),
    "ticket_list.counts.wanted": {"all": TicketFilter()},
    "ticket_list.twin.asker": "A teacher",
}
"""What is tried, by the name of the parameter, or of that one of one function; a function is asked for it."""

NOT_ASKED = {
    "board_state.note_gap_before": "dates of the machine's own",
    "board_state.store_confirmation": "a reading of the machine's own clock",
    "board_state.store_heartbeat": "the daemon's own row",
    "notice_rows.change": "has columns to change, by their names",
    "notice_rows.change_leased": "has columns to change, by their names",
    "edition_rows.offices_with_unfinished": "asked of the whole installation",
    "helpdesk_queries.offices_in_turn": "asked of the whole installation",
    "notice_rows.offices_waiting": "asked of the whole installation",
    "ticket_rows.last_of_outages": "wants a site whose outage had a ticket; the day has none that was late",
}


def asked(name: str, function: Callable[..., object], work: Work) -> object:
    """What a function says when it is asked for all that there is."""
    given: dict[str, object] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in {"session", "work"}:
            given[parameter.name] = work.session if parameter.name == "session" else work
        elif parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD:
            key = f"{name}.{parameter.name}" if f"{name}.{parameter.name}" in VALUES else parameter.name
            assert key in VALUES, f"what is to be tried as '{parameter.name}' of {name}?"
            value = VALUES[key]
            given[parameter.name] = value(work.session) if inspect.isfunction(value) else value
    return function(**given)


def plain(found: Any) -> object:
    """What a function has returned, so that it can be compared."""
    if isinstance(found, Base):
        state = examined(found)
        return (
            type(found).__name__,
            state.identity,
            {key: plain(state.dict[key]) for key in sorted(state.dict) if "_sa_" not in key},
        )
    if isinstance(found, Mapping):
        return {key: plain(value) for key, value in found.items()}
    if isinstance(found, set | frozenset):
        return sorted(map(repr, found))
    if is_dataclass(found) and not isinstance(found, type):
        return type(found).__name__, {each.name: plain(getattr(found, each.name)) for each in fields(found)}
    if isinstance(found, Iterable) and not isinstance(found, str | bytes):
        return [plain(each) for each in found]
    return found


def the_rest(session: Session, at_utc: datetime) -> list[Base]:
    """A row in each table that the day left empty."""
    outage, complaint = session.scalars(select(Outage)).all()[0], session.scalars(select(Ticket)).all()[0]
    of = {"period_kind": "month", "scope_kind": "office", "asked_utc": AT, "actor": "x"}
    made = Edition(**of, period_code="2026-11", state=EditionState.MADE, made_utc=at_utc, number=1, value=b"{}")
    made.occasion, made.ticket_id = "2026-11", complaint.id
    name = "bn.pdf"
    link = {"about": "outage-1", "message_id": "<a>", "thread_id": "<a>", "facts": {}}
    dates = {"created_utc": at_utc, "owed_utc": at_utc, "due_utc": at_utc}
    return [
        made,
        EditionFile(edition=made, name=name, filename=name, media="application/pdf", content=b"%", size=1, hash="0"),
        Edition(**of, period_code="2026-12", state=EditionState.QUEUED),
        DeadlineRecount(outage_id=outage.id, at_utc=at_utc, reason=TIMEOUT),
        ComplaintLink(complaint_id=complaint.id, outage_id=outage.id),
        Event(at_utc=at_utc, site=SITE, kind="restart", reason=TIMEOUT),
        SuppressedOutage(site=SITE, kind="maintenance", why=TIMEOUT, since_utc=at_utc),
        CountedCalendar(id=1, files={}, last_order=0),
        CalendarOrder(entry={}, actor="x", created_utc=at_utc),
        SiteNote(site=SITE, at_utc=at_utc, actor="x", text="x"),
        AffectedSite(outage_id=outage.id, site="lab-dharampur-girls", since_utc=at_utc),
        HelpdeskTicket(desk="rt", ticket_id=complaint.id, agreed_state="open", agreed_status="new", next_try_utc=AT),
        Notice(key="outage-1/down/x", kind="outage_down", recipient="x", fault="x", **link, **dates),
    ]


FURTHER = 1_000_000  # between the numbers of an office and its twin's


def twin(session: Session) -> None:
    """Give the other office a copy of each row: whoever forgets whose it is finds both."""
    connection = session.connection()
    for table in Base.metadata.sorted_tables:
        if "office" not in table.columns:
            continue
        moved = {each.name for each in table.columns if each.foreign_keys or (each.name == "id" and each.primary_key)}
        moved -= {"id"} if table.name == "counted_calendar" else set()
        for row in connection.execute(select(table).where(table.c.office == A)).mappings().all():
            values = {**row, "office": B}
            values |= {name: row[name] + FURTHER for name in moved if row[name] is not None}
            if table.name == "tickets":
                values["number"] = f"DLT{row['number'][3:]}"
            if table.name == "site_states" or (table.name == "outages" and row["ended_utc"] is None):  # one a site
                values["site"] = f"{B}.{row['site']}"
            connection.execute(insert(table).values(values))


def rows_of(session: Session, office: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that an office has, by table."""
    return {
        table.name: [tuple(row) for row in session.execute(select(table).where(table.c.office == office))]
        for table in Base.metadata.sorted_tables
        if "office" in table.columns
    }


class Undone(Exception):
    """Nothing of it is to stay."""


def answers(desk: Desk) -> Iterator[tuple[str, object, dict[str, list[tuple[Any, ...]]]]]:
    """What each function says to the first office, and what the other one has behind it; nothing of it stays."""
    for name, function in functions():
        if name in NOT_ASKED:
            continue
        with suppress(Undone), desk.store.write() as session:
            work = Work(session, desk.office, desk.clock.utc(), "test", via="cli")
            said = plain(asked(name, function, work))
            session.flush()
            others = rows_of(session, B)
            raise Undone
        yield name, said, others


@pytest.mark.timeout(900)  # on a server every table is read again after each function
def test_no_function_of_the_store_sees_or_changes_what_is_another_offices(tmp_path: Path) -> None:
    store = new_store(tmp_path / "state")
    desk = Desk(confirmed_office(tmp_path), store.of(A))
    something_of_everything(desk)
    with desk.store.write() as session:
        session.add_all(the_rest(session, desk.clock.utc()))
    alone = {name: said for name, said, _ in answers(desk)}
    with store.write() as session:
        twin(session)
        other = rows_of(session, B)
    empty = [name for name, rows in other.items() if not rows]
    assert empty == [], "each table has something of the other office"

    seen, changed = [], []
    for name, said, rows in answers(desk):
        seen += [name] if said != alone[name] else []
        changed += [name] if rows != other else []

    assert (seen, changed) == ([], [])
    assert len(alone) > 150
    with store.read() as session:  # the whole installation sees both
        assert set(session.scalars(select(Ticket.office))) == {A, B}
    store.close()


def outage_at(store: Store, office: str, site: str) -> None:
    with store.of(office).write() as session:
        row = Outage(site=site, service="citizen:10", started_utc=AT, confirmed_utc=AT, deadline_utc=AT)
        session.add(row)


def test_what_lies_behind_another_offices_router_is_known_to_both(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    outage_at(store, A, f"{A}.core")
    with store.of(B).write() as session:
        outage_rows.affect(session, f"{A}.core", f"{B}.school", AT)
    with store.of(B).read() as session:
        assert [row.site for row in session.scalars(select(AffectedSite))] == [f"{B}.school"]
        assert outage_rows.down(session) == []
    with store.of(A).write() as session:
        outage_rows.release_all(session, outage_rows.down(session)[0], LATER)
    with store.of(B).read() as session:
        assert [row.until_utc for row in session.scalars(select(AffectedSite))] == [LATER]
    store.close()


def ticket_of(work: Work, prefix: str) -> Ticket:
    seq = next_number(work, 2026)
    dates = {"opened_utc": AT, "event_utc": AT, "deadline_utc": AT}
    ticket = Ticket(number=f"{prefix}-2026-{seq:06}", year=2026, seq=seq, service="citizen:6", state="open", **dates)
    work.session.add(ticket)
    ticket_history.record(work, ticket, "opened")
    acts.record(work, "ticket.open", ticket.number, {}, {"state": "open"})
    return ticket


def test_each_office_has_numbers_and_a_chain_of_its_own_within_one_transaction_too(tmp_path: Path) -> None:
    store, office = new_store(tmp_path), shipped_office()
    with store.write() as session:
        for round_ in range(2):
            for name, prefix in ((A, "BHR"), (B, "DLT")):
                with on_behalf_of(session, name):
                    number = ticket_of(Work(session, office, AT, "test", via="cli"), prefix).number
                    assert number == f"{prefix}-2026-{round_ + 1:06}"
    with store.read() as session:
        found = ticket_history.verify(session)
        assert (found.events, found.acts, str(found.fault), list(found.heads)) == (4, 4, "", ["", A, B])
        for name in (A, B):
            assert ticket_history.verify(session, found.heads[name]).fault == ""
    for name in (A, B):
        with store.of(name).read() as session:
            own = ticket_history.verify(session)
            assert (own.events, own.acts, own.heads) == (2, 2, {name: found.heads[name]})
            assert ticket_history.head(session) == found.heads[name]
    with store.of(A).read() as session:
        assert "not in the chain" in str(ticket_history.verify(session, found.heads[B]).fault)
    # The loss of one office's last line is found by its own chain, whatever the other's says.
    with store.write() as session:
        last = session.get_one(ChainHead, (B, "tickets"))
        last.hash = "f" * 64
    with store.read() as session:
        assert "events were cut off" in str(ticket_history.verify(session).fault)
    with store.of(A).read() as session:
        assert ticket_history.verify(session).fault == ""
    store.close()


def test_a_session_of_several_offices_reads_them_all_and_adds_nothing(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    for office in (A, B, "mirpur"):
        outage_at(store, office, f"{office}.core")
    with store.of(A, B).read() as session:
        assert [row.site for row in outage_rows.down(session)] == [f"{A}.core", f"{B}.core"]
    with pytest.raises(ValueError, match="a session of 2 offices only reads"), store.of(A, B).write() as session:
        session.add(Event(at_utc=AT, site="x", kind="restart"))
    with store.of("").read() as session:
        assert len(outage_rows.down(session)) == 3, "the office that stands alone has all there is"
    store.close()
