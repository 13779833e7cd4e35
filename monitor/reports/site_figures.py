"""Make the figures of each site, the sums of groups of them, and find the worst. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.charter.office import Office
from monitor.domain.reasons import Names
from monitor.reports.availability import Figures
from monitor.reports.fleet_times import MICROSECOND, accounting
from monitor.reports.report import NOTHING, Accounting, ExcusedTime, GroupFigures, SiteFigures
from monitor.reports.report_scope import group_name
from monitor.settings.fleet import Site

WORST = 10
GROUPS = ("kind", "union", "operator")


def site_figures(
    site: Site,
    found: Figures,
    outages: Mapping[str, int],
    affected: Mapping[str, int],
    used_us: int | None,
    known_utc: datetime | None = None,
) -> SiteFigures:
    """Return a site's figures; ``outages``, ``affected``: how many are of each site."""
    return SiteFigures(
        site.id,
        Names(site.name_bn, site.name_en),
        site.kind,
        site.union or "",
        site.operator,
        accounting(found.promised),
        accounting(found.always),
        outages=outages.get(site.id, 0),
        affected=affected.get(site.id, 0),
        power_us=found.power // MICROSECOND,
        excused=tuple(ExcusedTime(*each) for each in found.excused),
        workstations=len(site.workstations),
        used_us=used_us,
        known_utc=known_utc,
    )


def group_figures(office: Office, sites: Sequence[SiteFigures]) -> list[GroupFigures]:
    """Return the exact sums by kind, union and operator, in the order of the fleet; sites of none come last.

    Where no site has a union, or an operator, there are no groups by it.
    """
    return [each for by in GROUPS for each in _groups_by(office, by, sites)]


@dataclass
class _Sum:
    sites: int = 0
    outages: int = 0
    promised: list[Accounting] = field(default_factory=list)
    always: list[Accounting] = field(default_factory=list)


def _groups_by(office: Office, by: str, sites: Sequence[SiteFigures]) -> Iterator[GroupFigures]:
    found: dict[str, _Sum] = {}
    for site in sites:
        each = found.setdefault(getattr(site, by), _Sum())
        each.sites += 1
        each.outages += site.outages
        each.promised.append(site.promised)
        each.always.append(site.always)
    if not any(found):
        return
    for id_ in sorted(found, key=lambda id_: not id_):  # keeps the order of the others
        each = found[id_]
        name = group_name(office, by, id_)
        yield GroupFigures(by, id_, name, each.sites, total(each.promised), total(each.always), each.outages)


def total(found: Sequence[Accounting]) -> Accounting:
    """Return the sum of some sites' time."""
    return sum(found, NOTHING)


def worst(sites: Sequence[SiteFigures]) -> list[str]:
    """Return the ids of the ten sites that were down longest within their service hours, then at all hours."""
    down = [site for site in sites if site.promised.down_us or site.always.down_us]
    down.sort(key=lambda site: (-site.promised.down_us, -site.always.down_us, site.site))
    return [site.site for site in down[:WORST]]
