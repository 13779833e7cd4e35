"""The backbone: how its links are, how full, how well they carry, and how much light arrives."""

from grafana_foundation_sdk.builders import dashboard, heatmap, statetimeline, table, timeseries

from dashboards.generator import scales
from dashboards.generator.layout import board, choice
from dashboards.generator.panels import About, Column, Curve, curves, heat, rows, timeline
from dashboards.generator.queries import ALIVE, LIGHT_IN, OFFICE, RATE, code, named, otherwise, site_names
from monitor.domain.message import N_
from monitor.i18n.languages import Lang, lookup

LINKS = f'{OFFICE}, kind="backbone"'
PORTS = f'{OFFICE}, site=~"$router", ifName=~"$port"'
SELDOM = "1m"
"""Devices are read by SNMP so often."""

NOT_READ = N_("no device is read by SNMP")


def backbone(lang: Lang) -> dashboard.Dashboard:
    """All links together; ports of the routers and interfaces that the reader chooses."""
    sites = f"label_values(ifOperStatus{{{OFFICE}}}, site)"
    ports = f'label_values(ifOperStatus{{{OFFICE}, site=~"$router"}}, ifName)'
    router = choice("router", N_("Devices at"), lang, sites, several=True)
    port = choice("port", N_("Port"), lang, ports, several=True)
    return board(
        "backbone",
        N_("Backbone"),
        N_("Backbone links: traffic, loss, errors and light."),
        lang,
        [
            [_links(lang)],
            [_history(lang)],
            [_traffic(lang), _full(lang)],
            [_loss(lang), _rtt(lang)],
            [_damaged(lang), _light(lang)],
            [_ports(lang)],
        ],
        variables=[router, port],
        since="now-6h",
    )


def _links(lang: Lang) -> table.Panel:
    about = About(
        N_("Links now"),
        N_("Each link's state, its last round-trip time and loss."),
        N_("Call the operator at once for one that is down: the charter allows it no time."),
    )
    name = f"name_{lang}"
    links = f"max by ({name}, site) (upazila_site_info{{{LINKS}}})"
    none = N_("No backbone link is configured")

    def column(title: str, expr: str, unit: str = "none", scale: scales.Scale | None = None) -> Column:
        value = f"({expr}) * on (site) group_left ({name}) {links} or NaN * {links}"
        return Column(title, otherwise(value, name, none, lang, "NaN"), unit, scale)

    loss = f"max by (site) (upazila_icmp_packet_loss_ratio{{{LINKS}}})"
    return rows(
        lang,
        about,
        [(name, N_("Link")), ("site", "")],
        [
            column(N_("State"), code(LINKS), scale=scales.STATE),
            column(N_("Round trip"), f"max by (site) (upazila_icmp_rtt_seconds{{{LINKS}}})", "s"),
            column(N_("Loss"), loss, "percentunit"),
            column(N_("Quality"), loss, "none", scales.LOSS),
        ],
        height=6,
        links_to=f"upazila-site-{lang}",
    )


def _history(lang: Lang) -> statetimeline.Panel:
    about = About(
        N_("How the links have been"),
        N_("The state of each link, a row each."),
        N_("Links that go down together usually have their cause upstream."),
    )
    name = f"name_{lang}"
    expr = f"{code(LINKS)} * on (site) group_left ({name}) {site_names(lang)}"
    none = N_("no backbone link is configured")
    return timeline(lang, about, otherwise(expr, name, none, lang), f"{{{{{name}}}}}", scales.STATE, height=6)


def _traffic(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Traffic against capacity"),
        N_("Bits a second through the chosen ports, the busiest five, and the largest capacity among them."),
        N_("When it comes near its capacity ask the operator for more."),
    )
    wanted = [
        Curve(
            otherwise(f"topk(5, rate(ifHC{way}Octets{{{PORTS}}}{RATE}) * 8)", "ifName", NOT_READ, lang),
            f"{{{{site}}}} {{{{ifName}}}} {lookup(lang, words)}",
            SELDOM,
        )
        for way, words in (("In", N_("in")), ("Out", N_("out")))
    ]
    capacity = Curve(f"max(ifHighSpeed{{{PORTS}}}) * 1e6 or 0 * {ALIVE}", lookup(lang, N_("capacity")))
    return curves(lang, about, [*wanted, capacity], unit="bps", log=True)


