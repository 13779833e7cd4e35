"""The morning overview: what is down and since when, when it is due, and whether the monitor can be believed."""

from grafana_foundation_sdk.builders import dashboard, stat, statetimeline, table

from dashboards.generator import scales
from dashboards.generator.layout import board
from dashboards.generator.map import positions
from dashboards.generator.panels import About, Column, number, rows, timeline, verdict
from dashboards.generator.queries import ALIVE, FAULTS, NOW_LEFT, OFFICE, code, count, named, otherwise, site_names
from dashboards.generator.scales import CODES
from dashboards.generator.words import W
from monitor.i18n.languages import Lang

NOTHING_DOWN = W("কিছুই অচল নেই", "Nothing is down")


def morning(lang: Lang) -> dashboard.Dashboard:
    """What an officer opens first."""
    return board(
        "morning",
        W("সকালের চিত্র", "Morning overview"),
        W(
            "এখন কী অচল, কখন থেকে, সনদ অনুযায়ী কবের মধ্যে সচল করতে হবে।",
            "What is down now, since when, and when the charter wants it back.",
        ),
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
        W("এখন অচল", "Down now"),
        W(
            "নিজের ত্রুটিতে অচল স্থাপনার সংখ্যা; উজানের ত্রুটিতে অগম্যগুলো এতে নেই।",
            "Sites that are down by their own fault; those that are merely behind a dead link are not counted.",
        ),
        W(
            "নিচের তালিকার প্রথমটি দিয়ে শুরু করুন; ব্যাকবোন সংযোগ সবার আগে।",
            "Begin with the first row of the table below; backbone links come before all else.",
        ),
    )
    return number(lang, about, f'sum(upazila_site_state{{{OFFICE}, state="down"}})', scales.DOWN)


def _next(lang: Lang) -> stat.Panel:
    about = About(
        W("নিকটতম সময়সীমা", "Next deadline"),
        W(
            "সনদের সময়সীমা ফুরাতে কত বাকি; ঋণাত্মক মানে সময়সীমা পার হয়েছে।",
            "Time until the first of the charter's deadlines; negative once it has passed.",
        ),
        W(
            "'সময়সীমা অতিক্রান্ত' হলে টিকিট খোলা হয়েছে: টিকিটে প্রাপ্তিস্বীকার করে কাজ শুরু করুন।",
            "If the target is missed there is a ticket: acknowledge it and begin.",
        ),
    )
    left = f"min({NOW_LEFT})"
    nothing_due = f"{left} or 2e9 * {ALIVE}"
    return number(lang, about, f"{left} or NaN * {ALIVE}", scales.TIME_LEFT, unit="dtdurations", words_of=nothing_due)


def _battery(lang: Lang) -> stat.Panel:
    about = About(
        W("ব্যাটারিতে চলছে", "On battery"),
        W(
            "কতটি ইউপিএস বিদ্যুৎ না থাকায় ব্যাটারিতে চলছে। শুধু এসএনএমপিতে পড়া ইউপিএস গণনা করা হয়।",
            "UPSes that feed from their batteries. Only those that are read by SNMP are counted.",
        ),
        W(
            "বিদ্যুৎ অফিসে খোঁজ নিন; ব্যাটারি ফুরানোর আগে যন্ত্র নিরাপদে বন্ধ করার ব্যবস্থা করুন।",
            "Ask the electricity office; have equipment shut down before the batteries are empty.",
        ),
    )
    return number(lang, about, count(f"upazila_ups_on_battery{{{OFFICE}}} == 1"), scales.BATTERY)


def _health(lang: Lang) -> stat.Panel:
    about = About(
        W("মনিটর নিজে", "The monitor itself"),
        W(
            "ডেটাবেস, ঘড়ি, চিঠির পথ আর সকালের প্রতিবেদন ঠিক আছে কি না। ত্রুটি থাকলে বাকি প্যানেল বিশ্বাসযোগ্য নয়।",
            "Whether database, clock, mail path and morning brief are well. If not, do not trust this page.",
        ),
        W("'মনিটর নিজে' ড্যাশবোর্ড খুলুন।", "Open the dashboard 'Monitor itself'."),
    )
    return verdict(lang, about, FAULTS, scales.FAULTS)


