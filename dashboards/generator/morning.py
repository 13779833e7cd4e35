"""The morning overview: what is down and since when, when it is due, and whether the monitor can be believed."""

from grafana_foundation_sdk.builders import dashboard, stat, statetimeline, table

from dashboards.generator import scales
from dashboards.generator.layout import board
from dashboards.generator.map import positions
from dashboards.generator.panels import About, Column, number, rows, timeline, verdict
from dashboards.generator.queries import ALIVE, NOW_LEFT, OFFICE, count, faults, named, otherwise, site_names
from dashboards.generator.scales import CODES
from monitor.domain.message import N_
from monitor.i18n.languages import Lang

NOTHING_DOWN = N_("Nothing is down")


def morning(lang: Lang) -> dashboard.Dashboard:
    """What an officer opens first."""
    return board(
        "morning",
        N_("Morning overview"),
        N_("What is down now, since when, and when the charter wants it back."),
        lang,
        [
            [_down(lang), _next(lang), _battery(lang), _health(lang)],
            [what_is_down(lang)],
            [_kinds(lang), positions(lang, MAP, _map_query(lang))],
            [_outages(lang, TODAY, "now/d")],
            [_outages(lang, WEEK, "now/w")],
            [power(lang)],
        ],
    )


def _down(lang: Lang) -> stat.Panel:
    about = About(
        N_("Down now"),
        N_("Sites that are down by their own fault; those that are merely behind a dead link are not counted."),
        N_("Begin with the first row of the table below; backbone links come before all else."),
    )
    return number(lang, about, f'sum(upazila_site_state{{{OFFICE}, state="down"}})', scales.DOWN)


def _next(lang: Lang) -> stat.Panel:
    about = About(
        N_("Next deadline"),
        N_("Time until the first of the charter's deadlines; negative once it has passed."),
        N_("If the target is missed there is a ticket: acknowledge it and begin."),
    )
    left = f"min({NOW_LEFT})"
    nothing_due = f"{left} or 2e9 * {ALIVE}"
    return number(lang, about, f"{left} or NaN * {ALIVE}", scales.TIME_LEFT, unit="dtdurations", words_of=nothing_due)


def _battery(lang: Lang) -> stat.Panel:
    about = About(
        N_("On battery"),
        N_("UPSes that feed from their batteries. Only those that are read by SNMP are counted."),
        N_("Ask the electricity office; have equipment shut down before the batteries are empty."),
    )
    return number(lang, about, count(f"upazila_ups_on_battery{{{OFFICE}}} == 1"), scales.BATTERY)


def _health(lang: Lang) -> stat.Panel:
    about = About(
        N_("The monitor itself"),
        N_("Whether database, clock, mail path and morning brief are well. If not, do not trust this page."),
        N_("Open the dashboard 'Monitor itself'."),
    )
    return verdict(lang, about, faults(OFFICE, ALIVE), scales.FAULTS)


def what_is_down(lang: Lang, *, width: int = 24, height: int = 7) -> table.Panel:
    """Every open outage with its start and its deadline; shared with the charter's dashboard."""
    about = About(
        N_("What is down now, and since when"),
        N_("Every outage: when it began, how much of the charter's time is left, how many are silent behind it."),
        N_("Begin with what has most others behind it. A click on a name opens the site's own dashboard."),
    )
    name = f"name_{lang}"
    labels = (name, "site", "kind")

    def column(title: str, expr: str, nothing: str, unit: str = "none", scale: scales.Scale | None = None) -> Column:
        """With a row of its own that says so while nothing is down."""
        known = f"max by ({', '.join(labels)}) ({named(expr, lang)})"
        return Column(title, otherwise(known, name, NOTHING_DOWN, lang, nothing), unit, scale)

    started = f"upazila_outage_started_timestamp_seconds{{{OFFICE}}} * 1000"
    return rows(
        lang,
        about,
        [(name, N_("Site")), ("site", ""), ("kind", N_("Kind"))],
        [
            column(N_("Since"), started, "NaN", "dateTimeAsLocal"),
            column(N_("Time left"), NOW_LEFT, "NaN", "dtdurations"),
            column(N_("By the charter"), NOW_LEFT, "2e9", "none", scales.TIME_LEFT),
            column(N_("No answer behind it"), f"upazila_outage_affected_sites{{{OFFICE}}}", "0"),
        ],
        width=width,
        height=height,
        links_to=f"upazila-site-{lang}",
    )


