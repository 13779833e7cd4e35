"""One site: how it is, how its devices answer, what it serves, and what its equipment says."""

from grafana_foundation_sdk.builders import dashboard, stat, statetimeline, table, timeseries

from dashboards.generator import scales
from dashboards.generator.backbone import SELDOM
from dashboards.generator.layout import board, choice
from dashboards.generator.morning import power
from dashboards.generator.panels import About, Column, Curve, curves, number, rows, timeline, verdict
from dashboards.generator.queries import ALIVE, OFFICE, RATE, code, otherwise
from dashboards.generator.words import W
from monitor.i18n.languages import Lang

HERE = f'{OFFICE}, site="$site"'


def site(lang: Lang) -> dashboard.Dashboard:
    """Of the site that the reader chooses by its name."""
    regex = f'/name_{lang}="(?<text>[^"]+)".*[,{{]site="(?<value>[^"]+)"/'
    variable = choice("site", W("স্থাপনা", "Site"), lang, f"query_result(upazila_site_info{{{OFFICE}}})", regex=regex)
    return board(
        "site",
        W("স্থাপনা", "Site"),
        W("একটি স্থাপনার অবস্থা, সাড়া ও যন্ত্রপাতি।", "How one site is, how it answers, and what its equipment says."),
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
        W("এখনকার অবস্থা", "State now"),
        W("স্থাপনাটি এখন সচল, বিঘ্নিত না অচল।", "Whether the site is up, degraded or down at this moment."),
        W(
            "'অগম্য' হলে আগে উজানের সংযোগ দেখুন; 'অচল' হলে স্থাপনায় ফোন করে বিদ্যুৎ ও রাউটার দেখতে বলুন।",
            "Unreachable: look at the link before it. Down: phone the site, and ask about power and the router.",
        ),
    )
    return verdict(lang, about, f"max({code(HERE)})", scales.STATE)


def _deadline(lang: Lang) -> stat.Panel:
    about = About(
        W("সময়সীমার বাকি", "Time left"),
        W("এই স্থাপনার চলমান সেবা বিঘ্ন কতক্ষণের মধ্যে মেটাতে হবে।", "How long its outage may still last by the charter."),
        W(
            "'সময়সীমা অতিক্রান্ত' হলে টিকিটে প্রাপ্তিস্বীকার করুন।",
            "If the target is missed, acknowledge the ticket and say what is being done.",
        ),
    )
    left = f"max(upazila_outage_deadline_timestamp_seconds{{{HERE}}}) - time()"
    words_of = f"{left} or 2e9 * {ALIVE}"
    return number(lang, about, f"{left} or NaN * {ALIVE}", scales.TIME_LEFT, unit="dtdurations", words_of=words_of)


def _share(lang: Lang) -> stat.Panel:
    about = About(
        W("সচল ছিল", "Was up"),
        W(
            "দেখানো সময়ের কত অংশে সচল ছিল; সেবার সময়ের বাইরে ও অজানা সময় বাদে।",
            "Share of the shown time in which it was up; paused and unknown time left out.",
        ),
        W(
            "৯৯ শতাংশের নিচে হলে নিচের রেখাচিত্রে দেখুন কখন কখন বিঘ্ন হয়।",
            "Below 99 % look at the timeline below for when it fails.",
        ),
    )

    def of(states: str) -> str:
        return f"sum(sum_over_time(upazila_site_state{{{HERE}, {states}}}[$__range]))"

    share = f"""{of('state=~"up|degraded"')} / {of('state!~"paused|unknown"')}"""
    blank = W("গণনার সময় নেই", "no time that counts")
    return number(lang, about, share, scales.SHARE, unit="percentunit", blank=blank)


def _loss_now(lang: Lang) -> stat.Panel:
    about = About(
        W("এখনকার হারানো প্যাকেট", "Loss now"),
        W(
            "সর্বশেষ দফায় কত অংশ প্যাকেটের উত্তর আসেনি, সবচেয়ে খারাপ যন্ত্রটির।",
            "Share of the last round's echoes lost, of its worst device.",
        ),
        W(
            "বারবার ২০ শতাংশের বেশি হলে লাইনের মান নিয়ে অপারেটরের সঙ্গে কথা বলুন।",
            "Again and again above 20 %: talk to the operator about the line.",
        ),
    )
    expr = f"max(upazila_icmp_packet_loss_ratio{{{HERE}}}) or NaN * {ALIVE}"
    blank = W("এখনও দফা হয়নি", "no round yet")
    return number(lang, about, expr, scales.LOSS, unit="percentunit", blank=blank)


def _history(lang: Lang) -> statetimeline.Panel:
    about = About(
        W("অবস্থার ইতিহাস", "How it has been"),
        W("দেখানো সময়ে স্থাপনার অবস্থা, রঙে ও কথায়।", "The site's state over the shown time, in colour and words."),
        W("নিয়মিত একই সময়ে বিঘ্ন মানে সাধারণত লোডশেডিং।", "Trouble at the same hour every day usually is load-shedding."),
    )
    return timeline(lang, about, code(HERE), "{{site}}", scales.STATE, height=4)


