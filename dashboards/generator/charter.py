"""The charter: which promises were kept, what is open, how long things take."""

from grafana_foundation_sdk.builders import dashboard, stat, table, timeseries

from dashboards.generator import scales
from dashboards.generator.layout import board
from dashboards.generator.morning import what_is_down
from dashboards.generator.panels import About, Column, Curve, curves, number, rows
from dashboards.generator.queries import OFFICE, of_services, otherwise
from monitor.domain.message import N_
from monitor.i18n.languages import Lang, lookup

AVAILABLE = f'upazila_charter_availability_ratio{{{OFFICE}, window="30d"}}'
BURN = "service:upazila_charter_burn:ratio"
"""What recording.yml makes of it; behind it stands a window."""

NO_RULES = N_("Prometheus has not loaded the rules of dashboards/prometheus/rules.")


def charter(lang: Lang) -> dashboard.Dashboard:
    """For the officer who answers for the promises, and for the one above."""
    return board(
        "charter",
        N_("Charter"),
        N_("Which promises of the Citizen's Charter were kept, and what is open."),
        lang,
        [
            [_missed(lang), _kept(lang), _open(lang), _climbed(lang)],
            [_services(lang)],
            [_by_stage(lang), _by_service(lang)],
            [_took(lang), _available(lang)],
            [_burn(lang)],
            [what_is_down(lang, height=7)],
        ],
        since="now-7d",
    )


def _targets(target: str, window: str) -> str:
    return f'max by (service) (upazila_charter_targets{{{OFFICE}, target="{target}", window="{window}"}})'


def _missed(lang: Lang) -> stat.Panel:
    about = About(
        N_("Targets missed in 7 days"),
        N_("Tickets and outages whose deadline passed in the last 7 days."),
        N_("See in the table below whose they are."),
    )
    return number(lang, about, f"sum({_targets('missed', '7d')})", scales.MISSED)


def _kept(lang: Lang) -> stat.Panel:
    about = About(
        N_("Kept in 30 days"),
        N_("Share of the last 30 days' targets that were met."),
        N_("Below 95 % go through the causes with the district office."),
    )
    met, missed = (f"sum({_targets(target, '30d')})" for target in ("met", "missed"))
    blank = N_("nothing was due")
    share = f"{met} / ({met} + {missed})"
    return number(lang, about, share, scales.SHARE, unit="percentunit", blank=blank)


def _open(lang: Lang) -> stat.Panel:
    about = About(
        N_("Open tickets"),
        N_("Tickets that are not resolved yet."),
        N_("Write into each what was done today: upazila-monitor ticket comment."),
    )
    return number(lang, about, f"sum(max by (stage) (upazila_tickets_open{{{OFFICE}}}))", scales.TICKETS)


def _climbed(lang: Lang) -> stat.Panel:
    about = About(
        N_("On the grievance chain"),
        N_("Tickets that have gone beyond the responsible officer."),
        N_("District and department look at these: resolve them first."),
    )
    beyond = f'upazila_tickets_open{{{OFFICE}, stage!="officer"}}'
    return number(lang, about, f"sum(max by (stage) ({beyond}))", scales.CLIMBED)


def _services(lang: Lang) -> table.Panel:
    about = About(
        N_("Service by service"),
        N_("Each row of the charter over 30 days: targets met and missed, open tickets, time taken, availability."),
        N_("Begin with the row that misses most."),
    )
    name = f"name_{lang}"
    every = f"NaN * max by (service, {name}) (upazila_charter_service_info{{{OFFICE}}})"

    def column(
        title: str, expr: str, unit: str = "none", scale: scales.Scale | None = None, width: int = 100
    ) -> Column:
        return Column(title, f"{of_services(f'max by (service) ({expr})', lang)} or {every}", unit, scale, width)

    def took(of: str) -> str:
        return f'upazila_charter_time_to_resolve_seconds{{{OFFICE}, of="{of}", window="30d"}}'

    return rows(
        lang,
        about,
        [(name, N_("Service")), ("service", N_("Row"))],
        [
            column(N_("Met"), _targets("met", "30d"), width=80),
            column(N_("Missed"), _targets("missed", "30d"), width=80),
            column(N_("In words"), _targets("missed", "30d"), "none", scales.MISSED, 160),
            column(N_("Open"), f"upazila_charter_tickets_open{{{OFFICE}}}", width=80),
            column(N_("Median time"), took("median"), "dtdurations", None, 140),
            column(N_("Longest"), took("longest"), "dtdurations", None, 140),
            column(N_("Availability"), AVAILABLE, "percentunit"),
        ],
        height=12,
    )


def _by_stage(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Tickets by stage"),
        N_("How many tickets stand where: the officer, then stages 1, 2, 3 of the grievance chain."),
        N_("If the upper stages grow, work is stuck below."),
    )
    curve = Curve(f"max by (stage) (upazila_tickets_open{{{OFFICE}}})", lookup(lang, N_("stage")) + " {{stage}}")
    return curves(lang, about, [curve], scales.PLAIN, height=8, stacked=True)


def _by_service(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Tickets by service"),
        N_("Open tickets of each row of the charter."),
        N_("Where they pile up, think of more hands or another operator."),
    )
    none = N_("no ticket is open")
    waiting = f"max by (service) (upazila_charter_tickets_open{{{OFFICE}}}) > 0"
    expr = otherwise(waiting, "service", none, lang)
    return curves(lang, about, [Curve(expr, "{{service}}")], scales.PLAIN, height=8, stacked=True)


def _took(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Time to resolve"),
        N_("Median time that what was resolved in the last 7 days took, by service."),
        N_("If it grows, see in the tickets' histories where the time goes."),
    )
    none = N_("nothing was resolved in 7 days")
    median = f'max by (service) (upazila_charter_time_to_resolve_seconds{{{OFFICE}, of="median", window="7d"}})'
    return curves(lang, about, [Curve(otherwise(median, "service", none, lang, "NaN"), "{{service}}")], unit="s")


def _available(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Availability against the objective"),
        N_(
            "Mean availability of each service's sites over 30 days, in their hours. The charter names no percentage: "
            "99 % is the objective that the rules set."
        ),
        N_("Below the objective look for the sites that are down most."),
    )
    curve = Curve(f"max by (service) ({AVAILABLE})", "{{service}}")
    return curves(lang, about, [curve], scales.SHARE, unit="percentunit", top=1)


def _burn(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("How fast the allowance burns"),
        N_("How many times faster than allowed the month's allowance of down time is being used: at 1 it just lasts."),
        N_("Above 6 act today, above 14.4 at once."),
        NO_RULES,
    )
    none = N_("rules not loaded")
    wanted = [
        Curve(
            otherwise(f"max by (service) ({BURN}{window}{{{OFFICE}}})", "service", none, lang, "NaN"),
            f"{{{{service}}}} {window}",
        )
        for window in ("1h", "6h")
    ]
    return curves(lang, about, wanted, scales.BURN, width=24, height=9, log=True)
