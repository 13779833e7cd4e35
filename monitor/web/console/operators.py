"""Show operators their scorecards: their months, what lasted beyond their limit, what came back, with the files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from monitor.charter.office import Office
from monitor.domain.clock import DHAKA
from monitor.domain.roles import Right
from monitor.i18n.languages import Lang, languages, own_name
from monitor.reports import wording
from monitor.reports.edition_view import EditionView, covers, last_months
from monitor.reports.export import operator_page
from monitor.reports.export.pages import Section
from monitor.reports.operator_scorecard import Scorecard, of_operator, scorecard_of
from monitor.reports.period import Period
from monitor.reports.quick_report import quick_period, quick_report
from monitor.reports.report import Report, ReportScope
from monitor.reports.report_scope import NoSuchScope, scope_of
from monitor.reports.stored_period import StoredPeriod
from monitor.store import edition_rows
from monitor.store.session import Session
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console

MONTHS, SHORTLY = 6, 2
MOST_EDITIONS = 100
PRINTED = ("pdf", "xlsx")
KIND = "operator"

Stored = Sequence[tuple[Period, StoredPeriod | None]]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of an operator. ``report``, ``card``: None where counting takes longer than a page, or nothing is known.

    ``edition``: the last one that was made of it.
    """

    period: Period
    name: str
    report: Report | None
    card: Scorecard | None
    edition: EditionView | None


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator in the list: how many sites it answers for, and its last months."""

    name: str
    sites: int
    months: Sequence[Month]


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of these pages."""

    async def every(asked: Asked) -> Response:
        office = console.office
        names = sorted({site.operator for site in office.fleet.sites.values() if site.operator})
        names = [name for name in names if covers(asked.visitor.scope, office, KIND, name)]

        scope, periods = scope_of(office), _periods(asked, SHORTLY)

        def read(session: Session) -> tuple[Stored, dict[str, list[EditionView]]]:
            return _stored(session, office, scope, periods, asked), {
                name: _editions(session, office, name, asked.lang) for name in names
            }

        stored, editions = await console.read(read)

        def count() -> list[Operator]:
            whole = [(period, quick_report(office, each)) for period, each in stored]
            return [
                _operator(
                    office,
                    name,
                    [(period, None if each is None else of_operator(each, name)) for period, each in whole],
                    editions[name],
                    asked.lang,
                )
                for name in names
            ]

        found = await console.count(count)
        return console.page(asked, "operators.html.j2", operators=found, **_words(asked.lang))

    async def one(asked: Asked) -> Response:
        office = console.office
        try:
            scope = scope_of(office, KIND, asked.path("name"))
        except NoSuchScope:
            raise NotFound from None
        if not covers(asked.visitor.scope, office, KIND, scope.id):
            raise NotFound

        def read(session: Session) -> tuple[Stored, list[EditionView]]:
            stored = _stored(session, office, scope, _periods(asked, MONTHS), asked)
            return stored, _editions(session, office, scope.id, asked.lang)

        stored, editions = await console.read(read)

        def count() -> Operator:
            own = [(period, quick_report(office, each)) for period, each in stored]
            return _operator(office, scope.id, own, editions, asked.lang)

        found = await console.count(count)
        wanted = asked.query("month")
        chosen = next((each for each in found.months if each.period.code == wanted), None) or _last_known(found.months)
        return console.page(
            asked,
            "operator.html.j2",
            operator=found,
            chosen=chosen,
            sections=_sections(chosen, asked.lang),
            said=operator_page.summary(chosen.report, chosen.card, asked.lang) if chosen.report and chosen.card else "",
            files=[(lang, own_name(lang), PRINTED) for lang in languages()],
            sites=[site for site in office.fleet.sites.values() if site.operator == found.name][:MOST_EDITIONS],
            **_words(asked.lang),
        )

    return [
        PageRoute("/reports/operators", Right.READ, get=every),
        PageRoute("/reports/operators/{name:path}", Right.READ, get=one),
    ]


def _periods(asked: Asked, count: int) -> list[Period]:
    return last_months(asked.now_utc.astimezone(DHAKA).date(), count)


def _stored(session: Session, office: Office, scope: ReportScope, periods: Sequence[Period], asked: Asked) -> Stored:
    return [(each, quick_period(session, office, each, scope, asked.now_utc)) for each in periods]


def _editions(session: Session, office: Office, name: str, lang: Lang) -> list[EditionView]:
    return [EditionView.of(row, office, lang) for row in edition_rows.made_of(session, KIND, name, MOST_EDITIONS)]


def _operator(
    office: Office,
    name: str,
    months: Sequence[tuple[Period, Report | None]],
    editions: Sequence[EditionView],
    lang: Lang,
) -> Operator:
    sites = sum(site.operator == name for site in office.fleet.sites.values())
    return Operator(name, sites, [_month(period, report, editions, lang) for period, report in months])


def _month(period: Period, report: Report | None, editions: Sequence[EditionView], lang: Lang) -> Month:
    if report is not None and report.promised.share is None and not report.outages:
        report = None  # nothing was measured then
    made = next((each for each in editions if each.period == period), None)
    name = wording.period_text(period, lang)
    return Month(period, name, report, None if report is None else scorecard_of(report), made)


def _last_known(months: Sequence[Month]) -> Month:
    """Return the last finished month of which anything is known, else the present one."""
    return next((each for each in months[1:] if each.report), months[0])


def _sections(chosen: Month, lang: Lang) -> list[Section]:
    if chosen.card is None:
        return []
    return [operator_page.again(chosen.card, lang), operator_page.late(chosen.card, lang)]


def _words(lang: Lang) -> dict[str, Any]:
    """Return what the templates may call."""
    return {
        "share": lambda share: wording.share_text(share, lang),
        "length": lambda length_us: wording.length_text(length_us, lang),
    }
