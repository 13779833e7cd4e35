"""The briefs in Bangla and English: what is down, falls due, came back; nothing to say is said in one line."""

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime, timedelta

from monitor.alerts.facts.briefs import BriefCase, Listed, LostTime, MorningFacts, Planned, Thing, Upazila, WeeklyFacts
from monitor.alerts.facts.case import Site
from monitor.alerts.notices.phrases import CAUSES, KIND_NAMES
from monitor.alerts.notices.wording import Row, Section, Words, counted, page_row
from monitor.i18n import formats
from monitor.i18n.languages import Lang

TITLES: Mapping[str, Mapping[Lang, str]] = {
    "down": {"bn": "এখন বিচ্ছিন্ন", "en": "Down now"},
    "due": {"bn": "আজ শেষ দিন", "en": "Due today"},
    "lapsing": {"bn": "যে ধাপের সময় আজ শেষ", "en": "Stages that lapse today"},
    "back": {"bn": "গত অফিস সময়ের পর পুনরায় সচল", "en": "Came back since the office closed"},
    "batteries": {"bn": "ইউপিএস ব্যাটারিতে চলেছে", "en": "UPSes that fed from their battery"},
    "busy": {"bn": "ধারণক্ষমতার কাছাকাছি সংযোগ", "en": "Links near capacity"},
    "planned": {"bn": "আজকের পরিকল্পিত কাজ", "en": "Planned work today"},
    "stages": {"bn": "ধাপ অনুযায়ী খোলা টিকিট", "en": "Open tickets by stage"},
    "worst": {"bn": "দীর্ঘতম বিঘ্ন", "en": "Longest down"},
    "unused": {"bn": "এক সপ্তাহ ধরে অব্যবহৃত ল্যাব", "en": "Labs that nobody used for a week"},
}
OFFICER: Mapping[Lang, str] = {"bn": "দায়িত্বপ্রাপ্ত কর্মকর্তা", "en": "responsible officer"}

WEEK: Mapping[Lang, Sequence[str]] = {
    "bn": (
        "স্থাপনা {sites}টি; সেবা বিঘ্ন {outages}টি{kinds}",
        "এর মধ্যে সম্ভাব্য বিদ্যুৎ বিভ্রাট {power}টি; উজানের ত্রুটিতে অগম্য ছিল {behind}টি",
        "নতুন টিকিট {opened}টি, সময়সীমা অতিক্রান্ত {missed}টি, নিষ্পত্তি {resolved}টি",
    ),
    "en": (
        "{sites} sites; {outages} outages{kinds}",
        "suspected power failures among them: {power}; sites silent behind another: {behind}",
        "tickets: {opened} new, {missed} of them past their target, {resolved} resolved",
    ),
}


def morning_words(facts: MorningFacts, lang: Lang) -> Words:
    """Return the morning brief in one language."""
    day = formats.date_text(facts.now.astimezone(formats.DHAKA).date(), lang)
    sections = tuple(_morning_sections(facts, lang))
    down, due = facts.down.count, facts.due.count + facts.lapsing.count
    found = []
    if down:
        found.append(f"{_n(down, lang)}টি বিচ্ছিন্ন" if lang == "bn" else f"{down} down")
    if due:
        found.append(f"আজ শেষ দিন {_n(due, lang)}টির" if lang == "bn" else f"{due} due today")
    gist = ", ".join(found) or ("সব সচল" if lang == "bn" else "nothing is down")
    headline = f"সকালের সারসংক্ষেপ, {day}: {gist}" if lang == "bn" else f"Morning brief, {day}: {gist}"
    rows = (*_dead(facts, lang), *page_row(facts, lang))
    return Words(lang, headline, rows, "" if sections else _nothing(facts, lang), sections)


