"""Compute the report of a place of the tree: the report of each of its offices, and what they add up to.

Each office's part is what its own report says of the same period, by its own charter and calendar. Nothing is counted
twice over: sums are sums of the parts. What cannot be added, such as a median, is in the parts alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from monitor.alerts.cases.editions import PLACE
from monitor.charter.office import Office
from monitor.domain.progress import Progress, unheard
from monitor.domain.reasons import Names
from monitor.domain.text import comparison_key
from monitor.reports.monthly import report_of
from monitor.reports.period import Period
from monitor.reports.report import NOTHING, EarlierFigures, GroupFigures, Report, ReportScope
from monitor.reports.report_scope import scope_of
from monitor.reports.site_figures import GROUPS, worst
from monitor.reports.stored_period import StoredPeriod, stored_period
from monitor.reports.use_history import UseHistory
from monitor.settings.offices_file import Node
from monitor.store.offices import on_behalf_of
from monitor.store.session import Session

Figures = TypeVar("Figures", bound=Any)


def place_scope(place: Node) -> ReportScope:
    """Return what a report of that place is about."""
    return ReportScope(PLACE, place.id, place.names)


def stored_of_offices(
    session: Session, offices: Mapping[str, Office], period: Period, now_utc: datetime
) -> dict[str, StoredPeriod]:
    """Read what is stored of a period in each office, all of one moment. Raises NotBegun."""
    found = {}
    for id_, office in offices.items():
        with on_behalf_of(session, id_):
            found[id_] = stored_period(session, office, period, scope_of(office), now_utc)
    return found


def place_report(
    place: Node,
    offices: Mapping[str, Office],
    stored: dict[str, StoredPeriod],
    history_of: Callable[[Office], UseHistory],
    kept_since_utc: datetime | None = None,
    progress: Progress = unheard,
    page: str = "",
) -> Report:
    """Return the report of a place, for its officer to sign; what is ``stored`` is given up, office by office.

    Arguments as those of `monthly.report_of`; ``history_of``: the history of an office. Expects two offices or more.
    """
    parts: dict[str, Report] = {}
    for done, (id_, office) in enumerate(offices.items(), 1):
        parts[id_] = report_of(office, stored.pop(id_), history_of(office), kept_since_utc)
        progress(done, len(offices))
    signs = () if place.officer is None else (place.officer,)
    return replace(together(place_scope(place), parts), signatures=signs, page=page)


def together(scope: ReportScope, parts: Mapping[str, Report]) -> Report:
    """Return what the reports of some offices add up to. Pure."""
    every = list(parts.values())
    sites = [site for part in every for site in part.sites]
    return Report(
        period=every[0].period,
        scope=scope,
        as_of_utc=every[0].as_of_utc,
        office=scope.name,
        promised=sum((part.promised for part in every), NOTHING),
        always=sum((part.always for part in every), NOTHING),
        power_us=sum(part.power_us for part in every),
        sites=sites,
        groups=_groups(parts),
        outages=[outage for part in every for outage in part.outages],
        tickets=_added(
            (replace(row, acknowledge_s=None, resolve_s=None) for part in every for row in part.tickets),
            ("service",),
            ("opened", "resolved", "open", "reopened"),
        ),
        stages=_added((row for part in every for row in part.stages), ("level",), ("came", "in_time", "late", "open")),
        charter=_added(
            (replace(row, median_s=None, last_missed="") for part in every for row in part.charter),
            ("service",),
            ("kept", "missed", "open"),
        ),
        links=[link for part in every for link in part.links],
        worst=worst(sites),
        earlier=[_earlier(rows) for rows in zip(*(part.earlier for part in every), strict=True)],
        unseen=list(dict.fromkeys(time for part in every for time in part.unseen)),
        history=next(filter(None, (part.history for part in every)), ""),
        signatures=(),
        offices=parts,
    )


def _groups(parts: Mapping[str, Report]) -> list[GroupFigures]:
    """Return the sums of all offices by kind, union and operator; the operators whose sites were down longest first.

    A union is its office's alone, and is named with it; an operator is one, however offices spell the name.
    """
    rows = (_with_office(group, id_, part) for id_, part in parts.items() for group in part.groups)
    groups = _added(rows, ("by", "id"), ("sites", "promised", "always", "outages"))
    order = {by: place for place, by in enumerate(GROUPS)}
    return sorted(
        groups,
        key=lambda group: (
            order[group.by],
            not group.id and group.by != "kind",
            -group.promised.down_us if group.by == "operator" else 0,
        ),
    )


def _with_office(group: GroupFigures, office: str, part: Report) -> GroupFigures:
    """Return the group of an office as one among those of other offices."""
    if group.by != "union" or not group.id:
        return group
    name = Names(f"{group.name.bn} ({part.office.bn})", f"{group.name.en} ({part.office.en})")
    return replace(group, id=f"{office}.{group.id}", name=name)


def _added(rows: Iterable[Figures], by: Sequence[str], sums: Sequence[str]) -> list[Figures]:
    """Return one row, with the sums, for all that agree in the fields ``by``; in the order in which they come.

    Names agree as `comparison_key` has it; the first spelling stays.
    """
    found: dict[tuple[object, ...], Figures] = {}
    for row in rows:
        values = (getattr(row, name) for name in by)
        key = tuple(comparison_key(value) if isinstance(value, str) else value for value in values)
        before = found.get(key)
        added = {} if before is None else {name: getattr(before, name) + getattr(row, name) for name in sums}
        found[key] = replace(row if before is None else before, **added)
    return list(found.values())


def _earlier(rows: Sequence[EarlierFigures]) -> EarlierFigures:
    """Return the sums of an earlier period: of those offices of which anything is stored."""
    known = [row.promised for row in rows if row.promised is not None]
    promised = sum(known, NOTHING) if known else None
    counts = {name: sum(getattr(row, name) for row in rows) for name in ("outages", "kept", "missed")}
    return EarlierFigures(rows[0].period, promised, **counts)
