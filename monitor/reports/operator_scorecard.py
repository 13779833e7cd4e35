"""Hold an operator's links against the time that it may take to mend them: what was late, what came back. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.domain.reasons import Names
from monitor.reports.report import NOTHING, OutageFigures, Report, ReportScope

OFTEN, LATE_AGAIN = 3, 2
"""So many outages, or so many beyond the limit, of one site in a period are a fault that comes back."""


@dataclass(frozen=True, slots=True)
class Offender:
    """A site that failed again and again: its outages, how many were beyond the limit, by how long; lengths whole."""

    site: str
    name: Names
    outages: int
    late: int
    length_us: int
    over_us: int


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What an operator is told. ``late``: its outages beyond the limit, as they began; ``over_us``: by how long in all.

    Lengths are whole: what an outage lasted before the period is in them. ``offenders``: the worst first.
    """

    outages: int
    late: Sequence[OutageFigures]
    length_us: int
    over_us: int
    offenders: Sequence[Offender]


def scorecard_of(report: Report) -> Scorecard:
    """Return the scorecard of a report about an operator; only what began at its own sites is held against it."""
    by_site: dict[str, list[OutageFigures]] = {}
    for outage in report.outages:
        by_site.setdefault(outage.site, []).append(outage)
    offenders = [offender for some in by_site.values() if is_offender(offender := _offender(some))]
    return Scorecard(
        len(report.outages),
        [outage for outage in report.outages if outage.over_us],
        sum(outage.length_us for outage in report.outages),
        sum(outage.over_us for outage in report.outages),
        sorted(offenders, key=lambda each: (-each.over_us, -each.outages, -each.length_us, each.site)),
    )


def of_operator(report: Report, operator: str) -> Report:
    """Return what of an office's report is about an operator's sites, as far as its scorecard needs it."""
    promised = next((each.promised for each in report.groups if (each.by, each.id) == ("operator", operator)), NOTHING)
    return replace(
        report,
        scope=ReportScope("operator", operator, Names(operator, operator)),
        promised=promised,
        sites=[site for site in report.sites if site.operator == operator],
        outages=[outage for outage in report.outages if outage.operator == operator],
    )


def is_offender(found: Offender) -> bool:
    """Return whether a site failed again and again."""
    return found.outages >= OFTEN or found.late >= LATE_AGAIN


def _offender(outages: Sequence[OutageFigures]) -> Offender:
    return Offender(
        outages[0].site,
        outages[0].name,
        len(outages),
        sum(outage.over_us > 0 for outage in outages),
        sum(outage.length_us for outage in outages),
        sum(outage.over_us for outage in outages),
    )
