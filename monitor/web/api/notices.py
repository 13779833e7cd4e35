"""Answer about notices: what was sent to whom, and what is still to be sent."""

from typing import Annotated, TypedDict

from fastapi import APIRouter, Path
from starlette.responses import Response

from monitor.alerts.cases import actions
from monitor.domain.api_scopes import TICKETS_READ, TICKETS_WRITE
from monitor.store import keyset_queries
from monitor.store.documents import NoticeDocument, notice_document
from monitor.store.notice_queries import NoticeView
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.api import keyset
from monitor.web.api.answers import After, Counted, Found, IdempotencyKey, Limit, change, page, reading, route, span_of
from monitor.web.api.asked import Asked, Asking, GuardedRoute
from monitor.web.api.changes import do
from monitor.web.api.keyset import USUAL
from monitor.web.api.places import within_scope
from monitor.web.api.problems import Problem

router = APIRouter(route_class=GuardedRoute, tags=["notices"])


class ResentDocument(TypedDict):
    """A notice that is to be sent again, by its number."""

    id: int
    kind: str
    recipient: str


@router.get("/notices", **route(TICKETS_READ, NoticeDocument, of_list=True))
async def notices(asked: Asking, limit: Limit = USUAL, after: After = "", count: Counted = False) -> Response:
    """List notices, the newest first; what mail servers answered only with the scope personal:read."""
    wanted = span_of(limit, after, count, (int,))

    def read(session: Session) -> Found:
        found = keyset_queries.notices(session, wanted, within_scope(asked, None))
        return page(asked, found, lambda notice: _document(asked, notice))

    return await reading(asked, read)


@router.post("/notices/{number}/resend", **change(TICKETS_WRITE, ResentDocument, "not-found", "key-used", status=202))
async def resend(
    asked: Asking, number: Annotated[int, Path(ge=1, le=keyset.LARGEST_ID)], idempotency_key: IdempotencyKey = ""
) -> Response:
    """Send a notice again, whatever became of it."""

    def sends(work: Work) -> Found:
        known = keyset_queries.notice_site(work.session, number)
        if known is None or not (asked.sees_ticket(known.site) if known.of_ticket else asked.caller.scope.is_all):
            raise Problem("not-found")
        notice = actions.resend(work, number)
        return Found({"id": notice.id, "kind": notice.kind, "recipient": notice.recipient}, 202)

    return await do(asked, sends)


def _document(asked: Asked, notice: NoticeView) -> NoticeDocument:
    found = notice_document(notice)
    if not asked.caller.reads_personal:
        found["proof"] = found["last_error"] = ""
    return found
