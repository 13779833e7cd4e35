"""Show the Citizen's Charter with its record, and count deadlines that somebody asks for."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from starlette.responses import Response

from monitor.charter.calendar import CalendarError
from monitor.charter.deadline import target_deadline
from monitor.charter.office import Office
from monitor.charter.services import Charter, Service
from monitor.domain.clock import DHAKA, NS_PER_S
from monitor.domain.message import Said, message, said_by
from monitor.domain.roles import Right
from monitor.domain.text import ascii_digits
from monitor.i18n.languages import Lang
from monitor.reports.printed_charter import PRINTED, SECTIONS, printed
from monitor.reports.sla_record import SPANS, PromiseRecord, ServiceRecord, record, span_of
from monitor.store.session import Session
from monitor.web.console.asked import Asked, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.count import CountView, count_view

FRESH_NS = 10 * NS_PER_S
FIRST_YEAR, LAST_YEAR = 2000, 2099
NOON = time(12)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the published table, word for word, with its record. ``printed``: by the columns of `PRINTED`."""

    service: Service
    printed: Mapping[str, str]
    record: ServiceRecord


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of a section. ``shared``: what is the same in all of them, which is said once."""

    title: str
    rows: Sequence[Row]
    shared: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asking:
    """A deadline that was asked for: the fields as they were typed, and the count, or what is wrong with them."""

    service: str
    received: str
    at: str
    count: CountView | None = None
    wrong: Said = ""


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of this page."""
    records = Records(console)

    async def show(asked: Asked) -> Response:
        span = asked.query("span") if asked.query("span") in SPANS else "year"
        found = await records.of(span, asked.now_utc)
        charter = console.office.charter
        return console.page(
            asked,
            "charter.html.j2",
            charter=charter,
            spans=SPANS,
            span=span,
            record=found,
            sections=sections_of(charter, found, asked.lang),
            columns=PRINTED,
            holders=[(stage, charter.officer(stage.holder)) for stage in charter.stages],
            stage_records={each.level: each for each in found.stages},
            asking=asking_of(asked, console.office),
            empty=ServiceRecord(),
        )

    return [PageRoute("/charter", Right.READ, get=show)]


class Records:
    """The records of spans, read at most every ten seconds: those of a year are read from all its cases."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._made: dict[str, tuple[int, Office, asyncio.Future[PromiseRecord]]] = {}

    async def of(self, span: str, now_utc: datetime) -> PromiseRecord:
        """Return the record of a span of `SPANS`; raises PoolFull, SQLAlchemyError."""
        office, now_ns = self._console.office, self._console.clock.mono_ns()
        known = self._made.get(span)
        if known is None or now_ns - known[0] > FRESH_NS or known[1] is not office or _failed(known[2]):
            read = self._console.read(self._read(office, span, now_utc))
            self._made[span] = known = now_ns, office, asyncio.ensure_future(read)
        return await asyncio.shield(known[2])

    @staticmethod
    def _read(office: Office, span: str, now_utc: datetime) -> Callable[[Session], PromiseRecord]:
        return lambda session: record(session, office, span_of(span, now_utc), now_utc)


def _failed(made: asyncio.Future[PromiseRecord]) -> bool:
    return made.done() and (made.cancelled() or made.exception() is not None)


def sections_of(charter: Charter, found: PromiseRecord, lang: Lang) -> list[Section]:
    """Return the published table with its record, by section."""
    sections = []
    for name, title in SECTIONS.items():
        rows = [
            Row(service, printed(charter, service, lang), found.services.get(service.key, ServiceRecord()))
            for service in charter.services.values()
            if service.section == name
        ]
        if rows:
            sections.append(Section(title, rows, _shared(rows)))
    return sections


def _shared(rows: Sequence[Row]) -> dict[str, str]:
    first = rows[0].printed
    return {
        name: text for name, text in first.items() if len(rows) > 1 and all(row.printed[name] == text for row in rows)
    }


def asking_of(asked: Asked, office: Office) -> Asking | None:
    """Return the deadline that the URL asks for; None when it asks for none."""
    service, received, at = asked.query("service"), asked.query("received"), asked.query("at")
    if not (service or received):
        return None
    found = Asking(service, received, at)
    known = office.charter.services.get(service)
    if known is None:
        return Asking(service, received, at, wrong=message("Expected a service of the charter"))
    start = _moment(received, at)
    if start is None:
        return Asking(
            service, received, at, wrong=message("Expected a date such as 2026-12-14, and a time such as 11:20")
        )
    try:
        deadline = target_deadline(known.target, started_utc=start, confirmed_utc=start, calendar=office.calendar)
    except CalendarError as error:
        return Asking(service, received, at, wrong=said_by(error))
    return Asking(found.service, found.received, found.at, count_view(deadline, asked.lang))


def _moment(received: str, at: str) -> datetime | None:
    """Return the moment of a typed date and time of the office; at noon where no time is given."""
    try:
        day = date.fromisoformat(ascii_digits(received))
        clock = time.fromisoformat(ascii_digits(at)) if at else NOON
    except ValueError:
        return None
    if not FIRST_YEAR <= day.year <= LAST_YEAR or clock.tzinfo is not None:
        return None
    return datetime.combine(day, clock, DHAKA).astimezone(UTC)
