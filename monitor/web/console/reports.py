"""Show the editions of reports, ask for one, give out its files, and answer an official request with one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from monitor.alerts.cases import answers, editions
from monitor.alerts.cases.edition_jobs import MadeFile, NotMade
from monitor.alerts.cases.editions import Wanted
from monitor.charter.office import Office
from monitor.domain.clock import DHAKA
from monitor.domain.edition_states import EditionState
from monitor.domain.message import message
from monitor.domain.roles import Right
from monitor.domain.text import ascii_digits
from monitor.i18n.act_terms import EDITION_STAGES, EDITION_STATES
from monitor.i18n.languages import Lang, languages, own_name
from monitor.i18n.reasons import reason_message
from monitor.i18n.terms import KINDS
from monitor.reports.asking import wanted
from monitor.reports.difference_words import difference_texts
from monitor.reports.edition_view import EditionView, covers, usual_periods
from monitor.reports.export.formats import FORMATS
from monitor.reports.period import Period, period_of
from monitor.reports.quick_report import quick_period, quick_report
from monitor.reports.report import Difference, Report, ReportScope
from monitor.reports.report_scope import scope_of
from monitor.reports.wording import period_text, scope_text, summary
from monitor.settings.fleet import Site
from monitor.store import edition_rows
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.dispatch import refused_page
from monitor.web.console.rendering import site_name
from monitor.web.edition_files import EditionFiles, kept_or_value

PAGE = 30
ALL = "reports"


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of these pages."""
    pages = ReportPages(console)
    return [
        PageRoute("/reports", Right.READ, pages.list, pages.ask, post_right=Right.TICKETS),
        PageRoute("/reports/{id}", Right.READ, pages.show),
        PageRoute("/reports/{id}/file", Right.READ, pages.file),
        PageRoute("/reports/{id}/answer", Right.TICKETS, post=pages.answer),
    ]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a report will say if it is made now; ``said``: '' where counting it takes longer than a page may."""

    title: str
    said: str

    @classmethod
    def of(cls, period: Period, scope: ReportScope, report: Report | None, lang: Lang) -> "Preview":
        """Return that of a report; ``report``: None where counting it takes longer."""
        title = f"{period_text(period, lang)} — {scope_text(scope, lang)}"
        return cls(title, "" if report is None else summary(report, lang))


class ReportPages:
    """The pages about reports."""

    def __init__(self, console: Console) -> None:
        self._console, self._files = console, EditionFiles()

    @property
    def _office(self) -> Office:
        return self._console.office

    async def list(self, asked: Asked) -> Response:
        """List editions, with the form for another one."""
        return await self._list(asked)

    async def _list(self, asked: Asked, preview: Preview | None = None) -> Response:
        office, before_id = self._office, asked.row_id("before")

        def read(session: Session) -> list[EditionView]:
            rows = edition_rows.listed(session, PAGE + 1, before_id)
            return [EditionView.of(row, office, asked.lang) for row in rows]

        found = await self._console.read(read)
        sites = office.fleet.sites.values()
        return self._console.page(
            asked,
            "reports.html.j2",
            states=EDITION_STATES,
            editions=[each for each in found[:PAGE] if self._sees(asked, each)],
            following=found[PAGE - 1].id if len(found) > PAGE else None,
            periods=[
                (f"{each.kind}:{each.code}", period_text(each, asked.lang))
                for each in usual_periods(asked.now_utc.astimezone(DHAKA).date())
            ],
            kinds=[kind for kind in KINDS if self._covers(asked, "kind", kind)],
            unions=sorted({site.union for site in sites if site.union and self._covers(asked, "union", site.union)}),
            operators=sorted(
                {site.operator for site in sites if site.operator and self._covers(asked, "operator", site.operator)}
            ),
            ticket=asked.query("ticket")[:40],
            typed={name: asked.field(name) for name in ("period", "from", "to", "scope", "site")},
            preview=preview,
        )

    async def ask(self, asked: Asked) -> Response:
        """Ask for a report."""
        kind, _, code = asked.field("period").partition(":")
        if first := asked.field("from"):
            kind, code = "days", f"{first}..{asked.field('to') or date.isoformat(asked.now_utc.astimezone(DHAKA))[:10]}"
        scope, _, id_ = asked.field("scope", "office").partition(":")
        if site := asked.field("site"):
            scope, id_ = "site", site
        about = wanted(self._office, kind, code, scope, id_)
        if not self._covers(asked, about.scope_kind, about.scope_id):
            said = message("It is about more than what you are in charge of.")
            return refused_page(self._console, asked, 403, said)
        if asked.field("do") == "preview":
            return await self._list(asked, await self._preview(asked, about))
        made = await self._console.act(asked, lambda work: editions.ask(work, about).id, changed=(ALL,))
        return self._console.back(asked, f"/reports/{made}", message("The report is being made."))

    async def _preview(self, asked: Asked, about: Wanted) -> Preview:
        office, period = self._office, period_of(about.period_kind, about.period_code)
        editions.refuse_period(about, asked.now_utc)
        scope = scope_of(office, about.scope_kind, about.scope_id)

        stored = await self._console.read(lambda each: quick_period(each, office, period, scope, asked.now_utc))
        report = await self._console.count(lambda: quick_report(office, stored))
        return Preview.of(period, scope, report, asked.lang)

    async def show(self, asked: Asked) -> Response:
        """Show an edition."""
        view = await self._found(asked)
        may_answer = asked.visitor.may(Right.TICKETS) and view.state == EditionState.MADE
        return edition_page(self._console, asked, view, self._office.fleet.sites, may_answer=may_answer)

    async def file(self, asked: Asked) -> Response:
        """Give out a file of an edition."""
        view = await self._found(asked)
        found = await self._file(view, asked.query("lang"), asked.query("format"))
        if isinstance(found, NotMade):
            return refused_page(self._console, asked, 503, reason_message(found.why))
        return given_out(found)

    async def answer(self, asked: Asked) -> Response:
        """Answer an official request with a file of an edition."""
        view = await self._found(asked)
        lang, form, number = asked.field("lang"), asked.field("format"), ascii_digits(asked.field("ticket"))
        made = await self._file(view, lang, form)
        if isinstance(made, NotMade):
            return refused_page(self._console, asked, 503, reason_message(made.why))

        def does(work: Work) -> None:
            answers.answer(work, view.same_as or view.id, number, f"{lang}.{form}", made)

        await self._console.act(asked, does, changed=(ALL, f"report:{view.id}"))
        return self._console.back(asked, f"/tickets/{number}", message("The request is answered with the report."))

    async def _file(self, view: EditionView, lang: str, form: str) -> MadeFile | NotMade:
        return await file_of(self._console, self._files, view, lang, form)

    async def _found(self, asked: Asked) -> EditionView:
        """Return the edition that the path names, if it is within the visitor's scope; raises NotFound."""
        number, office = asked.path("id"), self._office
        if not (number.isascii() and number.isdigit() and len(number) < 16):
            raise NotFound

        def read(session: Session) -> EditionView | None:
            row = edition_rows.by_id(session, int(number))
            return None if row is None else EditionView.of(row, office, asked.lang)

        found = await self._console.read(read)
        if found is None or not self._sees(asked, found):
            raise NotFound
        return found

    def _sees(self, asked: Asked, view: EditionView) -> bool:
        return self._covers(asked, view.scope.kind, view.scope.id)

    def _covers(self, asked: Asked, kind: str, id_: str) -> bool:
        return covers(asked.visitor.scope, self._office, kind, id_)


