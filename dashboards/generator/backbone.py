"""The backbone: how its links are, how full, how well they carry, and how much light arrives."""

from grafana_foundation_sdk.builders import dashboard, heatmap, statetimeline, table, timeseries

from dashboards.generator import scales
from dashboards.generator.layout import board, choice
from dashboards.generator.panels import About, Column, Curve, curves, heat, rows, timeline
from dashboards.generator.queries import ALIVE, LIGHT_IN, OFFICE, RATE, code, named, otherwise, site_names
from dashboards.generator.words import W
from monitor.i18n.languages import Lang

LINKS = f'{OFFICE}, kind="backbone"'
PORTS = f'{OFFICE}, site=~"$router", ifName=~"$port"'
SELDOM = "1m"
"""Devices are read by SNMP so often."""

NOT_READ = W("কোনো যন্ত্র এসএনএমপিতে পড়া হয় না", "no device is read by SNMP")


def backbone(lang: Lang) -> dashboard.Dashboard:
    """All links together; ports of the routers and interfaces that the reader chooses."""
    sites = f"label_values(ifOperStatus{{{OFFICE}}}, site)"
    ports = f'label_values(ifOperStatus{{{OFFICE}, site=~"$router"}}, ifName)'
    router = choice("router", W("যন্ত্রের স্থাপনা", "Devices at"), lang, sites, several=True)
    port = choice("port", W("পোর্ট", "Port"), lang, ports, several=True)
    return board(
        "backbone",
        W("ব্যাকবোন", "Backbone"),
        W("ব্যাকবোন সংযোগ: চলাচল, হারানো প্যাকেট, ত্রুটি ও আলো।", "Backbone links: traffic, loss, errors and light."),
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
        W("সংযোগসমূহ এখন", "Links now"),
        W(
            "প্রতিটি ব্যাকবোন সংযোগের অবস্থা, সর্বশেষ উত্তরের সময় ও হারানো প্যাকেট।",
            "Each link's state, its last round-trip time and loss.",
        ),
        W(
            "অচল সংযোগের জন্য তখনই অপারেটরকে জানান: এর কোনো অবকাশ সনদে নেই।",
            "Call the operator at once for one that is down: the charter allows it no time.",
        ),
    )
    name = f"name_{lang}"
    links = f"max by ({name}, site) (upazila_site_info{{{LINKS}}})"
    none = W("কোনো ব্যাকবোন সংযোগ নেই", "No backbone link is configured")

    def column(title: W, expr: str, unit: str = "none", scale: scales.Scale | None = None) -> Column:
        value = f"({expr}) * on (site) group_left ({name}) {links} or NaN * {links}"
        return Column(title, otherwise(value, name, none, lang, "NaN"), unit, scale)

    loss = f"max by (site) (upazila_icmp_packet_loss_ratio{{{LINKS}}})"
    return rows(
        lang,
        about,
        [(name, W("সংযোগ", "Link")), ("site", W("", ""))],
        [
            column(W("অবস্থা", "State"), code(LINKS), scale=scales.STATE),
            column(W("উত্তরের সময়", "Round trip"), f"max by (site) (upazila_icmp_rtt_seconds{{{LINKS}}})", "s"),
            column(W("হারানো", "Loss"), loss, "percentunit"),
            column(W("মান", "Quality"), loss, "none", scales.LOSS),
        ],
        height=6,
        links_to=f"upazila-site-{lang}",
    )


def _history(lang: Lang) -> statetimeline.Panel:
    about = About(
        W("সংযোগের ইতিহাস", "How the links have been"),
        W("প্রতিটি সংযোগের অবস্থা, একটি সংযোগ একটি সারি।", "The state of each link, a row each."),
        W("একসঙ্গে পড়ে যাওয়া সংযোগের কারণ উজানে।", "Links that fall together have their cause upstream."),
    )
    name = f"name_{lang}"
    expr = f"{code(LINKS)} * on (site) group_left ({name}) {site_names(lang)}"
    none = W("কোনো ব্যাকবোন সংযোগ নেই", "no backbone link is configured")
    return timeline(lang, about, otherwise(expr, name, none, lang), f"{{{{{name}}}}}", scales.STATE, height=6)


