"""Answer about tickets: lists, one with its history, and what people do to them."""

from typing import Annotated, NotRequired, cast

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from monitor.alerts.cases import actions, publishing
from monitor.alerts.cases.complaints import Request
from monitor.domain.api_scopes import ADMIN, TICKETS_READ, TICKETS_WRITE
from monitor.domain.message import message
from monitor.domain.roles import Right
from monitor.domain.text import clean, has_words
from monitor.domain.ticket_number import read as read_number
from monitor.domain.ticket_states import ACTIONS
from monitor.i18n.languages import BOTH
from monitor.reports.export.formats import MEDIA
from monitor.reports.export.ticket_letter import letter
from monitor.reports.export.typesetting import Document
from monitor.store import keyset_queries, queries, ticket_rows
from monitor.store.documents import (
    PublicTicketDocument,
    TicketEventDocument,
    public_ticket_document,
    ticket_event_document,
)
from monitor.store.queries import EventView, TicketView
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.api import keyset
from monitor.web.api.answers import (
    After,
    Counted,
    Found,
    IdempotencyKey,
    IfMatch,
    Limit,
    change,
    page,
    reading,
    route,
    span_of,
)
from monitor.web.api.asked import Asked, Asking, GuardedRoute
from monitor.web.api.bodies import NewTicket, TicketAct
from monitor.web.api.changes import do, version_wanted
from monitor.web.api.files import Language, file_route, given_out, language, waited_for
from monitor.web.api.keyset import USUAL
from monitor.web.api.moments import From, To
from monitor.web.api.places import SiteId, within_scope
from monitor.web.api.problems import Problem, bad_field, without_scope
from monitor.web.papers import as_of

router = APIRouter(route_class=GuardedRoute, tags=["tickets"])

Number = Annotated[str, Path(max_length=40, description="Such as BHR-2026-0014.")]


class SeenTicketDocument(PublicTicketDocument):
    """A ticket; who asked, and what was asked, only for callers with the scope personal:read."""

    asker: NotRequired[str]
    text: NotRequired[str]


class RegisteredDocument(SeenTicketDocument):
    """A ticket that was just registered, with the code by which its requester follows it."""

    code: str


_CHANGES = ("not-found", "stale-version", "no-version", "key-used")


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
    """List tickets; the newest first."""
    wanted = span_of(limit, after, count, keyset.BY_NUMBER)
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


@router.get("/tickets/{number}/letter", **file_route(TICKETS_READ, [MEDIA["pdf"]]))
async def as_letter(asked: Asking, number: Number, lang: Language = BOTH[0]) -> Response:
    """Read a ticket as a letter on A4, PDF; who asked, and what people wrote, only with the scope personal:read.

    Setting it may take seconds: ask again then.
    """
    chosen, at_utc = language(lang), as_of(asked.now_utc)

    def read(session: Session) -> Document:
        row = ticket_rows.numbered(session, ticket(asked, session, number).number)
        assert row is not None
        return letter(session, asked.office, row, at_utc, chosen, personal=asked.caller.reads_personal)

    found = await asked.api.read(read)
    return given_out(await waited_for(asked.api.papers.printed(found, f"{number}.{chosen}.pdf")))


def ticket(asked: Asked, session: Session, number: str) -> TicketView:
    """Return a ticket within the caller's scope with its history; raises Problem."""
    known = queries.number_like(session, number, asked.now_utc.year) if read_number(number, 0) else number
    found = queries.ticket(session, known)
    if found is None or not asked.sees_ticket(found.site):
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


@router.post("/tickets", **change(TICKETS_WRITE, RegisteredDocument, "key-used", status=201))
async def register(asked: Asking, body: NewTicket, idempotency_key: IdempotencyKey = "") -> Response:
    """Register a complaint or request; its due date is counted from when it came in."""
    office = asked.office
    request = Request(
        office.charter.key_of(body.service) or body.service,
        body.way,
        body.asker,
        body.text,
        body.received or asked.now_utc,
        body.asker_email,
        body.site or None,
        body.asker_phone,
        body.memo,
        body.why_late,
    )
    if body.site and not asked.sees_site(body.site) and body.site in asked.api.live.fleet.sites:
        raise bad_field("site", message("lies outside the scope of the token or user"))

    def registers(work: Work) -> Found:
        row = actions.register(work, request)
        work.session.flush()
        found = queries.ticket_view(row)
        registered = cast("RegisteredDocument", {**document(asked, found), "code": row.code})
        headers = {"location": f"{asked.request.url.path}/{found.number}"}
        return Found(registered, 201, found.version, headers)

    return await do(asked, registers)


@router.post("/tickets/{number}/actions", **change(TICKETS_WRITE, SeenTicketDocument, *_CHANGES))
async def act(
    asked: Asking, number: Number, body: TicketAct, if_match: IfMatch = "", idempotency_key: IdempotencyKey = ""
) -> Response:
    """Act on a ticket: acknowledge, start, wait, resolve, close, reopen, withdraw, raise it, or comment on it."""
    wanted = version_wanted(asked)
    if body.action not in ACTIONS:
        raise bad_field(
            "action",
            message("found '{action}'. Expected one of: {known}", action=clean(body.action, 20), known=list(ACTIONS)),
        )
    if body.action == "raise" and Right.RAISE not in asked.caller.rights:
        raise without_scope(ADMIN)
    if body.public and not has_words(body.text):
        raise bad_field("text", message("Expected what the public page is to tell"))

    def acts(work: Work) -> Found:
        before = ticket(asked, work.session, number)
        actions.act(work, before.number, body.action, body.text, until_utc=body.until, seen=wanted.seen(before.version))
        if body.public:
            publishing.set_public_note(work, before.number, body.text)
        work.session.flush()
        found = ticket(asked, work.session, before.number)
        return Found(document(asked, found), version=found.version)

    return await do(asked, acts)
