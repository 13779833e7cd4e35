"""Show the editions of reports about a place of the tree, ask for one, and give out its files.

They are the installation's, and no office's: whoever is at that place or above it sees them, if in charge of all of it.
"""

from datetime import date

from starlette.responses import RedirectResponse, Response

from monitor.alerts.cases import editions
from monitor.alerts.cases.edition_jobs import NotMade
from monitor.alerts.cases.editions import PLACE, Wanted
from monitor.domain.clock import DHAKA
from monitor.domain.message import message
from monitor.domain.roles import Right
from monitor.i18n.act_terms import EDITION_STATES
from monitor.i18n.reasons import reason_message
from monitor.reports.asking import wanted_of_place
from monitor.reports.edition_view import EditionView, usual_periods
from monitor.reports.of_place import place_scope
from monitor.reports.period import period_of
from monitor.reports.quick_report import quick_periods, quick_place_report
from monitor.reports.wording import period_text
from monitor.settings.installation import Installation
from monitor.settings.offices_file import Node
from monitor.store import edition_rows
from monitor.store.session import Session
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.dispatch import refused_page
from monitor.web.console.reports import ALL, PAGE, Preview, edition_page, file_of, given_out
from monitor.web.edition_files import EditionFiles


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of these pages; there are none of them where one office stands alone."""
    pages = PlaceReportPages(console)
    return [
        PageRoute("/offices/{place}/reports", Right.READ, pages.list, pages.ask, post_right=Right.TICKETS),
        PageRoute("/offices/{place}/reports/{id}", Right.READ, pages.show),
        PageRoute("/offices/{place}/reports/{id}/file", Right.READ, pages.file),
    ]


class PlaceReportPages:
    """The pages about reports of places."""

    def __init__(self, console: Console) -> None:
        self._console, self._files = console, EditionFiles()

    async def list(self, asked: Asked) -> Response:
        """List the editions about a place, with the form for another one; of a place with one office that office's."""
        return await self._list(asked)

    async def _list(self, asked: Asked, preview: Preview | None = None) -> Response:
        whole, installation, place = self._asked(asked)
        if len(installation.tree.below(place.id)) == 1:
            return RedirectResponse(f"/reports?office={installation.tree.below(place.id)[0]}", 303)
        before_id = asked.row_id("before")

        def read(session: Session) -> list[EditionView]:
            rows = edition_rows.about(session, PLACE, place.id, PAGE + 1, before_id)
            return [EditionView.of(row, whole.office, asked.lang, place) for row in rows]

        found = await whole.read(read)
        today = asked.now_utc.astimezone(DHAKA).date()
        return self._console.page(
            asked,
            "place_reports.html.j2",
            place=place,
            path=[installation.tree.nodes[each] for each in installation.tree.path(place.id)],
            states=EDITION_STATES,
            editions=found[:PAGE],
            following=found[PAGE - 1].id if len(found) > PAGE else None,
            periods=[(f"{each.kind}:{each.code}", period_text(each, asked.lang)) for each in usual_periods(today)],
            typed={name: asked.field(name) for name in ("period", "from", "to")},
            preview=preview,
        )

    async def ask(self, asked: Asked) -> Response:
        """Ask for a report of a place."""
        whole, installation, place = self._asked(asked)
        kind, _, code = asked.field("period").partition(":")
        if first := asked.field("from"):
            kind, code = "days", f"{first}..{asked.field('to') or date.isoformat(asked.now_utc.astimezone(DHAKA))[:10]}"
        about = wanted_of_place(installation.tree, place.id, kind, code)
        if asked.field("do") == "preview":
            return await self._list(asked, await self._preview(asked, whole, place, about))
        made = await whole.act(asked, lambda work: editions.ask(work, about).id, changed=(ALL,))
        return self._console.back(asked, f"{_home(place)}/{made}", message("The report is being made."))

    async def _preview(self, asked: Asked, whole: Console, place: Node, about: Wanted) -> Preview:
        offices, period = whole.live.offices.below(place.id), period_of(about.period_kind, about.period_code)
        editions.refuse_period(about, asked.now_utc)
        stored = await whole.read(lambda session: quick_periods(session, offices, period, asked.now_utc))
        report = await whole.count(lambda: quick_place_report(place, offices, stored))
        return Preview.of(period, place_scope(place), report, asked.lang)

    async def show(self, asked: Asked) -> Response:
        """Show an edition."""
        whole, _, place = self._asked(asked)
        view = await self._found(asked, whole, place)
        sites = whole.live.fleet.sites
        return edition_page(self._console, asked, view, sites, home=_home(place), may_answer=False)

    async def file(self, asked: Asked) -> Response:
        """Give out a file of an edition."""
        whole, _, place = self._asked(asked)
        view = await self._found(asked, whole, place)
        found = await file_of(whole, self._files, view, asked.query("lang"), asked.query("format"))
        if isinstance(found, NotMade):
            return refused_page(self._console, asked, 503, reason_message(found.why))
        return given_out(found)

    def _asked(self, asked: Asked) -> tuple[Console, Installation, Node]:
        """Return the console of all offices, what the visitor sees of them, and the place; raises NotFound."""
        if self._console.whole is None or self._console.installation_of is None or not asked.visitor.scope.is_all:
            raise NotFound
        installation = self._console.installation_of().seen_from(asked.visitor.node)
        place = installation.tree.nodes.get(asked.path("place"))
        if place is None:
            raise NotFound
        return self._console.whole, installation, place

    async def _found(self, asked: Asked, whole: Console, place: Node) -> EditionView:
        """Return the edition that the path names, if it is about that place; raises NotFound."""
        number = asked.path("id")
        if not (number.isascii() and number.isdigit() and len(number) < 16):
            raise NotFound

        def read(session: Session) -> EditionView | None:
            row = edition_rows.by_id(session, int(number))
            is_its = row is not None and (row.scope_kind, row.scope_id) == (PLACE, place.id)
            return EditionView.of(row, whole.office, asked.lang, place) if row is not None and is_its else None

        found = await whole.read(read)
        if found is None:
            raise NotFound
        return found


def _home(place: Node) -> str:
    return f"/offices/{place.id}/reports"