def _traffic(lang: Lang) -> timeseries.Panel:
    about = About(
        W("চলাচল ও ধারণক্ষমতা", "Traffic against capacity"),
        W(
            "বাছাই করা পোর্ট দিয়ে বিট প্রতি সেকেন্ডে, ব্যস্ততম পাঁচটি, আর তাদের মধ্যে সর্বোচ্চ ধারণক্ষমতা।",
            "Bits a second through the chosen ports, the busiest five, and the largest capacity among them.",
        ),
        W(
            "ধারণক্ষমতার কাছে পৌঁছালে অপারেটরের কাছে বেশি ব্যান্ডউইডথ চান।",
            "When it comes near its capacity ask the operator for more.",
        ),
    )
    wanted = [
        Curve(
            otherwise(f"topk(5, rate(ifHC{way}Octets{{{PORTS}}}{RATE}) * 8)", "ifName", NOT_READ, lang),
            f"{{{{site}}}} {{{{ifName}}}} {words.in_(lang)}",
            SELDOM,
        )
        for way, words in (("In", W("আসে", "in")), ("Out", W("যায়", "out")))
    ]
    capacity = Curve(f"max(ifHighSpeed{{{PORTS}}}) * 1e6 or 0 * {ALIVE}", W("ধারণক্ষমতা", "capacity").in_(lang))
    return curves(lang, about, [*wanted, capacity], unit="bps", log=True)


def _full(lang: Lang) -> timeseries.Panel:
    about = About(
        W("কতটা ভরা", "How full"),
        W(
            "ধারণক্ষমতার কত অংশ ব্যবহৃত, ব্যস্ততর দিকটি।",
            "Share of its capacity that a port carries, of the busier direction.",
        ),
        W(
            "৯০ শতাংশ থেকে সংযোগ 'বিঘ্নিত' গণ্য হয়। প্রতিদিন ৭০ ছাড়ালে উন্নয়ন পরিকল্পনা করুন।",
            "From 90 % on the link counts as degraded. Above 70 % every day: plan for more.",
        ),
    )
    came, went = (f"rate(ifHC{way}Octets{{{PORTS}}}{RATE})" for way in ("In", "Out"))
    octets = f"({came} > {went} or {went})"
    expr = f"topk(5, {octets} * 8 / (ifHighSpeed{{{PORTS}}} > 0) / 1e6)"
    curve = Curve(otherwise(expr, "ifName", NOT_READ, lang), "{{site}} {{ifName}}", SELDOM)
    return curves(lang, about, [curve], scales.FULL, unit="percentunit", top=1)


def _loss(lang: Lang) -> timeseries.Panel:
    about = About(
        W("হারানো প্যাকেট", "Packet loss"),
        W("প্রতিটি সংযোগে কত অংশ প্যাকেট হারাচ্ছে।", "Share of echoes that each link loses."),
        W("হঠাৎ বাড়লে ত্রুটি ও আলোর প্যানেল মিলিয়ে দেখুন।", "If it jumps compare with errors and light below."),
    )
    name = f"name_{lang}"
    expr = named(f"max by (site) (upazila_icmp_packet_loss_ratio{{{LINKS}}})", lang)
    none = W("এখনও কোনো দফা হয়নি", "no round yet")
    curve = Curve(otherwise(expr, name, none, lang, "NaN"), f"{{{{{name}}}}}")
    return curves(lang, about, [curve], scales.LOSS, unit="percentunit", top=1)


def _rtt(lang: Lang) -> heatmap.Panel:
    about = About(
        W("উত্তরের সময়ের তাপচিত্র", "Round-trip times"),
        W(
            "সংযোগ ও কার্যালয়ের যন্ত্রগুলোর উত্তরের সময় কতটা ছড়িয়ে আছে; গাঢ় মানে সেখানে বেশি যন্ত্র।",
            "How the round-trip times of links and offices spread; the darker, the more devices.",
        ),
        W(
            "পুরো দাগ ওপরে উঠলে সাধারণ সংযোগটি ভরা বা ঘুরপথে চলছে।",
            "When the whole band climbs, the shared link is full or takes a detour.",
        ),
        W("কোনো যন্ত্র সাড়া দিচ্ছে না।", "No device answers."),
    )
    # Not of all: a country's labs would stop a browser.
    rtts = f'upazila_icmp_rtt_seconds{{{OFFICE}, kind=~"backbone|office"}}'
    return heat(lang, about, f"max by (site, device) ({rtts}) or on () NaN * {ALIVE}")