def what_is_down(lang: Lang, *, width: int = 24, height: int = 7) -> table.Panel:
    """Every open outage with its start and its deadline; shared with the charter's dashboard."""
    about = About(
        W("এখন কী অচল, কখন থেকে", "What is down now, and since when"),
        W(
            "চলমান প্রতিটি সেবা বিঘ্ন: কখন শুরু, সনদের সময়সীমার কত বাকি, এর পেছনে আরও কত স্থাপনা নীরব।",
            "Every outage: when it began, how much of the charter's time is left, how many are silent behind it.",
        ),
        W(
            "যার পেছনে বেশি স্থাপনা নীরব, সেটি আগে ধরুন। নামে চাপ দিলে স্থাপনার ড্যাশবোর্ড খুলবে।",
            "Begin with what has most others behind it. A click on a name opens the site's own dashboard.",
        ),
    )
    name = f"name_{lang}"
    labels = (name, "site", "kind")

    def column(title: W, expr: str, nothing: str, unit: str = "none", scale: scales.Scale | None = None) -> Column:
        """With a row of its own that says so while nothing is down."""
        known = f"max by ({', '.join(labels)}) ({named(expr, lang)})"
        return Column(title, otherwise(known, name, NOTHING_DOWN, lang, nothing), unit, scale)

    started = f"upazila_outage_started_timestamp_seconds{{{OFFICE}}} * 1000"
    return rows(
        lang,
        about,
        [(name, W("স্থাপনা", "Site")), ("site", W("", "")), ("kind", W("ধরন", "Kind"))],
        [
            column(W("শুরু", "Since"), started, "NaN", "dateTimeAsLocal"),
            column(W("বাকি সময়", "Time left"), NOW_LEFT, "NaN", "dtdurations"),
            column(W("সনদ", "By the charter"), NOW_LEFT, "2e9", "none", scales.TIME_LEFT),
            column(W("পেছনে নীরব", "Silent behind it"), f"upazila_outage_affected_sites{{{OFFICE}}}", "0"),
        ],
        width=width,
        height=height,
        links_to=f"upazila-site-{lang}",
    )


def _kinds(lang: Lang) -> table.Panel:
    about = About(
        W("ধরন অনুযায়ী", "By kind"),
        W(
            "কোন ধরনের কতটি স্থাপনা কী অবস্থায়। 'অগম্য' মানে উজানের সংযোগ অচল; 'অন্য' মানে সেবার সময়ের বাইরে নীরব, বা অজানা।",
            "How many sites of each kind are in which state. 'Unreachable': the link before it is down; 'other': "
            "silent outside its hours, or not known.",
        ),
        W(
            "এক ধরনের অনেকগুলো একসঙ্গে অচল হলে আগে সাধারণ কারণ খুঁজুন: সংযোগ বা বিদ্যুৎ।",
            "If many of one kind are down at once, look for what they share first: a link, or power.",
        ),
    )

    def of(state: str) -> str:
        return f'sum by (kind) (upazila_site_state{{{OFFICE}, state=~"{state}"}})'

    return rows(
        lang,
        about,
        [("kind", W("ধরন", "Kind"))],
        [
            Column(W("সচল", "Up"), of("up"), width=65),
            Column(W("অচল", "Down"), of("down"), width=65),
            Column(W("অগম্য", "Unreachable"), of("unreachable"), width=95),
            Column(W("বিঘ্নিত", "Degraded"), of("degraded"), width=80),
            Column(W("অন্য", "Other"), of("paused|unknown"), width=60),
            Column(W("অবস্থা", "In words"), of("down"), scale=scales.OF_A_KIND, width=110),
        ],
        width=12,
        height=10,
    )


MAP = About(
    W("মানচিত্র", "Map"),
    W(
        "অবস্থান অনুযায়ী স্থাপনাগুলোর বর্তমান অবস্থা। মাটির ছবি নেই, কারণ সে জন্য ইন্টারনেট লাগে।",
        "Where the sites stand and how they are. The ground is empty: pictures of it would need the internet.",
    ),
    W(
        "পাশাপাশি অনেকগুলো লাল হলে সে এলাকার সংযোগ বা বিদ্যুৎ দেখুন। অবস্থান sites.toml-এ 'position' দিয়ে বসান।",
        "Neighbours that are red together share a line or a feeder. Positions stand in sites.toml as 'position'.",
    ),
    W("কোনো স্থাপনার অবস্থান (position) দেওয়া নেই।", "No site has a position in sites.toml."),
)


