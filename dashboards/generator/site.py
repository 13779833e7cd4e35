"""One site: how it is, how its devices answer, what it serves, and what its equipment says."""

from grafana_foundation_sdk.builders import dashboard, stat, statetimeline, table, timeseries

from dashboards.generator import scales
from dashboards.generator.backbone import SELDOM
from dashboards.generator.layout import board, choice
from dashboards.generator.morning import power
from dashboards.generator.panels import About, Column, Curve, curves, number, rows, timeline, verdict
from dashboards.generator.queries import ALIVE, OFFICE, RATE, code, otherwise
from monitor.domain.message import N_
from monitor.i18n.languages import Lang, lookup

HERE = f'{OFFICE}, site="$site"'


def site(lang: Lang) -> dashboard.Dashboard:
    """Of the site that the reader chooses by its name."""
    regex = f'/name_{lang}="(?<text>[^"]+)".*[,{{]site="(?<value>[^"]+)"/'
    variable = choice("site", N_("Site"), lang, f"query_result(upazila_site_info{{{OFFICE}}})", regex=regex)
    return board(
        "site",
        N_("Site"),
        N_("How one site is, how it answers, and what its equipment says."),
        lang,
        [
            [_state(lang), _deadline(lang), _share(lang), _loss_now(lang)],
            [_history(lang)],
            [_rtt(lang), _loss(lang)],
            [_services(lang), _workstations(lang)],
            [_traffic(lang), power(lang, HERE, width=12, height=9)],
        ],
        variables=[variable],
    )


def _state(lang: Lang) -> stat.Panel:
    about = About(
        N_("State now"),
        N_("Whether the site is up, degraded or down at this moment."),
        N_("Unreachable: look at the link before it. Down: phone the site, and ask about power and the router."),
    )
    return verdict(lang, about, f"max({code(HERE)})", scales.STATE)


def _deadline(lang: Lang) -> stat.Panel:
    about = About(
        N_("Time left"),
        N_("How long its outage may still last by the charter."),
        N_("If the target is missed, acknowledge the ticket and say what is being done."),
    )
    left = f"max(upazila_outage_deadline_timestamp_seconds{{{HERE}}}) - time()"
    words_of = f"{left} or 2e9 * {ALIVE}"
    return number(lang, about, f"{left} or NaN * {ALIVE}", scales.TIME_LEFT, unit="dtdurations", words_of=words_of)


def _share(lang: Lang) -> stat.Panel:
    about = About(
        N_("Was up"),
        N_("Share of the shown time in which it was up; paused and unknown time left out."),
        N_("Below 99 % look at the timeline below for when it fails."),
    )

    def of(states: str) -> str:
        return f"sum(sum_over_time(upazila_site_state{{{HERE}, {states}}}[$__range]))"

    share = f"""{of('state=~"up|degraded"')} / {of('state!~"paused|unknown"')}"""
    blank = N_("no time that counts")
    return number(lang, about, share, scales.SHARE, unit="percentunit", blank=blank)


def _loss_now(lang: Lang) -> stat.Panel:
    about = About(
        N_("Loss now"),
        N_("Share of the last round's echoes lost, of its worst device."),
        N_("Again and again above 20 %: talk to the operator about the line."),
    )
    expr = f"max(upazila_icmp_packet_loss_ratio{{{HERE}}}) or NaN * {ALIVE}"
    blank = N_("no round yet")
    return number(lang, about, expr, scales.LOSS, unit="percentunit", blank=blank)


def _history(lang: Lang) -> statetimeline.Panel:
    about = About(
        N_("How it has been"),
        N_("The site's state over the shown time, in colour and words."),
        N_("Trouble at the same hour every day usually is load-shedding."),
    )
    return timeline(lang, about, code(HERE), "{{site}}", scales.STATE, height=4)


def _rtt(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Round-trip time"),
        N_("Mean time until each device answers. No line while it does not."),
        N_("If it climbs in the evenings the line is full: more capacity is needed."),
    )
    expr = f"upazila_icmp_rtt_seconds{{{HERE}}}"
    none = N_("no device answers now")
    return curves(
        lang, about, [Curve(otherwise(expr, "device", none, lang, "NaN"), "{{device}}")], scales.RTT, unit="s", log=True
    )


def _loss(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Packet loss"),
        N_("Share of each round's echoes that were lost."),
        N_("From 20 % on the site counts as degraded: look at cable, optics or radio."),
    )
    expr = f"upazila_icmp_packet_loss_ratio{{{HERE}}}"
    none = N_("no round yet")
    curve = Curve(otherwise(expr, "device", none, lang, "NaN"), "{{device}}")
    return curves(lang, about, [curve], scales.LOSS, unit="percentunit", top=1)


def _services(lang: Lang) -> table.Panel:
    about = About(
        N_("What it serves"),
        N_("Whether the site's services (web, DNS, TCP) answer as they should."),
        N_("If one does not, see whether it runs on its machine."),
    )
    none = N_("No service is checked here")

    def column(title: str, metric: str, unit: str = "none", scale: scales.Scale | None = None) -> Column:
        value = f"{metric}{{{HERE}}} or NaN * upazila_service_up{{{HERE}}}"
        known = f"max by (check, check_kind) ({value if scale is None else f'{metric}{{{HERE}}}'})"
        return Column(title, otherwise(known, "check", none, lang, "NaN"), unit, scale)

    return rows(
        lang,
        about,
        [("check", N_("Service")), ("check_kind", N_("Kind"))],
        [
            column(N_("State"), "upazila_service_up", scale=scales.ANSWERS),
            column(N_("Answers after"), "upazila_service_response_seconds", "s"),
        ],
        width=12,
        height=7,
    )


def _workstations(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Workstations of the lab"),
        N_("How many of the lab's PCs answer; 0 of 0 where none is configured. One that is off is no fault."),
        N_("None in class hours: ask about power, and whether the lab is used."),
    )
    wanted = [
        Curve(
            f'upazila_lab_workstations{{{HERE}, counted="{counted}"}} or on () 0 * {ALIVE}',
            lookup(lang, words),
        )
        for counted, words in (("answering", N_("answer")), ("all", N_("all")))
    ]
    return curves(lang, about, wanted, height=7)


def _traffic(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Traffic"),
        N_("Bits a second through the ports of its devices, the busiest five."),
        N_("If it drops to nothing, look at the port and its cable."),
    )
    none = N_("no device is read by SNMP here")
    wanted = [
        Curve(
            otherwise(f"topk(5, rate(ifHC{way}Octets{{{HERE}}}{RATE}) * 8)", "ifName", none, lang),
            f"{{{{ifName}}}} {lookup(lang, words)}",
            SELDOM,
        )
        for way, words in (("In", N_("in")), ("Out", N_("out")))
    ]
    return curves(lang, about, wanted, unit="bps")
