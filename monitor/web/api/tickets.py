"""Answer about tickets: lists, one with its history, and what people do to them."""

from typing import Annotated, NotRequired, cast

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from monitor.domain.api_scopes import TICKETS_READ
from monitor.domain.ticket_number import read as read_number
from monitor.store import keyset_queries, queries
from monitor.store.documents import (
    PublicTicketDocument,
    TicketEventDocument,
    public_ticket_document,
    ticket_event_document,
)
from monitor.store.queries import EventView, TicketView
from monitor.store.session import Session
from monitor.web.api import keyset
from monitor.web.api.answers import After, Counted, Found, Limit, page, reading, route, span_of
from monitor.web.api.asked import Asked, Asking, GuardedRoute
from monitor.web.api.keyset import USUAL
from monitor.web.api.moments import From, To
from monitor.web.api.places import SiteId, within_scope
from monitor.web.api.problems import Problem

router = APIRouter(route_class=GuardedRoute, tags=["tickets"])

Number = Annotated[str, Path(max_length=40, description="Such as BHR-2026-0014.")]


class SeenTicketDocument(PublicTicketDocument):
    """A ticket; who asked, and what was asked, only for callers with the scope personal:read."""

    asker: NotRequired[str]
    text: NotRequired[str]


@router.get("/tickets", **route(TICKETS_READ, SeenTicketDocument, "not-found", of_list=True))
async def tickets(
    asked: Asking,
    site: SiteId = None,
    is_open: Annotated[bool | None, Query(alias="open", description="Unsolved ones, or the others.")] = None,
    state: Annotated[str | None, Query(max_length=16)] = None,
    service: Annotated[str | None, Query(max_length=32)] = None,
    source: Annotated[str | None, Query(max_length=16)] = None,
    stage: Annotated[int | None, Query(ge=0, le=9)] = None,
    from_utc: From = None,
    to_utc: To = None,
    limit: Limit = USUAL,
    after: After = "",
    count: Counted = False,
) -> Response:
    """List tickets by when they were opened; the newest first."""
    wanted = span_of(limit, after, count, keyset.BY_TIME)
    within = within_scope(asked, site, from_utc, to_utc)

    def read(session: Session) -> Found:
        found = keyset_queries.tickets(
            session, wanted, within, is_open=is_open, stage=stage, state=state, service=service, source=source
        )
        return page(asked, found, lambda ticket: document(asked, ticket))

    return await reading(asked, read)


@router.get("/tickets/{number}", **route(TICKETS_READ, SeenTicketDocument, "not-found"))
async def one_ticket(asked: Asking, number: Number) -> Response:
    """Read a ticket."""

    def read(session: Session) -> Found:
        found = ticket(asked, session, number)
        return Found(document(asked, found), version=found.version)

    return await reading(asked, read)


@router.get("/tickets/{number}/history", **route(TICKETS_READ, TicketEventDocument, "not-found", of_list=True))
async def history(asked: Asking, number: Number) -> Response:
    """Read what was done about a ticket, the oldest first; what people wrote only with the scope personal:read."""

    def read(session: Session) -> Found:
        found = ticket(asked, session, number)
        lines = [event_document(asked, event) for event in found.events]
        return Found({"items": lines}, version=found.version)

    return await reading(asked, read)


def ticket(asked: Asked, session: Session, number: str) -> TicketView:
    """Return a ticket within the caller's scope with its history; raises Problem."""
    known = queries.number_like(session, number, asked.now_utc.year) if read_number(number, 0) else number
    found = queries.ticket(session, known)
    if found is None or not asked.sees_site(found.site):
        raise Problem("not-found")
    return found


def document(asked: Asked, found: TicketView) -> SeenTicketDocument:
    """Make the document of a ticket, as far as the caller may see it."""
    public = cast("SeenTicketDocument", public_ticket_document(found))
    if asked.caller.reads_personal:
        public["asker"], public["text"] = found.asker, found.text
    return public


def event_document(asked: Asked, event: EventView) -> TicketEventDocument:
    """Make the document of a line of the history, as far as the caller may see it."""
    found = ticket_event_document(event)
    if not asked.caller.reads_personal:
        names_asker = "asker" in (found["reason"] or {})
        found["text"] = "" if event.text or names_asker else found["reason_text"]
        if names_asker:
            found["reason"], found["reason_text"] = None, ""
    return found
