"""The monitor itself: is it scraped, in time, believable, and does its mail go out?"""

from grafana_foundation_sdk.builders import dashboard, stat, table, timeseries

from dashboards.generator import scales
from dashboards.generator.layout import board
from dashboards.generator.panels import About, Column, Curve, curves, number, rows, verdict
from dashboards.generator.queries import ALIVE, FAULTS, OFFICE, RATE, otherwise, quantile
from dashboards.generator.words import W
from monitor.i18n.languages import Lang

NOT_YET = W("প্রতিবেদন পাঠানো হয় না", "no brief is sent")


def itself(lang: Lang) -> dashboard.Dashboard:
    """For whoever keeps the monitor running."""
    return board(
        "itself",
        W("মনিটর নিজে", "Monitor itself"),
        W("মনিটর নিজে ঠিক আছে কি না।", "Whether the monitor itself is well."),
        lang,
        [
            [_health(lang), _mail(lang), _dead(lang), _brief(lang)],
            [_alarms(lang)],
            [_late(lang), _lag(lang)],
            [_rounds(lang), _unknown(lang)],
            [_outbox(lang), _readings(lang)],
            [_rejected(lang), _process(lang)],
        ],
        since="now-6h",
    )


def _health(lang: Lang) -> stat.Panel:
    about = About(
        W("সব মিলিয়ে", "All in all"),
        W(
            "ডেটাবেস, ঘড়ি, চিঠির পথ ও প্রতিবেদনের মধ্যে কোনোটিতে ত্রুটি আছে কি না।",
            "Whether any of database, clock, mail path and brief is at fault.",
        ),
        W("কোনটি, তা নিচের সতর্কতার তালিকায় দেখুন।", "The alarms below say which."),
    )
    return verdict(lang, about, FAULTS, scales.FAULTS)


def _mail(lang: Lang) -> stat.Panel:
    about = About(
        W("সবচেয়ে পুরোনো বকেয়া চিঠি", "Oldest mail owed"),
        W("সবচেয়ে পুরোনো চিঠিটি কতক্ষণ ধরে যাওয়ার অপেক্ষায়।", "How long the oldest notice has been waiting to go out."),
        W(
            "৩০ মিনিটের বেশি হলে মেইল সার্ভার ও ইন্টারনেট দেখুন; ততক্ষণ ফোনে জানান।",
            "Beyond 30 minutes look at mail server and internet; meanwhile use the phone.",
        ),
    )
    return number(lang, about, f"max(upazila_outbox_oldest_seconds{{{OFFICE}}})", scales.OWED, unit="s")


def _dead(lang: Lang) -> stat.Panel:
    about = About(
        W("হাল ছাড়া চিঠি", "Mail given up"),
        W("যত চিঠি আর পাঠানো হবে না: কেউ একজন জানতে পারেননি।", "Notices that were given up: somebody was not told."),
        W(
            "charter.toml-এ ঠিকানা ঠিক করুন এবং প্রাপককে নিজে জানান।",
            "Mend the address in charter.toml, and tell the recipient yourself.",
        ),
    )
    return number(lang, about, f"max(upazila_outbox_dead{{{OFFICE}}})", scales.DEAD)


def _brief(lang: Lang) -> stat.Panel:
    about = About(
        W("সকালের প্রতিবেদন", "Morning brief"),
        W(
            "সর্বশেষ সকালের প্রতিবেদন কত আগে গেছে, আর তা বাদ পড়েছে কি না।",
            "How long ago the last morning brief went out, and whether one was missed.",
        ),
        W("বাদ পড়লে চিঠির পথ দেখুন।", "If one was missed look at the mail path."),
    )
    of_it = f'{OFFICE}, brief="morning"'
    age = f"time() - max(upazila_brief_last_sent_timestamp_seconds{{{of_it}}} > 0) or NaN * {ALIVE}"
    missed = f"max(upazila_brief_missed{{{of_it}}}) or NaN * {ALIVE}"
    return number(lang, about, age, scales.BRIEF, unit="s", words_of=missed, blank=NOT_YET)


