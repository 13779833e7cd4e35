"""Answer who may do what, and who did what: users, tokens, and the audit log."""

from typing import Annotated, TypedDict

from fastapi import APIRouter, Query
from starlette.responses import Response

from monitor.accounts.documents import TokenDocument, UserDocument, token_document, user_document
from monitor.domain.api_scopes import ADMIN, AUDIT_READ
from monitor.i18n.catalogue import render
from monitor.i18n.languages import SOURCE
from monitor.store import keyset_queries, token_rows, user_rows
from monitor.store.act_rows import ActDocument, act_document
from monitor.store.session import Session
from monitor.web.api import keyset
from monitor.web.api.answers import After, Counted, Found, Limit, made, page, reading, route, span_of
from monitor.web.api.asked import Asking, GuardedRoute
from monitor.web.api.keyset import USUAL
from monitor.web.api.moments import From, To
from monitor.web.api.places import within_scope
from monitor.web.api.problems import without_scope

router = APIRouter(route_class=GuardedRoute, tags=["accounts"])


class AuditDocument(TypedDict):
    """The result of a walk along the hash chain: how many entries, the last hash, and what does not fit."""

    is_whole: bool
    entries: int
    head: str
    fault: str


@router.get("/users", **route(ADMIN, UserDocument, of_list=True))
async def users(asked: Asking) -> Response:
    """List the users at or below the caller's place, those that are disabled included; for callers for all sites."""
    if not asked.caller.scope.is_all:
        raise without_scope(ADMIN)
    places = asked.api.places_of(asked.caller.node)

    def read(session: Session) -> Found:
        rows = [each for each in user_rows.users(session) if places.holds(each.node)]
        return Found({"items": [user_document(each) for each in rows]})

    return await reading(asked, read)


@router.get("/tokens", **route(ADMIN, TokenDocument, of_list=True))
async def tokens(asked: Asking) -> Response:
    """List the tokens at or below the caller's place, never what they are; for callers for all sites."""
    if not asked.caller.scope.is_all:
        raise without_scope(ADMIN)
    places = asked.api.places_of(asked.caller.node)

    def read(session: Session) -> Found:
        rows = [each for each in token_rows.tokens(session) if places.holds(each.node)]
        return Found({"items": [token_document(each) for each in rows]})

    return await reading(asked, read)


@router.get("/audit", **route(AUDIT_READ, ActDocument, of_list=True))
async def audit(
    asked: Asking,
    actor: Annotated[str | None, Query(max_length=100)] = None,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    about: Annotated[str | None, Query(max_length=130)] = None,
    from_utc: From = None,
    to_utc: To = None,
    limit: Limit = USUAL,
    after: After = "",
    count: Counted = False,
) -> Response:
    """List acts, the newest first; for callers whose scope is all sites."""
    if not asked.caller.scope.is_all:
        raise without_scope(AUDIT_READ)
    wanted = span_of(limit, after, count, keyset.BY_TIME)
    within = within_scope(asked, None, from_utc, to_utc)

    def read(session: Session) -> Found:
        found = keyset_queries.acts(session, wanted, within, actor=actor, kind=kind, about=about)
        return page(asked, found, act_document)

    return await reading(asked, read)


@router.get("/audit/verify", **route(AUDIT_READ, AuditDocument))
async def verify(asked: Asking) -> Response:
    """Verify the hash chain over the history of all tickets and all acts; a long one takes more than one request."""
    found = await asked.api.verification.result()
    fault = render(found.fault, SOURCE)
    document = {"is_whole": not fault, "entries": found.events + found.acts, "head": found.head, "fault": fault}
    return await made(asked, lambda: Found(document))