def _full(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("How full"),
        N_("Share of its capacity that a port carries, of the busier direction."),
        N_("From 90 % on the link counts as degraded. Above 70 % every day: plan for more."),
    )
    came, went = (f"rate(ifHC{way}Octets{{{PORTS}}}{RATE})" for way in ("In", "Out"))
    octets = f"({came} > {went} or {went})"
    expr = f"topk(5, {octets} * 8 / (ifHighSpeed{{{PORTS}}} > 0) / 1e6)"
    curve = Curve(otherwise(expr, "ifName", NOT_READ, lang), "{{site}} {{ifName}}", SELDOM)
    return curves(lang, about, [curve], scales.FULL, unit="percentunit", top=1)


def _loss(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Packet loss"),
        N_("Share of echoes that each link loses."),
        N_("If it jumps compare with errors and light below."),
    )
    name = f"name_{lang}"
    expr = named(f"max by (site) (upazila_icmp_packet_loss_ratio{{{LINKS}}})", lang)
    none = N_("no round yet")
    curve = Curve(otherwise(expr, name, none, lang, "NaN"), f"{{{{{name}}}}}")
    return curves(lang, about, [curve], scales.LOSS, unit="percentunit", top=1)


def _rtt(lang: Lang) -> heatmap.Panel:
    about = About(
        N_("Round-trip times"),
        N_("How the round-trip times of links and offices spread; the darker, the more devices."),
        N_("When the whole band climbs, the shared link is full or takes a detour."),
        N_("No device answers."),
    )
    # Not of all: a country's labs would stop a browser.
    rtts = f'upazila_icmp_rtt_seconds{{{OFFICE}, kind=~"backbone|office"}}'
    return heat(lang, about, f"max by (site, device) ({rtts}) or on () NaN * {ALIVE}")


def _damaged(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Damaged and dropped packets"),
        N_("Packets a second that arrive damaged or are dropped, the worst five ports."),
        N_("Damage comes from cables, connectors or optics; drops mean that the link is full."),
    )
    wanted = [
        Curve(
            otherwise(f"topk(5, rate({metric}{{{PORTS}}}{RATE}))", "ifName", NOT_READ, lang),
            f"{{{{site}}}} {{{{ifName}}}} {lookup(lang, words)}",
            SELDOM,
        )
        for metric, words in (
            ("ifInErrors", N_("damaged")),
            ("ifOutDiscards", N_("dropped")),
        )
    ]
    return curves(lang, about, wanted, scales.DAMAGED, unit="pps", log=True)


def _light(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Optical power"),
        N_("Light that arrives at optical modules, the weakest five."),
        N_("A slow fall: have connectors cleaned. A sudden one: the fibre is bent or cut."),
        N_("No optical module is read by SNMP."),
    )
    none = N_("no optical module is read")
    expr = otherwise(f"bottomk(5, {LIGHT_IN})", "device", none, lang, "NaN")
    legend = "{{site}} {{device}} {{interface}}{{ifDescr}}{{description}}{{entity}}"
    return curves(lang, about, [Curve(expr, legend)], scales.LIGHT, unit="dBm")


def _ports(lang: Lang) -> table.Panel:
    about = About(
        N_("Ports that are down"),
        N_("Ports that are meant to be up and are not."),
        N_("Shut unused ports on the device, so that only true faults stand here."),
    )
    none = N_("All ports are as they should be")
    wrong = f"(ifOperStatus{{{PORTS}}} != 1) and (ifAdminStatus{{{PORTS}}} == 1)"
    known = f"max by (ifName, ifAlias, device, site) ({wrong})"
    return rows(
        lang,
        about,
        [
            ("ifName", N_("Port")),
            ("ifAlias", N_("Described as")),
            ("device", N_("Device")),
            ("site", N_("Site")),
        ],
        [Column(N_("State"), otherwise(known, "ifName", none, lang, "1"), scale=scales.PORT)],
        height=7,
    )