def _alarms(lang: Lang) -> table.Panel:
    about = About(
        W("চলমান সতর্কতা", "Alarms now"),
        W(
            "প্রমিথিউসের যেসব সতর্কতা এখন বাজছে। 'Watchdog' সব সময় থাকে: না থাকলে সতর্কতার পথই বন্ধ।",
            "Alerts of Prometheus that fire now. 'Watchdog' always does: without it the way of alerts is broken.",
        ),
        W("প্রতিটির করণীয় docs/runbook.md-এ লেখা আছে।", "What to do about each stands in docs/runbook.md."),
    )
    none = W("নিয়ম লোড করা নেই", "The rules are not loaded")
    # Those of this office, and those that are about no series of the monitor's, such as 'Watchdog'.
    firing = 'count by (alertname, severity) (ALERTS{office=~"$office|", alertstate="firing"})'
    return rows(
        lang,
        about,
        [("alertname", W("সতর্কতা", "Alarm")), ("severity", W("গুরুত্ব", "Severity"))],
        [Column(W("কয়টি", "How many"), otherwise(firing, "alertname", none, lang))],
        height=7,
    )


def _late(lang: Lang) -> timeseries.Panel:
    about = About(
        W("দফার বিলম্ব", "Lateness of rounds"),
        W(
            "পালা আসার কতক্ষণ পরে যন্ত্র পরীক্ষা হয়: মধ্যক ও সবচেয়ে দেরির ১ শতাংশ।",
            "How long after its turn a device is probed: the median and the worst hundredth.",
        ),
        W(
            "বিলম্ব বাড়লে মেশিনটি খুব ব্যস্ত বা যন্ত্রসংখ্যা বেশি: interval_s বাড়ান।",
            "If it grows the machine is too busy for so many devices: raise interval_s.",
        ),
    )
    metric = "upazila_round_lateness_seconds"
    return curves(
        lang,
        about,
        [Curve(quantile(0.5, metric), "50 %"), Curve(quantile(0.99, metric), "99 %")],
        scales.LATE,
        unit="s",
        log=True,
        height=8,
    )


def _lag(lang: Lang) -> timeseries.Panel:
    about = About(
        W("মূল চক্রের বিলম্ব", "Lag of the loop"),
        W("মনিটরের মূল চক্র কতটা পিছিয়ে যায়।", "How far the monitor's loop falls behind."),
        W(
            "বারবার ১ সেকেন্ড ছাড়ালে ডিস্ক ও অন্য প্রোগ্রাম দেখুন।",
            "Again and again beyond a second: look at the disk, and at what else runs there.",
        ),
    )
    metric = "upazila_loop_lag_seconds"
    return curves(
        lang,
        about,
        [Curve(quantile(0.5, metric), "50 %"), Curve(quantile(0.99, metric), "99 %")],
        scales.LAG,
        unit="s",
        log=True,
        height=8,
    )


def _rounds(lang: Lang) -> timeseries.Panel:
    about = About(
        W("প্রতি সেকেন্ডে দফা", "Rounds a second"),
        W("প্রতি সেকেন্ডে কত দফা পরীক্ষা হয়, পরীক্ষার ধরন অনুযায়ী।", "Rounds of probing a second, by the kind of probe."),
        W("শূন্য হলে মনিটর কিছুই দেখছে না: জার্নাল দেখুন।", "At zero the monitor sees nothing: look into its journal."),
    )
    return curves(
        lang,
        about,
        [Curve(f"sum by (probe) (rate(upazila_samples_total{{{OFFICE}}}{RATE}))", "{{probe}}")],
        unit="ops",
        height=8,
    )


