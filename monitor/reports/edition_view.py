"""Show an edition to people: what it is about in words, and whether a user's scope covers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from monitor.charter.office import Office
from monitor.domain.reasons import Names, Reason
from monitor.domain.roles import Scope
from monitor.i18n.languages import Lang
from monitor.reports import wording
from monitor.reports.of_place import place_scope
from monitor.reports.period import Period, before, current_month, fiscal, period_of, quarter
from monitor.reports.report import ReportScope
from monitor.reports.report_scope import NoSuchScope, scope_of
from monitor.settings.offices_file import Node
from monitor.store.models import Edition

MONTHS, QUARTERS, YEARS = 13, 5, 3


@dataclass(frozen=True, slots=True)
class EditionView:
    """An edition as a page shows it; see `store.models.editions`."""

    id: int
    period: Period
    scope: ReportScope
    state: str
    why: Reason | None
    asked_utc: datetime
    actor: str
    made_utc: datetime | None
    number: int
    same_as: int | None
    as_of_utc: datetime | None
    value_hash: str
    summary: str
    differences: Sequence[dict[str, Any]]
    different: int
    ticket: str

    @classmethod
    def of(cls, row: Edition, office: Office, lang: Lang, place: Node | None = None) -> "EditionView":
        """Return the view of a row, within its session; ``place``: what it is about, if that is no office."""
        return cls(
            row.id,
            period_of(row.period_kind, row.period_code),
            _scope(row, office) if place is None else place_scope(place),
            row.state,
            row.why,
            row.asked_utc,
            row.actor,
            row.made_utc,
            row.number,
            row.same_as,
            row.as_of_utc,
            row.value_hash,
            str(row.said.get(lang, "")),
            row.differences,
            row.different,
            row.ticket.number if row.ticket else "",
        )

    def title(self, lang: Lang) -> str:
        """Return its period and what it is about."""
        return f"{wording.period_text(self.period, lang)} — {wording.scope_text(self.scope, lang)}"


def covers(scope: Scope, office: Office, kind: str, id_: str) -> bool:
    """Return whether a user of that scope may read a report about that: all of its sites must be within it."""
    if scope.is_all:
        return True
    match kind:
        case "site":
            site = office.fleet.sites.get(id_)
            return site is not None and scope.covers(site.union or "", site.kind)
        case "union":
            return id_ in scope.unions and not scope.kinds
        case "kind":
            return id_ in scope.kinds and not scope.unions
    return False


def last_months(today: date, count: int) -> list[Period]:
    """Return the months up to that of today, the last one first."""
    months = [current_month(today)]
    for _ in range(count - 1):
        months.append(before(months[-1]))
    return months


def usual_periods(today: date) -> list[Period]:
    """Return the periods that a form offers, the last finished month first."""
    this_month, *finished = last_months(today, MONTHS)
    quarters = [quarter(today.year, (today.month + 2) // 3)]
    for _ in range(QUARTERS - 1):
        quarters.append(before(quarters[-1]))
    years = [fiscal(today.year if today.month > 6 else today.year - 1)]
    for _ in range(YEARS - 1):
        years.append(before(years[-1]))
    return [*finished, this_month, *quarters, *years]


def _scope(row: Edition, office: Office) -> ReportScope:
    """Return what it is about; by its id where the configuration has it no more, or it is about other offices too."""
    try:
        found = scope_of(office, row.scope_kind, row.scope_id)
    except NoSuchScope:
        found = ReportScope(row.scope_kind, row.scope_id, Names(row.scope_id, row.scope_id))
    return ReportScope(found.kind, found.id, found.name, row.official)
