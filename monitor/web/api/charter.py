"""Answer what the office promised: the charter, when a service is due, and the days on which it works."""

from datetime import datetime, time, timedelta
from typing import Annotated, TypedDict

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from monitor.alerts.cases import actions, calendar_orders
from monitor.alerts.cases.refusals import Refused
from monitor.charter.calendar import CalendarError
from monitor.charter.deadline import target_deadline
from monitor.domain.api_scopes import CALENDAR_WRITE, STATUS_READ
from monitor.domain.day import at_dhaka
from monitor.domain.message import message, said_by
from monitor.domain.text import clean
from monitor.i18n.languages import BOTH
from monitor.reports import sla_record
from monitor.reports.calendar_documents import (
    ConsequencesDocument,
    OrderDocument,
    consequences_document,
    order_document,
)
from monitor.reports.charter_documents import (
    CharterDocument,
    DayDocument,
    DeadlineDocument,
    charter_document,
    day_document,
    deadline_document,
)
from monitor.reports.export.charter_sheet import PAPERS, sheet
from monitor.reports.export.formats import MEDIA
from monitor.reports.export.typesetting import Document
from monitor.settings.problems import did_you_mean
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.api import moments
from monitor.web.api.answers import Found, IdempotencyKey, IfMatch, change, made, reading, route
from monitor.web.api.asked import Asking, GuardedRoute
from monitor.web.api.bodies import NewOrder
from monitor.web.api.changes import do, version_wanted
from monitor.web.api.files import Language, file_route, given_out, language, waited_for
from monitor.web.api.moments import Moment
from monitor.web.api.problems import Problem, bad_parameter, refusal, without_scope
from monitor.web.papers import as_of

router = APIRouter(route_class=GuardedRoute, tags=["charter"])


@router.get("/charter", **route(STATUS_READ, CharterDocument))
async def charter(asked: Asking) -> Response:
    """Read the Citizen's Charter in both languages."""
    return await made(asked, lambda: Found(charter_document(asked.office.charter)))


class RecordDocument(TypedDict):
    """How a row of the charter was kept: promises kept and missed, the median time in seconds, cases open now."""

    service: str
    begins: str
    ends: str
    kept: int
    missed: int
    typical_s: float | None
    open_now: int
    last_missed: str | None


@router.get("/charter/{service}/record", **route(STATUS_READ, RecordDocument, "not-found"))
async def record(
    asked: Asking,
    service: Annotated[str, Path(max_length=40, description="The row of the charter, such as citizen:8.")],
    period: Annotated[
        str, Query(max_length=10, description="month, quarter, year, last, or a month: 2026-11.")
    ] = "year",
) -> Response:
    """Read how a row of the charter was kept, in this fiscal year or another period."""
    office, now_utc = asked.office, asked.now_utc
    key = office.charter.key_of(service)
    if key is None:
        raise Problem("not-found")
    span = _span(period, now_utc)

    def read(session: Session) -> Found:
        found = sla_record.record(session, office, span, now_utc).services.get(key, sla_record.ServiceRecord())
        document: RecordDocument = {
            "service": key,
            "begins": span[0].isoformat(),
            "ends": span[1].isoformat(),
            "kept": found.kept,
            "missed": found.missed,
            "typical_s": found.typical_s,
            "open_now": found.open_now,
            "last_missed": found.last_missed,
        }
        return Found(document)

    return await reading(asked, read)


@router.get("/charter/sheet", **file_route(STATUS_READ, [MEDIA["pdf"]]))
async def as_sheet(
    asked: Asking,
    paper: Annotated[str, Query(max_length=8, description="a3 or a4.")] = PAPERS[0],
    period: Annotated[
        str, Query(max_length=10, description="month, quarter, year, last, or a month: 2026-11.")
    ] = "year",
    lang: Language = BOTH[0],
) -> Response:
    """Read the charter as the sheet of the notice board, PDF, with its record. Setting it may take seconds."""
    office, chosen, at_utc = asked.office, language(lang), as_of(asked.now_utc)
    size = next((each for each in PAPERS if each == paper), None)
    if size is None:
        raise bad_parameter("paper", message("Expected one of: {forms}", forms=", ".join(PAPERS)))
    span = _span(period, at_utc)

    def read(session: Session) -> Document:
        return sheet(office, sla_record.record(session, office, span, at_utc), chosen, size)

    found = await asked.api.read(read)
    return given_out(await waited_for(asked.api.papers.printed(found, f"charter-{size}.{chosen}.pdf")))


