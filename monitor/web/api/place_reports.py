"""Answer about editions of reports of a place of the tree: a district's offices together, say."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from monitor.alerts.cases import editions
from monitor.alerts.cases.editions import PLACE
from monitor.domain.api_scopes import REPORTS_MAKE, REPORTS_READ
from monitor.i18n.languages import BOTH, SOURCE
from monitor.reports.asking import wanted_of_place
from monitor.reports.edition_view import EditionView
from monitor.reports.export.formats import MEDIA
from monitor.settings.offices_file import Node
from monitor.store import edition_rows
from monitor.store.keyset_queries import Page
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.api.answers import After, Found, IdempotencyKey, Limit, change, page, reading, route, span_of
from monitor.web.api.asked import Asked, Asking, GuardedRoute
from monitor.web.api.bodies import NewPlaceReport
from monitor.web.api.changes import do
from monitor.web.api.files import Language, file_route
from monitor.web.api.problems import Problem
from monitor.web.api.reports import EditionDocument, Format, Number, edition_document, file_of

router = APIRouter(route_class=GuardedRoute, tags=["reports"])
PlaceId = Annotated[str, Path(max_length=63, description="A nation, division or district of offices.toml.")]


@router.get("/offices/{place}/reports", **route(REPORTS_READ, EditionDocument, "not-found", of_list=True))
async def listed(asked: Asking, place: PlaceId, limit: Limit = 100, after: After = "") -> Response:
    """List the editions about a place, the latest asked for first."""
    node, span = _place(asked, place), span_of(limit, after, False, (int,))
    before_id = int(span.after[0]) if span.after else None

    def read(session: Session) -> Found:
        rows = edition_rows.about(session, PLACE, node.id, span.limit + 1, before_id)
        views = [EditionView.of(row, asked.office, SOURCE, node) for row in rows[: span.limit]]
        return page(asked, Page(views, (views[-1].id,) if len(rows) > span.limit else None), edition_document)

    return await reading(asked, read)


@router.post("/offices/{place}/reports", **change(REPORTS_MAKE, EditionDocument, "key-used", "not-found", status=202))
async def make(asked: Asking, place: PlaceId, body: NewPlaceReport, idempotency_key: IdempotencyKey = "") -> Response:
    """Ask for a report of a place with several offices: a part of each, and their sums. It is made by itself."""
    node, tree = _place(asked, place), asked.api.places_of(asked.caller.node).tree

    def asks(work: Work) -> Found:
        row = editions.ask(work, wanted_of_place(tree, node.id, body.period_kind, body.period, files=body.files))
        document = edition_document(EditionView.of(row, work.office, SOURCE, node))
        return Found(document, 202, headers={"location": f"{asked.request.url.path}/{row.id}"})

    return await do(asked, asks, ["reports"])


@router.get("/offices/{place}/reports/{number}", **route(REPORTS_READ, EditionDocument, "not-found"))
async def one(asked: Asking, place: PlaceId, number: Number) -> Response:
    """Read an edition about a place: whether it is made, and its summary."""
    node = _place(asked, place)
    return await reading(asked, lambda session: Found(edition_document(_found(asked, session, node, number))))


@router.get("/offices/{place}/reports/{number}/file", **file_route(REPORTS_READ, MEDIA.values(), "not-allowed"))
async def file(
    asked: Asking, place: PlaceId, number: Number, form: Format = "json", lang: Language = BOTH[0]
) -> Response:
    """Read a made edition about a place as a file; one that is not kept is rendered: ask again when told to."""
    node = _place(asked, place)
    return await file_of(asked, lambda session: _found(asked, session, node, number), form, lang)


def _place(asked: Asked, id_: str) -> Node:
    """Return a place at or below the caller's, who is in charge of all of it; raises Problem."""
    found = asked.api.places_of(asked.caller.node).tree.nodes.get(id_)
    if found is None or not asked.caller.scope.is_all:
        raise Problem("not-found")
    return found


def _found(asked: Asked, session: Session, place: Node, number: int) -> EditionView:
    """Return an edition about that place; raises Problem."""
    row = edition_rows.by_id(session, number)
    if row is None or (row.scope_kind, row.scope_id) != (PLACE, place.id):
        raise Problem("not-found")
    return EditionView.of(row, asked.office, SOURCE, place)
