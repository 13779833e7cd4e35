"""The charter: which promises were kept, what is open, how long things take."""

from grafana_foundation_sdk.builders import dashboard, stat, table, timeseries

from dashboards.generator import scales
from dashboards.generator.layout import board
from dashboards.generator.morning import what_is_down
from dashboards.generator.panels import About, Column, Curve, curves, number, rows
from dashboards.generator.queries import OFFICE, of_services, otherwise
from dashboards.generator.words import W
from monitor.i18n.languages import Lang

AVAILABLE = f'upazila_charter_availability_ratio{{{OFFICE}, window="30d"}}'
BURN = "service:upazila_charter_burn:ratio"
"""What recording.yml makes of it; behind it stands a window."""

NO_RULES = W(
    "প্রমিথিউসে dashboards/prometheus/rules লোড করা নেই।",
    "Prometheus has not loaded the rules of dashboards/prometheus/rules.",
)


def charter(lang: Lang) -> dashboard.Dashboard:
    """For the officer who answers for the promises, and for the one above."""
    return board(
        "charter",
        W("সনদ", "Charter"),
        W(
            "সিটিজেনস চার্টারের কোন প্রতিশ্রুতি রক্ষা হয়েছে, কী বাকি।",
            "Which promises of the Citizen's Charter were kept, and what is open.",
        ),
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
        W("৭ দিনে সময়সীমা ভঙ্গ", "Targets missed in 7 days"),
        W("গত ৭ দিনে যত বিষয়ের সময়সীমা পার হয়েছে।", "Matters whose deadline passed in the last 7 days."),
        W("নিচের তালিকায় দেখুন কোন সেবার।", "See in the table below whose they are."),
    )
    return number(lang, about, f"sum({_targets('missed', '7d')})", scales.MISSED)


def _kept(lang: Lang) -> stat.Panel:
    about = About(
        W("৩০ দিনে রক্ষিত", "Kept in 30 days"),
        W("গত ৩০ দিনে কত অংশ সময়সীমা রক্ষা হয়েছে।", "Share of the last 30 days' targets that were met."),
        W(
            "৯৫ শতাংশের নিচে নামলে কারণগুলো জেলা কার্যালয়ের সঙ্গে আলোচনা করুন।",
            "Below 95 % go through the causes with the district office.",
        ),
    )
    met, missed = (f"sum({_targets(target, '30d')})" for target in ("met", "missed"))
    blank = W("কিছু নিষ্পত্তির ছিল না", "nothing was due")
    share = f"{met} / ({met} + {missed})"
    return number(lang, about, share, scales.SHARE, unit="percentunit", blank=blank)


def _open(lang: Lang) -> stat.Panel:
    about = About(
        W("খোলা টিকিট", "Open tickets"),
        W("এখনও নিষ্পত্তি হয়নি এমন টিকিট।", "Tickets that are not settled yet."),
        W(
            "প্রতিটিতে আজ কী করা হলো লিখুন: upazila-monitor ticket comment।",
            "Write into each what was done today: upazila-monitor ticket comment.",
        ),
    )
    return number(lang, about, f"sum(max by (stage) (upazila_tickets_open{{{OFFICE}}}))", scales.TICKETS)


def _climbed(lang: Lang) -> stat.Panel:
    about = About(
        W("প্রতিকারের ধাপে", "On the grievance chain"),
        W("যত টিকিট দায়িত্বপ্রাপ্ত কর্মকর্তার ওপরের ধাপে গেছে।", "Tickets that have gone beyond the responsible officer."),
        W("এগুলো জেলা ও অধিদপ্তর দেখছে: আগে মেটান।", "District and department look at these: settle them first."),
    )
    beyond = f'upazila_tickets_open{{{OFFICE}, stage!="officer"}}'
    return number(lang, about, f"sum(max by (stage) ({beyond}))", scales.CLIMBED)


def _services(lang: Lang) -> table.Panel:
    about = About(
        W("সেবা অনুযায়ী", "Service by service"),
        W(
            "সনদের প্রতিটি সারির গত ৩০ দিন: সময়সীমা রক্ষিত ও ভঙ্গ, খোলা টিকিট, নিষ্পত্তির সময়, সচলতা।",
            "Each row of the charter over 30 days: targets met and missed, open tickets, time taken, availability.",
        ),
        W("যে সারিতে ভঙ্গ বেশি, সেখান থেকে শুরু করুন।", "Begin with the row that misses most."),
    )
    name = f"name_{lang}"
    every = f"NaN * max by (service, {name}) (upazila_charter_service_info{{{OFFICE}}})"

    def column(title: W, expr: str, unit: str = "none", scale: scales.Scale | None = None, width: int = 100) -> Column:
        return Column(title, f"{of_services(f'max by (service) ({expr})', lang)} or {every}", unit, scale, width)

    def took(of: str) -> str:
        return f'upazila_charter_time_to_resolve_seconds{{{OFFICE}, of="{of}", window="30d"}}'

    return rows(
        lang,
        about,
        [(name, W("সেবা", "Service")), ("service", W("সারি", "Row"))],
        [
            column(W("রক্ষিত", "Met"), _targets("met", "30d"), width=80),
            column(W("ভঙ্গ", "Missed"), _targets("missed", "30d"), width=80),
            column(W("কথায়", "In words"), _targets("missed", "30d"), "none", scales.MISSED, 160),
            column(W("খোলা", "Open"), f"upazila_charter_tickets_open{{{OFFICE}}}", width=80),
            column(W("মধ্যক সময়", "Median time"), took("median"), "dtdurations", None, 140),
            column(W("দীর্ঘতম", "Longest"), took("longest"), "dtdurations", None, 140),
            column(W("সচলতা", "Availability"), AVAILABLE, "percentunit"),
        ],
        height=12,
    )


