"""Render the page of an office: open outages, open tickets, and all sites by kind."""

from datetime import datetime, timedelta

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.alerts.notices.observations import ms_text, seen_text
from monitor.alerts.notices.phrases import CAUSES
from monitor.charter.services import Charter
from monitor.domain.reasons import from_json
from monitor.i18n import formats
from monitor.i18n.languages import Lang
from monitor.reports.status_document import LiveStatus
from monitor.web.status import joined

KINDS = {
    "backbone": {"bn": "ব্যাকবোন সংযোগ", "en": "Backbone links"},
    "udc": {"bn": "ইউনিয়ন ডিজিটাল সেন্টার", "en": "Union Digital Centres"},
    "lab": {"bn": "ল্যাব", "en": "Labs"},
    "office": {"bn": "কার্যালয়", "en": "Offices"},
}
STATES = {
    "down": {"bn": "অচল", "en": "down"},
    "unreachable": {"bn": "উজানের ত্রুটিতে অগম্য", "en": "unreachable"},
    "degraded": {"bn": "আংশিক বিঘ্নিত", "en": "degraded"},
    "unknown": {"bn": "অজানা", "en": "not known yet"},
    "paused": {"bn": "স্থগিত", "en": "paused"},
    "up": {"bn": "সচল", "en": "up"},
}
TICKET_STATES = {
    "open": {"bn": "উন্মুক্ত", "en": "open"},
    "acknowledged": {"bn": "প্রাপ্তিস্বীকার করা হয়েছে", "en": "acknowledged"},
    "in_progress": {"bn": "চলমান", "en": "in progress"},
    "waiting": {"bn": "অপেক্ষমাণ", "en": "waiting"},
}
EVENTS = {
    "paused": {"bn": "পূর্বঘোষিত বিরতিতে নীরব", "en": "silent in a pause"},
    "paused_over": {"bn": "পূর্বঘোষিত কাজের সময় নীরব ছিল", "en": "was silent during planned work"},
    "stood_still": {"bn": "পর্যবেক্ষক নিজেই থেমে ছিল", "en": "the monitor itself stood still"},
    "vantage_lost": {"bn": "নিজস্ব আপলিংক বিচ্ছিন্ন: পর্যবেক্ষণ স্থগিত", "en": "our own uplink is gone: nothing is judged"},
    "vantage_back": {"bn": "পর্যবেক্ষণ আবার চালু", "en": "judging again"},
    "flapping": {"bn": "বারবার বিচ্ছিন্ন ও সচল হচ্ছে", "en": "comes and goes"},
    "settled": {"bn": "স্থিতিশীল হয়েছে", "en": "has settled down"},
    "lab_power_off": {"bn": "ল্যাবের কম্পিউটারে বিদ্যুৎ নেই", "en": "lab without power"},
    "lab_power_on": {"bn": "ল্যাবের কম্পিউটার আবার সচল", "en": "lab has power again"},
    "lab_unused": {"bn": "এক সপ্তাহ ধরে ল্যাবের কোনো কম্পিউটার চালু হয়নি", "en": "no workstation for a week"},
    "trap": {"bn": "যন্ত্রের সংকেত (ট্র্যাপ)", "en": "trap"},
    "restarted": {"bn": "যন্ত্রটি পুনরায় চালু হয়েছে", "en": "started anew"},
    "on_battery": {"bn": "ইউপিএস ব্যাটারিতে চলছে", "en": "UPS on battery"},
    "on_mains": {"bn": "ইউপিএস আবার বিদ্যুতে চলছে", "en": "UPS on mains again"},
    "snmp_credentials": {"bn": "এসএনএমপি: পরিচয় প্রত্যাখ্যাত", "en": "SNMP: credentials refused"},
    "snmp_silent": {"bn": "এসএনএমপি: সাড়া নেই", "en": "SNMP: no answer"},
    "snmp_error": {"bn": "এসএনএমপি: ত্রুটি", "en": "SNMP: error"},
    "snmp_unread": {"bn": "এসএনএমপি: কিছু তথ্যে যন্ত্র নিরুত্তর", "en": "SNMP: some objects are not answered"},
    "snmp_cut": {"bn": "এসএনএমপি: সব সারি পড়া হয়নি", "en": "SNMP: not all rows are read"},
    "no_interface": {"bn": "লিংকের ইন্টারফেস পাওয়া যায়নি", "en": "the link's interface cannot be found"},
    "link_poor": {"bn": "লিংকের মান খারাপ", "en": "the link is poor"},
    "link_well": {"bn": "লিংক আবার ঠিক আছে", "en": "the link is well again"},
    "set_aside": {"bn": "সংরক্ষণ করা যায়নি, আলাদা রাখা হয়েছে", "en": "could not be stored, set aside"},
    "snmp_ok": {"bn": "এসএনএমপি: আবার পড়া যাচ্ছে", "en": "SNMP: read again"},
}
WORDS = {
    "all_up": {"bn": "সব স্থাপনা সচল", "en": "Everything is up"},
    "some_down": {"bn": "অচল", "en": "down"},
    "outages": {"bn": "চলমান সেবা বিঘ্ন", "en": "Outages now"},
    "tickets": {"bn": "উন্মুক্ত টিকিট", "en": "Open tickets"},
    "since": {"bn": "শুরু", "en": "Since"},
    "lasts": {"bn": "স্থায়িত্ব", "en": "For"},
    "due": {"bn": "নিষ্পত্তির সময়সীমা", "en": "Due by the charter"},
    "breached": {"bn": "সময়সীমা অতিক্রান্ত", "en": "target missed"},
    "remaining": {"bn": "অবশিষ্ট", "en": "left"},
    "pcs": {"bn": "কম্পিউটার", "en": "PCs"},
    "silent": {"bn": "সাড়া নেই", "en": "no answer"},
    "loss": {"bn": "প্যাকেট লস", "en": "packet loss"},
    "seen": {"bn": "পর্যবেক্ষণ", "en": "Seen"},
    "cause": {"bn": "সম্ভাব্য কারণ", "en": "Suspected cause"},
    "events": {"bn": "সাম্প্রতিক ঘটনা", "en": "What happened lately"},
    "affects": {"bn": "ক্ষতিগ্রস্ত স্থাপনা", "en": "Sites affected"},
    "stage": {"bn": "ধাপ", "en": "stage"},
    "about": {"bn": "স্থাপনা বা সেবা", "en": "Site or service"},
    "ticket": {"bn": "টিকিট", "en": "Ticket"},
    "state": {"bn": "অবস্থা", "en": "State"},
    "updated": {"bn": "হালনাগাদ", "en": "As of"},
    "other": {"bn": "English", "en": "বাংলা"},
    "unconfirmed": {
        "bn": "সনদের কর্মকর্তারা এ কার্যালয়ের বলে এখনও নিশ্চিত করা হয়নি (officers_confirmed): ই-মেইল কেবল ফাইলে লেখা হচ্ছে।",
        "en": "The officers in charter.toml are not confirmed as this office's own (officers_confirmed): "
        "mails are written to files only.",
    },
    "mail": {"bn": "অপেক্ষমাণ ই-মেইল", "en": "mails waiting"},
    "mail_trouble": {
        "bn": "ই-মেইল ঠিকমতো যাচ্ছে না (বিস্তারিত: upazila-monitor status)",
        "en": "Something is wrong with the mails",
    },
    "dead": {"bn": "প্রেরণ ব্যর্থ ই-মেইল", "en": "mails given up"},
    "no_store": {
        "bn": "ডেটাবেস সাড়া দিচ্ছে না; তাই সেবা বিঘ্ন ও টিকিট দেখানো যাচ্ছে না",
        "en": "The database does not answer: outages and tickets cannot be shown",
    },
    "refuses": {
        "bn": "ডেটাবেসে কিছু লেখা যাচ্ছে না; ডিস্ক ভরা কি না দেখুন",
        "en": "The database refuses to write, decisions wait; is the disk full?",
    },
    "refused": {
        "bn": "ডিস্কের কনফিগারেশন গ্রহণ করা হয়নি, আগেরটিই কার্যকর আছে (বিস্তারিত: upazila-monitor check)",
        "en": "The configuration on disk was refused, the one before stays in force (upazila-monitor check tells why)",
    },
    "unsound": {
        "bn": "ডেটাবেসে ত্রুটি পাওয়া গেছে: upazila-monitor backup verify",
        "en": "The database is not sound; see upazila-monitor backup verify",
    },
    "suspect": {
        "bn": "এই যন্ত্রের ঘড়ি বিশ্বাসযোগ্য নয়: ঊর্ধ্বতন পর্যায়ে কিছু পাঠানো হচ্ছে না",
        "en": "This machine's clock cannot be believed: nothing is escalated",
    },
}