def edition_page(
    console: Console,
    asked: Asked,
    view: EditionView,
    sites: Mapping[str, Site],
    *,
    home: str = "/reports",
    may_answer: bool,
) -> Response:
    """Return the page of an edition. ``sites``: whose names its differences may say; ``home``: the page of its list."""
    names = {site.id: site_name(asked.lang, site) for site in sites.values()}
    return console.page(
        asked,
        "report.html.j2",
        differences=[difference_texts(Difference(**each), names, asked.lang) for each in view.differences],
        states=EDITION_STATES,
        stages=EDITION_STAGES,
        progress=console.live.report_progress.get(view.id),
        edition=view,
        why=reason_message(view.why) if view.why else "",
        files=[(lang, own_name(lang), list(FORMATS)) for lang in languages()],
        may_answer=may_answer,
        typed=asked.query("ticket"),
        home=home,
    )


async def file_of(console: Console, files: EditionFiles, view: EditionView, lang: str, form: str) -> MadeFile | NotMade:
    """Return a file of an edition, as it was kept, or rendered now; raises NotFound."""
    if lang not in languages() or form not in FORMATS or view.state not in (EditionState.MADE, EditionState.SAME):
        raise NotFound
    id_ = view.same_as or view.id
    there, value = await console.read(lambda session: kept_or_value(session, id_, f"{lang}.{form}"))
    if there is not None:
        return there
    if value is None:
        raise NotFound
    return await files.rendered((id_, lang, form), value)


def given_out(file: MadeFile) -> Response:
    """Answer with a file, under its name."""
    headers = {"content-disposition": f'attachment; filename="{file.filename}"', "cache-control": "no-cache"}
    return Response(file.content, media_type=file.media, headers=headers)