def _map_query(lang: Lang) -> str:
    labels = f"site, kind, name_{lang}, latitude, longitude"
    where = f'max by ({labels}) (upazila_site_info{{{OFFICE}, latitude!=""}})'
    return f"{where} * on (site) group_left () {code()}"


TODAY = About(
    W("আজকের সেবা বিঘ্ন", "Today's outages"),
    W(
        "আজ যেসব স্থাপনায় সেবা বিঘ্ন ছিল, একটি স্থাপনা একটি সারি; লাল মানে তখন অচল ছিল।",
        "Sites that had an outage today, a row each; red while it lasted.",
    ),
    W(
        "একই সময়ে লাল হওয়া সারিগুলোর কারণ সাধারণত এক।",
        "Rows that turn red at the same time usually have one cause.",
    ),
)
WEEK = About(
    W("এই সপ্তাহের সেবা বিঘ্ন", "This week's outages"),
    W(
        "রবিবার থেকে যেসব স্থাপনায় সেবা বিঘ্ন ছিল, একটি স্থাপনা একটি সারি।",
        "Sites that had an outage since Sunday, a row each.",
    ),
    W(
        "যে সারি বারবার লাল হয়, তার কারণ স্থায়ীভাবে দূর করুন: লাইন, বিদ্যুৎ বা যন্ত্র।",
        "A row that is red again and again needs a lasting cure: the line, its power or its equipment.",
    ),
)


def _outages(lang: Lang, about: About, since: str) -> statetimeline.Panel:
    name = f"name_{lang}"
    # From outages alone: the states of all sites over a week would be more than Prometheus loads for one question.
    open_ = f"upazila_outage_open{{{OFFICE}}}"
    had_one = f"max by (site) (count_over_time({open_}[$__range] @ end()))"
    down = f"{CODES['down']} * max by (site) ({open_})"
    states = f"{down} or on (site) (0 * {had_one} and on () {ALIVE})"
    of_those = f"({states}) * on (site) group_left ({name}) {site_names(lang)}"
    none = W("কোনো সেবা বিঘ্ন নেই", "No outage")
    expr = otherwise(of_those, name, none, lang)
    return timeline(lang, about, expr, f"{{{{{name}}}}}", scales.STATE, since=since)


def power(lang: Lang, selector: str = OFFICE, *, width: int = 24, height: int = 7) -> table.Panel:
    """Every UPS that is read; shared with the site's dashboard."""
    about = About(
        W("বিদ্যুৎ: ইউপিএস", "Power: UPSes"),
        W(
            "প্রতিটি ইউপিএস বিদ্যুতে না ব্যাটারিতে, ব্যাটারি কতক্ষণ চলবে, কত চার্জ আছে।",
            "Whether each UPS has mains or feeds from its battery, how long that lasts, and its charge.",
        ),
        W(
            "ব্যাটারিতে ১৫ মিনিটের কম থাকলে সংযুক্ত যন্ত্র এখনই নিরাপদে বন্ধ করান।",
            "With less than 15 minutes left have what hangs on it shut down now.",
        ),
    )
    name, keys = f"name_{lang}", f"name_{lang}, site, device"
    none = W("কোনো ইউপিএস পড়া হয় না", "No UPS is read here")

    def column(
        title: W, metric: str, unit: str = "none", scale: scales.Scale | None = None, blank: str = "NaN"
    ) -> Column:
        every = f"(NaN * upazila_ups_on_battery{{{selector}}})" if metric != "upazila_ups_on_battery" else ""
        value = f"{metric}{{{selector}}} or {every}" if every else f"{metric}{{{selector}}}"
        known = f"max by ({keys}) ({named(f'max by (site, device) ({value})', lang)})"
        return Column(title, otherwise(known, name, none, lang, blank), unit, scale)

    return rows(
        lang,
        about,
        [(name, W("স্থাপনা", "Site")), ("site", W("", "")), ("device", W("যন্ত্র", "Device"))],
        [
            column(W("বিদ্যুৎ", "Mains"), "upazila_ups_on_battery", scale=scales.BATTERY),
            column(W("ব্যাটারি চলবে", "Battery lasts"), "upazila_ups_battery_minutes_remaining", "m"),
            column(W("কথায়", "In words"), "upazila_ups_battery_minutes_remaining", "none", scales.MINUTES_LEFT),
            column(W("চার্জ", "Charge"), "upazila_ups_battery_charge_percent", "percent"),
        ],
        width=width,
        height=height,
        links_to=f"upazila-site-{lang}",
    )