def _by_stage(lang: Lang) -> timeseries.Panel:
    about = About(
        W("ধাপ অনুযায়ী টিকিট", "Tickets by stage"),
        W(
            "কোন ধাপে কত টিকিট: কর্মকর্তা, তারপর প্রতিকারের ধাপ ১, ২, ৩।",
            "How many tickets stand where: the officer, then stages 1, 2, 3 of the grievance chain.",
        ),
        W("ওপরের ধাপে বাড়তে থাকলে নিচের ধাপে কাজ আটকে আছে।", "If the upper stages grow, work is stuck below."),
    )
    curve = Curve(f"max by (stage) (upazila_tickets_open{{{OFFICE}}})", W("ধাপ", "stage").in_(lang) + " {{stage}}")
    return curves(lang, about, [curve], scales.PLAIN, height=8, stacked=True)


def _by_service(lang: Lang) -> timeseries.Panel:
    about = About(
        W("সেবা অনুযায়ী টিকিট", "Tickets by service"),
        W("সনদের কোন সারিতে কত টিকিট খোলা।", "Open tickets of each row of the charter."),
        W(
            "যে সেবায় জমছে, সেখানে লোকবল বা অপারেটর বদলের কথা ভাবুন।",
            "Where they pile up, think of more hands or another operator.",
        ),
    )
    none = W("কোনো টিকিট খোলা নেই", "no ticket is open")
    waiting = f"max by (service) (upazila_charter_tickets_open{{{OFFICE}}}) > 0"
    expr = otherwise(waiting, "service", none, lang)
    return curves(lang, about, [Curve(expr, "{{service}}")], scales.PLAIN, height=8, stacked=True)


def _took(lang: Lang) -> timeseries.Panel:
    about = About(
        W("নিষ্পত্তির সময়", "Time to resolve"),
        W(
            "গত ৭ দিনে মিটে যাওয়া বিষয়ের মধ্যক সময়, সেবা অনুযায়ী।",
            "Median time that what was settled in the last 7 days took, by service.",
        ),
        W(
            "বাড়তে থাকলে কোন ধাপে সময় যায় তা টিকিটের ইতিহাসে দেখুন।",
            "If it grows, see in the tickets' histories where the time goes.",
        ),
    )
    none = W("৭ দিনে কিছু মেটেনি", "nothing was settled in 7 days")
    median = f'max by (service) (upazila_charter_time_to_resolve_seconds{{{OFFICE}, of="median", window="7d"}})'
    return curves(lang, about, [Curve(otherwise(median, "service", none, lang, "NaN"), "{{service}}")], unit="s")


def _available(lang: Lang) -> timeseries.Panel:
    about = About(
        W("সচলতা ও লক্ষ্য", "Availability against the objective"),
        W(
            "গত ৩০ দিনে প্রতিটি সেবার স্থাপনাগুলোর গড় সচলতা, সেবার সময়ের মধ্যে। সনদে কোনো শতাংশ নেই: ৯৯ শতাংশ আমাদের লক্ষ্য।",
            "Mean availability of each service's sites over 30 days, in their hours. The charter names no percentage: "
            "99 % is the objective that the rules set.",
        ),
        W(
            "লক্ষ্যের নিচে নামলে সবচেয়ে বেশি অচল থাকা স্থাপনাগুলো খুঁজুন।",
            "Below the objective look for the sites that are down most.",
        ),
    )
    curve = Curve(f"max by (service) ({AVAILABLE})", "{{service}}")
    return curves(lang, about, [curve], scales.SHARE, unit="percentunit", top=1)


def _burn(lang: Lang) -> timeseries.Panel:
    about = About(
        W("বরাদ্দ ফুরানোর গতি", "How fast the allowance burns"),
        W(
            "মাসে যতটুকু অচল থাকার অবকাশ আছে, এখন তার কত গুণ গতিতে খরচ হচ্ছে: ১ মানে মাস শেষে ঠিক শেষ হবে।",
            "How many times faster than allowed the month's allowance of down time is being used: at 1 it just lasts.",
        ),
        W("৬-এর ওপরে হলে আজই, ১৪.৪-এর ওপরে হলে এখনই ব্যবস্থা নিন।", "Above 6 act today, above 14.4 at once."),
        NO_RULES,
    )
    none = W("নিয়ম লোড হয়নি", "rules not loaded")
    wanted = [
        Curve(
            otherwise(f"max by (service) ({BURN}{window}{{{OFFICE}}})", "service", none, lang, "NaN"),
            f"{{{{service}}}} {window}",
        )
        for window in ("1h", "6h")
    ]
    return curves(lang, about, wanted, scales.BURN, width=24, height=9, log=True)