def _damaged(lang: Lang) -> timeseries.Panel:
    about = About(
        W("নষ্ট ও ফেলে দেওয়া প্যাকেট", "Damaged and dropped packets"),
        W(
            "প্রতি সেকেন্ডে কত প্যাকেট নষ্ট হয়ে আসে বা ফেলে দেওয়া হয়, সবচেয়ে খারাপ পাঁচটি পোর্ট।",
            "Packets a second that arrive damaged or are dropped, the worst five ports.",
        ),
        W(
            "নষ্ট প্যাকেট মানে তার, কানেক্টর বা অপটিক; ফেলে দেওয়া মানে সংযোগ ভরা।",
            "Damage is a matter of cables, connectors or optics; drops mean that the link is full.",
        ),
    )
    wanted = [
        Curve(
            otherwise(f"topk(5, rate({metric}{{{PORTS}}}{RATE}))", "ifName", NOT_READ, lang),
            f"{{{{site}}}} {{{{ifName}}}} {words.in_(lang)}",
            SELDOM,
        )
        for metric, words in (
            ("ifInErrors", W("নষ্ট", "damaged")),
            ("ifOutDiscards", W("ফেলা", "dropped")),
        )
    ]
    return curves(lang, about, wanted, scales.DAMAGED, unit="pps", log=True)


def _light(lang: Lang) -> timeseries.Panel:
    about = About(
        W("আলোর শক্তি", "Optical power"),
        W("অপটিক্যাল মডিউলে কতটা আলো পৌঁছায়, সবচেয়ে দুর্বল পাঁচটি।", "Light that arrives at optical modules, the weakest five."),
        W(
            "ধীরে কমলে কানেক্টর পরিষ্কার করান; হঠাৎ কমলে ফাইবার বাঁকা বা কাটা।",
            "A slow fall: have connectors cleaned. A sudden one: the fibre is bent or cut.",
        ),
        W("কোনো অপটিক্যাল মডিউল এসএনএমপিতে পড়া হয় না।", "No optical module is read by SNMP."),
    )
    none = W("কোনো অপটিক্যাল মডিউল পড়া হয় না", "no optical module is read")
    expr = otherwise(f"bottomk(5, {LIGHT_IN})", "device", none, lang, "NaN")
    legend = "{{site}} {{device}} {{interface}}{{ifDescr}}{{description}}{{entity}}"
    return curves(lang, about, [Curve(expr, legend)], scales.LIGHT, unit="dBm")


def _ports(lang: Lang) -> table.Panel:
    about = About(
        W("বন্ধ পোর্ট", "Ports that are down"),
        W("যেসব পোর্ট চালু থাকার কথা কিন্তু বন্ধ।", "Ports that are meant to be up and are not."),
        W(
            "অব্যবহৃত পোর্ট যন্ত্রে বন্ধ করে দিন, তাহলে এখানে শুধু আসল ত্রুটি থাকবে।",
            "Shut unused ports on the device, so that only true faults stand here.",
        ),
    )
    none = W("সব পোর্ট ঠিক আছে", "All ports are as they should be")
    wrong = f"(ifOperStatus{{{PORTS}}} != 1) and (ifAdminStatus{{{PORTS}}} == 1)"
    known = f"max by (ifName, ifAlias, device, site) ({wrong})"
    return rows(
        lang,
        about,
        [
            ("ifName", W("পোর্ট", "Port")),
            ("ifAlias", W("বিবরণ", "Described as")),
            ("device", W("যন্ত্র", "Device")),
            ("site", W("স্থাপনা", "Site")),
        ],
        [Column(W("অবস্থা", "State"), otherwise(known, "ifName", none, lang, "1"), scale=scales.PORT)],
        height=7,
    )
