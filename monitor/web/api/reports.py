"""Answer about editions of reports, ask for one, and give out its files."""

from collections.abc import Callable
from typing import Annotated, TypedDict

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from monitor.alerts.cases import editions
from monitor.alerts.cases.edition_jobs import MadeFile
from monitor.domain.api_scopes import REPORTS_MAKE, REPORTS_READ
from monitor.domain.edition_states import EditionState
from monitor.domain.message import message
from monitor.i18n.catalogue import render
from monitor.i18n.languages import BOTH, SOURCE
from monitor.i18n.reasons import reason_message
from monitor.reports.asking import wanted
from monitor.reports.edition_view import EditionView, covers
from monitor.reports.export.formats import FORMATS, MEDIA
from monitor.store import edition_rows
from monitor.store.keyset_queries import Page
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.api import keyset
from monitor.web.api.answers import After, Found, IdempotencyKey, Limit, change, page, reading, route, span_of
from monitor.web.api.asked import Asked, Asking, GuardedRoute
from monitor.web.api.bodies import NewReport
from monitor.web.api.changes import do
from monitor.web.api.files import Language, file_route, given_out, language, waited_for
from monitor.web.api.problems import Problem, bad_field, bad_parameter
from monitor.web.edition_files import kept_or_value

router = APIRouter(route_class=GuardedRoute, tags=["reports"])
Number = Annotated[int, Path(ge=1, le=keyset.LARGEST_ID, description="The number of the edition.")]
Format = Annotated[str, Query(alias="format", max_length=8, description="json, csv, xlsx, html or pdf.")]
READY = (EditionState.MADE, EditionState.SAME)


class EditionDocument(TypedDict):
    """An edition of a report. ``state``: queued, making, made, same (as the edition before it), failed.

    ``scope``: office, KIND:ID, or place:ID of the offices of a place; ``sha256``: of what it says; ``differences``:
    from the edition before.
    """

    id: int
    period_kind: str
    period: str
    scope: str
    state: str
    why: str
    asked_utc: str
    asked_by: str
    made_utc: str | None
    as_of_utc: str | None
    edition: int
    same_as: int | None
    sha256: str
    summary: str
    differences: int
    ticket: str


@router.get("/reports", **route(REPORTS_READ, EditionDocument, of_list=True))
async def listed(asked: Asking, limit: Limit = 100, after: After = "") -> Response:
    """List editions, the latest asked for first; those about more than the caller's sites are left out."""
    span = span_of(limit, after, False, (int,))
    before_id = int(span.after[0]) if span.after else None

    def read(session: Session) -> Found:
        rows = edition_rows.listed(session, span.limit + 1, before_id)
        views = [EditionView.of(row, asked.office, SOURCE) for row in rows[: span.limit]]
        following = (views[-1].id,) if len(rows) > span.limit else None
        return page(asked, Page([each for each in views if _sees(asked, each)], following), edition_document)

    return await reading(asked, read)


@router.post("/reports", **change(REPORTS_MAKE, EditionDocument, "key-used", status=202))
async def make(asked: Asking, body: NewReport, idempotency_key: IdempotencyKey = "") -> Response:
    """Ask for a report; it is made by itself, one after the other. Its place says how far it is."""

    def asks(work: Work) -> Found:
        about = wanted(
            work.office,
            body.period_kind,
            body.period,
            body.scope,
            body.scope_id,
            official=body.official,
            files=body.files,
        )
        if not covers(asked.caller.scope, work.office, about.scope_kind, about.scope_id):
            raise bad_field("scope", message("It is about more than what you are in charge of."))
        row = editions.ask(work, about)
        view = EditionView.of(row, work.office, SOURCE)
        return Found(edition_document(view), 202, headers={"location": f"{asked.request.url.path}/{row.id}"})

    return await do(asked, asks, ["reports"])


@router.get("/reports/{number}", **route(REPORTS_READ, EditionDocument, "not-found"))
async def one(asked: Asking, number: Number) -> Response:
    """Read an edition: whether it is made, and its summary."""
    return await reading(asked, lambda session: Found(edition_document(_found(asked, session, number))))


@router.get("/reports/{number}/file", **file_route(REPORTS_READ, MEDIA.values(), "not-allowed"))
async def file(asked: Asking, number: Number, form: Format = "json", lang: Language = BOTH[0]) -> Response:
    """Read a made edition as a file; one that is not kept is rendered, which may take seconds: ask again then."""
    return await file_of(asked, lambda session: _found(asked, session, number), form, lang)


async def file_of(asked: Asked, found: Callable[[Session], EditionView], form: str, lang: str) -> Response:
    """Answer with a file of the edition that ``found`` finds; raises Problem."""
    if form not in FORMATS:
        raise bad_parameter("format", message("Expected one of: {forms}", forms=", ".join(FORMATS)))
    chosen = language(lang)

    def read(session: Session) -> tuple[int, MadeFile | None, bytes | None]:
        view = found(session)
        if view.state not in READY:
            raise Problem("not-allowed")
        id_ = view.same_as or view.id
        return id_, *kept_or_value(session, id_, f"{chosen}.{form}")

    id_, there, value = await asked.api.read(read)
    if there is None:
        if value is None:
            raise Problem("not-found")
        there = await waited_for(asked.api.files.rendered((id_, chosen, form), value))
    return given_out(there)


def _found(asked: Asked, session: Session, number: int) -> EditionView:
    """Return an edition within the caller's scope; raises Problem."""
    row = edition_rows.by_id(session, number)
    view = None if row is None else EditionView.of(row, asked.office, SOURCE)
    if view is None or not _sees(asked, view):
        raise Problem("not-found")
    return view


def _sees(asked: Asked, view: EditionView) -> bool:
    return covers(asked.caller.scope, asked.office, view.scope.kind, view.scope.id)


def edition_document(view: EditionView) -> EditionDocument:
    """Return an edition as programs get it."""
    return {
        "id": view.id,
        "period_kind": view.period.kind,
        "period": view.period.code,
        "scope": f"{view.scope.kind}:{view.scope.id}" if view.scope.id else view.scope.kind,
        "state": view.state,
        "why": render(reason_message(view.why), SOURCE) if view.why else "",
        "asked_utc": view.asked_utc.isoformat(),
        "asked_by": view.actor,
        "made_utc": view.made_utc.isoformat() if view.made_utc else None,
        "as_of_utc": view.as_of_utc.isoformat() if view.as_of_utc else None,
        "edition": view.number,
        "same_as": view.same_as,
        "sha256": view.value_hash,
        "summary": view.summary,
        "differences": view.different,
        "ticket": view.ticket,
    }