def _rtt(lang: Lang) -> timeseries.Panel:
    about = About(
        W("উত্তরের সময়", "Round-trip time"),
        W(
            "প্রতিটি যন্ত্রের উত্তর আসতে গড়ে কত সময় লাগে। সাড়া না থাকলে রেখা থাকে না।",
            "Mean time until each device answers. No line while it does not.",
        ),
        W(
            "সন্ধ্যায় বাড়লে লাইন ভরে যাচ্ছে: ধারণক্ষমতা বাড়ানোর কথা ভাবুন।",
            "If it climbs in the evenings the line is full: more capacity is needed.",
        ),
    )
    expr = f"upazila_icmp_rtt_seconds{{{HERE}}}"
    none = W("এখন কোনো যন্ত্র সাড়া দিচ্ছে না", "no device answers now")
    return curves(
        lang, about, [Curve(otherwise(expr, "device", none, lang, "NaN"), "{{device}}")], scales.RTT, unit="s", log=True
    )


def _loss(lang: Lang) -> timeseries.Panel:
    about = About(
        W("হারানো প্যাকেট", "Packet loss"),
        W("প্রতি দফায় কত অংশ প্যাকেটের উত্তর আসেনি।", "Share of each round's echoes that were lost."),
        W(
            "২০ শতাংশ থেকে স্থাপনা 'বিঘ্নিত' গণ্য হয়: তার, অপটিক বা বেতার সংযোগ দেখুন।",
            "From 20 % on the site counts as degraded: look at cable, optics or radio.",
        ),
    )
    expr = f"upazila_icmp_packet_loss_ratio{{{HERE}}}"
    none = W("এখনও কোনো দফা হয়নি", "no round yet")
    curve = Curve(otherwise(expr, "device", none, lang, "NaN"), "{{device}}")
    return curves(lang, about, [curve], scales.LOSS, unit="percentunit", top=1)


def _services(lang: Lang) -> table.Panel:
    about = About(
        W("সেবাসমূহ", "What it serves"),
        W(
            "স্থাপনার ওয়েব, ডিএনএস ইত্যাদি সেবা সাড়া দিচ্ছে কি না।",
            "Whether the site's services (web, DNS, TCP) answer as they should.",
        ),
        W("সাড়া না দিলে যন্ত্রটিতে সেবাটি চালু আছে কি না দেখুন।", "If one does not, see whether it runs on its machine."),
    )
    none = W("কোনো সেবা পরীক্ষা করা হয় না", "No service is checked here")

    def column(title: W, metric: str, unit: str = "none", scale: scales.Scale | None = None) -> Column:
        value = f"{metric}{{{HERE}}} or NaN * upazila_service_up{{{HERE}}}"
        known = f"max by (check, check_kind) ({value if scale is None else f'{metric}{{{HERE}}}'})"
        return Column(title, otherwise(known, "check", none, lang, "NaN"), unit, scale)

    return rows(
        lang,
        about,
        [("check", W("সেবা", "Service")), ("check_kind", W("ধরন", "Kind"))],
        [
            column(W("অবস্থা", "State"), "upazila_service_up", scale=scales.ANSWERS),
            column(W("উত্তরের সময়", "Answers after"), "upazila_service_response_seconds", "s"),
        ],
        width=12,
        height=7,
    )


def _workstations(lang: Lang) -> timeseries.Panel:
    about = About(
        W("ল্যাবের কম্পিউটার", "Workstations of the lab"),
        W(
            "ল্যাবের কতটি কম্পিউটার সাড়া দিচ্ছে; কিছু নিবন্ধিত না থাকলে ০। বন্ধ কম্পিউটার ত্রুটি নয়।",
            "How many of the lab's PCs answer; 0 of 0 where none is configured. One that is off is no fault.",
        ),
        W(
            "ক্লাসের সময় শূন্য থাকলে বিদ্যুৎ আছে কি না, ল্যাব ব্যবহার হচ্ছে কি না জেনে নিন।",
            "None in class hours: ask about power, and whether the lab is used.",
        ),
    )
    wanted = [
        Curve(
            f'upazila_lab_workstations{{{HERE}, counted="{counted}"}} or on () 0 * {ALIVE}',
            words.in_(lang),
        )
        for counted, words in (("answering", W("সাড়া দিচ্ছে", "answer")), ("all", W("মোট", "all")))
    ]
    return curves(lang, about, wanted, height=7)


def _traffic(lang: Lang) -> timeseries.Panel:
    about = About(
        W("ডেটা চলাচল", "Traffic"),
        W(
            "যন্ত্রগুলোর পোর্ট দিয়ে প্রতি সেকেন্ডে কত বিট আসে-যায়, সবচেয়ে ব্যস্ত পাঁচটি।",
            "Bits a second through the ports of its devices, the busiest five.",
        ),
        W("হঠাৎ শূন্য হলে পোর্ট বা তার দেখুন।", "If it drops to nothing, look at the port and its cable."),
    )
    none = W("কোনো যন্ত্র এসএনএমপিতে পড়া হয় না", "no device is read by SNMP here")
    wanted = [
        Curve(
            otherwise(f"topk(5, rate(ifHC{way}Octets{{{HERE}}}{RATE}) * 8)", "ifName", none, lang),
            f"{{{{ifName}}}} {words.in_(lang)}",
            SELDOM,
        )
        for way, words in (("In", W("আসে", "in")), ("Out", W("যায়", "out")))
    ]
    return curves(lang, about, wanted, unit="bps")