def weekly_words(facts: WeeklyFacts, lang: Lang) -> Words:
    """Return the weekly brief in one language, an upazila after the other."""
    begins, ends = (at.astimezone(formats.DHAKA) for at in (facts.since, facts.until))
    days = f"{formats.short_date_text(begins, lang)} – {formats.short_date_text(ends, lang)}"
    count, missed = sum(each.outages for each in facts.upazilas), sum(each.missed for each in facts.upazilas)
    if lang == "bn":
        headline = f"সাপ্তাহিক সারসংক্ষেপ, {days}: {_n(count, lang)}টি সেবা বিঘ্ন, {_n(missed, lang)}টির সময়সীমা অতিক্রান্ত"
    else:
        outages, targets = ("" if number == 1 else "s" for number in (count, missed))
        headline = f"Weekly brief, {days}: {count} outage{outages}, {missed} target{targets} missed"
    sections = tuple(section for each in facts.upazilas for section in _upazila(each, lang))
    return Words(lang, headline, page_row(facts, lang), "", sections)


def _morning_sections(facts: MorningFacts, lang: Lang) -> Iterator[Section]:
    """Yield the sections.

    Each outage is listed once: where it is down or recovered, with what else there is about it.
    """
    due, lapsing = ({_of(case) for case in listed.items} for listed in (facts.due, facts.lapsing))
    named = {_of(case) for case in (*facts.down.items, *facts.back.items)}
    yield from _listed(
        "down", facts.down, [_down_line(each, facts, due, lapsing, lang) for each in facts.down.items], lang
    )
    for name, listed in (("due", facts.due), ("lapsing", facts.lapsing)):
        left = [_due_line(each, lang) for each in listed.items if _of(each) not in named]
        yield from _listed(name, Listed(listed.count - len(listed.items) + len(left), ()), left, lang)
    yield from _listed("back", facts.back, [_back_line(each, lapsing, lang) for each in facts.back.items], lang)
    yield from _listed("batteries", facts.batteries, [_site(each.site, lang) for each in facts.batteries.items], lang)
    busy = [f"{_site(each.site, lang)}: {formats.digits(f'{each.share:.0%}', lang)}" for each in facts.busy.items]
    yield from _listed("busy", facts.busy, busy, lang)
    yield from _listed("planned", facts.planned, [_planned_line(each, lang) for each in facts.planned.items], lang)
    if facts.stages:
        yield Section(TITLES["stages"][lang], tuple(_stages(facts.stages, lang)))


def _of(case: BriefCase) -> str:
    """Return a key that two entries about the same outage or ticket share."""
    site = case.site.id if case.site else ""
    return case.number or f"{site} {case.started}"


def _listed(name: str, found: Listed[Thing], lines: list[str], lang: Lang) -> Iterator[Section]:
    """Yield a section where there is anything; what is not listed is counted."""
    if (more := found.count - len(lines)) > 0:
        lines = [*lines, f"আরও {_n(more, lang)}টি" if lang == "bn" else f"and {more} more"]
    if lines:
        yield Section(f"{TITLES[name][lang]} ({_n(found.count, lang)})", tuple(lines))


def _down_line(item: BriefCase, facts: MorningFacts, due: Set[str], lapsing: Set[str], lang: Lang) -> str:
    began = item.started or item.deadline
    since = f"{_moment(began, lang)} ({_between(began, facts.now, lang)})"
    parts = [f"{since} থেকে" if lang == "bn" else f"since {since}"]
    if item.affected:
        count = _n(item.affected, lang)
        parts.append(f"এর পেছনে আরও {count}টি" if lang == "bn" else f"{count} more behind it")
    if _of(item) in due:
        at = formats.time_text(item.deadline.astimezone(formats.DHAKA), lang)
        parts.append(f"আজ {at}-এ শেষ সময়" if lang == "bn" else f"due today, {at}")
    elif not item.number:
        at = _moment(item.deadline, lang)
        parts.append(f"সময়সীমা {at}" if lang == "bn" else f"due {at}")
    return f"{_name(item, lang)}: {', '.join([*parts, *_beside(item, lapsing, lang)])}"


def _back_line(item: BriefCase, lapsing: Set[str], lang: Lang) -> str:
    began, ended = item.started or item.deadline, item.ended or item.deadline
    lasted = f"{_moment(began, lang)} – {_moment(ended, lang)} ({_between(began, ended, lang)})"
    return f"{_name(item, lang)}: {', '.join([lasted, *_beside(item, lapsing, lang)])}"