def _span(period: str, now_utc: datetime) -> tuple[datetime, datetime]:
    """Return a period of `sla_record.SPANS`, or a month, up to now; raises Problem."""
    if period in sla_record.SPANS:
        return sla_record.span_of(period, now_utc)
    try:
        first = moments.month(period)
    except ValueError:
        said = message(
            "found '{period}'. Expected one of: {known}", period=clean(period, 20), known=[*sla_record.SPANS, "2026-11"]
        )
        raise bad_parameter("period", said) from None
    begins, ends = (at_dhaka(day, time.min) for day in (first, (first + timedelta(days=31)).replace(day=1)))
    return begins, max(min(ends, now_utc), begins)


@router.get("/deadline", **route(STATUS_READ, DeadlineDocument))
async def deadline(
    asked: Asking,
    service: Annotated[str, Query(max_length=40, description="The row of the charter, such as citizen:8 or 8.")],
    from_utc: Annotated[Moment, Query(alias="from", description="When it was requested, or failed.")],
) -> Response:
    """Read by when a service is due, and why, day by day."""
    office = asked.office
    key = office.charter.key_of(service)
    if key is None:
        hint = did_you_mean(service, office.charter.services) or message("Expected one such as citizen:8")
        raise bad_parameter("service", message("no such row in the charter. {hint}", hint=hint))
    target = office.charter.services[key].target

    def count() -> Found:
        try:
            found = target_deadline(target, started_utc=from_utc, confirmed_utc=from_utc, calendar=office.calendar)
        except CalendarError as error:
            raise bad_parameter("from", said_by(error)) from None
        return Found(deadline_document(key, found))

    return await made(asked, count)


@router.get("/calendar/orders", **route(STATUS_READ, OrderDocument, of_list=True))
async def orders(asked: Asking) -> Response:
    """List the orders about the calendar that were entered over its files, the first one first."""

    def read(session: Session) -> Found:
        found = [order_document(each) for each in calendar_orders.orders(session)]
        return Found({"items": found}, version=calendar_orders.version(session))

    return await reading(asked, read)


@router.post(
    "/calendar/orders",
    **change(CALENDAR_WRITE, ConsequencesDocument, "stale-version", "key-used", status=201, also=(200,)),
)
async def order(
    asked: Asking,
    body: NewOrder,
    dry_run: Annotated[bool, Query(description="Only say what it would move.")] = False,
    if_match: IfMatch = "",
    idempotency_key: IdempotencyKey = "",
) -> Response:
    """Close or open days, or change their hours, by an order; the answer says which deadlines move, and who hears."""
    if not asked.caller.scope.is_all:
        raise without_scope(CALENDAR_WRITE)
    wanted = version_wanted(asked) if if_match else None

    def enters(work: Work) -> Found:
        seen = None if wanted is None else wanted.seen(calendar_orders.version(work.session))
        entry = body.model_dump(exclude_defaults=True)
        found = actions.order_calendar(work, entry, dry_run=dry_run, seen=seen)
        return Found(consequences_document(found), 200 if dry_run else 201)

    def tries(session: Session) -> Found:
        try:
            return enters(asked.work(session))
        except Refused as refused:
            raise refusal(refused, {}) from None

    if dry_run:
        return await reading(asked, tries)
    return await do(asked, enters, ["calendar"])


@router.get("/calendar/{month}", **route(STATUS_READ, DayDocument, "not-found", of_list=True))
async def calendar(asked: Asking, month: Annotated[str, Path(pattern=r"^\d{4}-\d{2}$")]) -> Response:
    """Read a month of the office: working days, office hours, and why other days are off."""
    try:
        first = moments.month(month)
    except ValueError as error:
        raise bad_parameter("month", said_by(error)) from None
    office = asked.office
    return await made(asked, lambda: Found({"items": [day_document(day) for day in office.calendar.month(first)]}))