def _unknown(lang: Lang) -> timeseries.Panel:
    about = About(
        W("বিচারহীন দফা", "Rounds that judged nobody"),
        W("কত অংশ দফা আমাদের নিজেদের ত্রুটিতে বাতিল হয়েছে।", "Share of rounds that a fault of our own made void."),
        W(
            "বাড়লে নিজের নেটওয়ার্ক, সকেটের অনুমতি ও ঘড়ি দেখুন।",
            "If it grows look at our own network, the right to open sockets, and the clock.",
        ),
    )
    ours, all_ = (f"sum(rate(upazila_{name}{{{OFFICE}}}{RATE}))" for name in ("samples_unknown_total", "samples_total"))
    share = f"{ours} / {all_}"
    return curves(
        lang, about, [Curve(share, W("অংশ", "share").in_(lang))], scales.OURS, unit="percentunit", top=1, height=8
    )


def _outbox(lang: Lang) -> timeseries.Panel:
    about = About(
        W("চিঠির সারি", "Mail waiting"),
        W("যত চিঠি যাওয়ার কথা ছিল কিন্তু যায়নি।", "Notices that are due and not delivered yet."),
        W("কমতে না থাকলে চিঠির পথ বন্ধ।", "If it does not shrink the mail path is closed."),
    )
    wanted = [
        Curve(f"max(upazila_outbox_owed{{{OFFICE}}})", W("বকেয়া", "owed").in_(lang)),
        Curve(f"max(upazila_outbox_dead{{{OFFICE}}})", W("হাল ছাড়া", "given up").in_(lang)),
    ]
    return curves(lang, about, wanted, height=8)


def _readings(lang: Lang) -> timeseries.Panel:
    about = About(
        W("এসএনএমপি পাঠ", "SNMP readings"),
        W(
            "যন্ত্র পড়ার ফলাফল: ok, silent (সাড়া নেই), credentials (প্রত্যাখ্যাত), error (ত্রুটি)।",
            "How readings of devices go: ok, silent, credentials (refused), error.",
        ),
        W(
            "credentials বাড়লে যন্ত্রে পাসওয়ার্ড বদলেছে কি না দেখুন।",
            "If 'credentials' grows, see whether somebody changed them on the device.",
        ),
    )
    return curves(
        lang,
        about,
        [Curve(f"sum by (outcome) (rate(upazila_snmp_readings_total{{{OFFICE}}}{RATE}))", "{{outcome}}")],
        unit="ops",
        height=8,
    )


def _rejected(lang: Lang) -> timeseries.Panel:
    about = About(
        W("অগ্রাহ্য উত্তর", "Answers not accepted"),
        W(
            "প্রতি সেকেন্ডে কত উত্তর বৈধ ছিল না, আর তার কত জাল।",
            "Answers a second that were not valid, and how many of them somebody made up.",
        ),
        W(
            "জাল উত্তর মানে নেটওয়ার্কে কেউ ধোঁকা দিচ্ছে: কোন দিক থেকে আসে খুঁজুন।",
            "Forged ones: somebody on the network deceives us. Find out where they come from.",
        ),
    )
    wanted = [
        Curve(f"sum by (reason) (rate(upazila_replies_rejected_total{{{OFFICE}}}{RATE}))", "{{reason}}"),
        Curve(f"sum(rate(upazila_forged_replies_total{{{OFFICE}}}{RATE}))", W("জাল মোট", "forged, all").in_(lang)),
    ]
    return curves(lang, about, wanted, scales.PLAIN, unit="ops", height=8)


def _process(lang: Lang) -> timeseries.Panel:
    about = About(
        W("প্রসেসর", "Processor"),
        W("মনিটর প্রসেসরের কত অংশ নেয়।", "Share of one processor that the monitor takes."),
        W("১-এর কাছে গেলে যন্ত্রসংখ্যার জন্য মেশিনটি ছোট।", "Near 1 the machine is too small for so many devices."),
    )
    cpu = f"sum(rate(process_cpu_seconds_total{{{OFFICE}}}{RATE})) or 0 * {ALIVE}"
    return curves(
        lang, about, [Curve(cpu, W("মনিটর", "monitor").in_(lang))], scales.FULL, unit="percentunit", top=1, height=8
    )