def _beside(item: BriefCase, lapsing: Set[str], lang: Lang) -> Iterator[str]:
    """Yield what else there is about an outage."""
    if _of(item) in lapsing:
        yield "ধাপের সময় আজ শেষ" if lang == "bn" else "its stage lapses today"
    if item.cause in CAUSES:
        cause = CAUSES[item.cause][lang]
        yield f"সম্ভবত {cause}" if lang == "bn" else f"suspected: {cause}"


def _due_line(item: BriefCase, lang: Lang) -> str:
    at = formats.time_text(item.deadline.astimezone(formats.DHAKA), lang)
    return _name(item, lang) if item.stage else f"{_name(item, lang)}: {at}"


def _planned_line(item: Planned, lang: Lang) -> str:
    begins, ends = (formats.time_text(at.astimezone(formats.DHAKA), lang) for at in (item.begins, item.ends))
    return f"{begins}–{ends}: {item.text}"


def _upazila(each: Upazila, lang: Lang) -> Iterator[Section]:
    kinds = ", ".join(counted(kind, count, lang) for kind, count in each.by_kind.items() if kind in KIND_NAMES)
    names = ("sites", "outages", "power", "behind", "opened", "missed", "resolved")
    counts = {name: _n(getattr(each, name), lang) for name in names}
    lines = [line.format(**counts, kinds=f" ({kinds})" if kinds else "") for line in WEEK[lang]]
    if each.unmonitored_s:
        length = formats.duration_text(timedelta(seconds=each.unmonitored_s), lang)
        lines.append(f"পর্যবেক্ষণবিহীন: {length}" if lang == "bn" else f"unmonitored: {length}")
    yield Section(each.name(lang), tuple(lines))
    if each.worst:
        yield Section(TITLES["worst"][lang], tuple(_lost_line(item, lang) for item in each.worst))
    if each.stages:
        yield Section(TITLES["stages"][lang], tuple(_stages(each.stages, lang)))
    yield from _listed("unused", each.unused, [_site(item.site, lang) for item in each.unused.items], lang)


def _lost_line(item: LostTime, lang: Lang) -> str:
    return f"{_site(item.site, lang)}: {formats.duration_text(timedelta(seconds=item.seconds), lang)}"


def _stages(stages: Mapping[str, int], lang: Lang) -> Iterator[str]:
    for stage, count in stages.items():
        named = OFFICER[lang] if stage == "0" else f"{'ধাপ' if lang == 'bn' else 'stage'} {_n(stage, lang)}"
        yield f"{named}: {_n(count, lang)}"


def _dead(facts: MorningFacts, lang: Lang) -> Iterator[Row]:
    if facts.dead:
        label = "পাঠানো যায়নি এমন ই-মেইল" if lang == "bn" else "Letters that could not be delivered"
        yield Row("dead", label, f"{_n(facts.dead, lang)} (upazila-monitor outbox --dead)")


def _nothing(facts: MorningFacts, lang: Lang) -> str:
    up, sites = facts.states.get("up", 0), facts.sites
    if lang == "bn":
        return (
            f"{_n(sites, lang)}টি স্থাপনার {_n(up, lang)}টি সচল; কিছু বিচ্ছিন্ন নেই, আজ কোনো সময়সীমা নেই, কোনো খোলা টিকিট নেই।"
        )
    return f"{up} of {sites} sites are up; nothing is down, nothing is due today, no ticket is open."


def _name(item: BriefCase, lang: Lang) -> str:
    name = _site(item.site, lang)
    return f"[{item.number}] {name}" if item.number else name


def _site(site: Site | None, lang: Lang) -> str:
    return site.name(lang) if site else ""


def _n(number: object, lang: Lang) -> str:
    return formats.digits(number, lang)


def _moment(at_utc: datetime, lang: Lang) -> str:
    at = at_utc.astimezone(formats.DHAKA)
    return f"{formats.short_date_text(at, lang)} {formats.digits(f'{at:%H:%M}', lang)}"


def _between(since: datetime, until: datetime, lang: Lang) -> str:
    return formats.duration_text(max(until - since, timedelta()), lang)
