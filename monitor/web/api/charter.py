"""Answer what the office promised: the charter, when a service is due, and the days on which it works."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from monitor.charter.calendar import CalendarError
from monitor.charter.deadline import target_deadline
from monitor.domain.api_scopes import STATUS_READ
from monitor.domain.message import message, said_by
from monitor.reports.charter_documents import (
    CharterDocument,
    DayDocument,
    DeadlineDocument,
    charter_document,
    day_document,
    deadline_document,
)
from monitor.settings.problems import did_you_mean
from monitor.web.api import moments
from monitor.web.api.answers import Found, made, route
from monitor.web.api.asked import Asking, GuardedRoute
from monitor.web.api.moments import Moment
from monitor.web.api.problems import bad_parameter

router = APIRouter(route_class=GuardedRoute, tags=["charter"])


@router.get("/charter", **route(STATUS_READ, CharterDocument))
async def charter(asked: Asking) -> Response:
    """Read the Citizen's Charter in both languages."""
    return await made(asked, lambda: Found(charter_document(asked.office.charter)))


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


@router.get("/calendar/{month}", **route(STATUS_READ, DayDocument, "not-found", of_list=True))
async def calendar(asked: Asking, month: Annotated[str, Path(pattern=r"^\d{4}-\d{2}$")]) -> Response:
    """Read a month of the office: working days, office hours, and why other days are off."""
    try:
        first = moments.month(month)
    except ValueError as error:
        raise bad_parameter("month", said_by(error)) from None
    office = asked.office
    return await made(asked, lambda: Found({"items": [day_document(day) for day in office.calendar.month(first)]}))