def _kinds(lang: Lang) -> table.Panel:
    about = About(
        N_("By kind"),
        N_(
            "How many sites of each kind are in which state. 'Unreachable': the link before it is down; 'other': no "
            "answer outside its hours, or not known."
        ),
        N_("If many of one kind are down at once, look for what they share first: a link, or power."),
    )

    def of(state: str) -> str:
        return f'sum by (kind) (upazila_site_state{{{OFFICE}, state=~"{state}"}})'

    return rows(
        lang,
        about,
        [("kind", N_("Kind"))],
        [
            Column(N_("Up"), of("up"), width=55),
            Column(N_("Down"), of("down"), width=85),
            Column(N_("Unreachable"), of("unreachable"), width=130),
            Column(N_("Degraded"), of("degraded"), width=85),
            Column(N_("Other"), of("paused|unknown"), width=50),
            Column(N_("In words"), of("down"), scale=scales.OF_A_KIND, width=90),
        ],
        width=12,
        height=10,
    )


MAP = About(
    N_("Map"),
    N_("Where the sites stand and how they are. The ground is empty: pictures of it would need the internet."),
    N_("Neighbours that are red together share a line or a feeder. Positions stand in sites.toml as 'position'."),
    N_("No site has a position in sites.toml."),
)


def _map_query(lang: Lang) -> str:
    labels = f"site, kind, name_{lang}, latitude, longitude"
    return f"max by ({labels}) (upazila_site_map_state{{{OFFICE}}})"


TODAY = About(
    N_("Today's outages"),
    N_("Sites that had an outage today, a row each; red while it lasted."),
    N_("Rows that turn red at the same time usually have one cause."),
)
WEEK = About(
    N_("This week's outages"),
    N_("Sites that had an outage since Sunday, a row each."),
    N_("A row that is red again and again needs a lasting cure: the line, its power or its equipment."),
)


def _outages(lang: Lang, about: About, since: str) -> statetimeline.Panel:
    name = f"name_{lang}"
    # From outages alone: the states of all sites over a week would be more than Prometheus loads for one question.
    open_ = f"upazila_outage_open{{{OFFICE}}}"
    had_one = f"max by (site) (count_over_time({open_}[$__range] @ end()))"
    down = f"{CODES['down']} * max by (site) ({open_})"
    states = f"{down} or on (site) (0 * {had_one} and on () {ALIVE})"
    of_those = f"({states}) * on (site) group_left ({name}) {site_names(lang)}"
    none = N_("No outage")
    expr = otherwise(of_those, name, none, lang)
    return timeline(lang, about, expr, f"{{{{{name}}}}}", scales.STATE, since=since)


def power(lang: Lang, selector: str = OFFICE, *, width: int = 24, height: int = 7) -> table.Panel:
    """Every UPS that is read; shared with the site's dashboard."""
    about = About(
        N_("Power: UPSes"),
        N_("Whether each UPS has mains or feeds from its battery, how long that lasts, and its charge."),
        N_("With less than 15 minutes left have what hangs on it shut down now."),
    )
    name, keys = f"name_{lang}", f"name_{lang}, site, device"
    none = N_("No UPS is read here")

    def column(
        title: str, metric: str, unit: str = "none", scale: scales.Scale | None = None, blank: str = "NaN"
    ) -> Column:
        every = f"(NaN * upazila_ups_on_battery{{{selector}}})" if metric != "upazila_ups_on_battery" else ""
        value = f"{metric}{{{selector}}} or {every}" if every else f"{metric}{{{selector}}}"
        known = f"max by ({keys}) ({named(f'max by (site, device) ({value})', lang)})"
        return Column(title, otherwise(known, name, none, lang, blank), unit, scale)

    return rows(
        lang,
        about,
        [(name, N_("Site")), ("site", ""), ("device", N_("Device"))],
        [
            column(N_("Mains"), "upazila_ups_on_battery", scale=scales.BATTERY),
            column(N_("Battery lasts"), "upazila_ups_battery_minutes_remaining", "m"),
            column(N_("In words"), "upazila_ups_battery_minutes_remaining", "none", scales.MINUTES_LEFT),
            column(N_("Charge"), "upazila_ups_battery_charge_percent", "percent"),
        ],
        width=width,
        height=height,
        links_to=f"upazila-site-{lang}",
    )