_templates = Environment(
    loader=PackageLoader("monitor.web", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(now: LiveStatus, charter: Charter, lang: Lang) -> str:
    """Return the page in one language of what `status` returned.

    With the names of office and services of its charter.
    """
    at = datetime.fromisoformat(now["generated"])
    names = {site["id"]: site["name_bn"] if lang == "bn" else site["name_en"] for site in now["sites"]}
    states = [site["state"] for site in now["sites"]]
    return _templates.get_template("page.html.j2").render(
        now=now,
        lang=lang,
        office=charter.name_bn if lang == "bn" else charter.name_en,
        groups=[
            (title[lang], [site for site in now["sites"] if site["kind"] == kind])
            for kind, title in KINDS.items()
            if any(site["kind"] == kind for site in now["sites"])
        ],
        counts=[(state, words[lang], states.count(state)) for state, words in STATES.items() if state in states],
        all_up=set(states) == {"up"},
        state_words={state: words[lang] for state, words in STATES.items()},
        causes={cause: words[lang] for cause, words in CAUSES.items()},
        event_words={kind: words[lang] for kind, words in EVENTS.items()},
        ticket_words={state: words[lang] for state, words in TICKET_STATES.items()},
        words={name: words[lang] for name, words in WORDS.items()},
        name_of=lambda site: names.get(site, site or "—"),
        about=lambda ticket: names.get(ticket["site"], ticket["site"]) or charter.service(ticket["service"]).name(lang),
        number=lambda value: formats.digits(value, lang),
        moment=lambda iso: formats.moment_text(datetime.fromisoformat(iso), lang),
        length=lambda iso: formats.duration_text(abs(at - datetime.fromisoformat(iso)), lang),
        is_past=lambda iso: datetime.fromisoformat(iso) <= at,
        seen=lambda outage: seen_text(from_json(outage["reason"]), lang) or WORDS["silent"][lang],
        why=lambda site: joined([(one["device"], from_json(one["reason"])) for one in site["reasons"]], lang),
        rtt=lambda site: "" if site["rtt_ms"] is None else ms_text(site["rtt_ms"], lang),
        lossy=lambda site: bool(site["loss"]) and site["loss"] < 1,
        loss=lambda site: formats.digits(f"{site['loss']:.0%}", lang),
        refresh_s=round(timedelta(seconds=10).total_seconds()),
    )
