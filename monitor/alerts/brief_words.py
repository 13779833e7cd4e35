"""The briefs in Bangla and English: what is down, falls due, came back; nothing to say is said in one line."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.alerts.phrases import KIND_NAMES
from monitor.alerts.wording import Row, Section, Words, counted, page_row
from monitor.charter import text
from monitor.charter.text import Lang

TITLES: Mapping[str, Mapping[Lang, str]] = {
    "down": {"bn": "এখন বিচ্ছিন্ন", "en": "Down now"},
    "due": {"bn": "আজ শেষ দিন", "en": "Due today"},
    "lapsing": {"bn": "যে ধাপের সময় আজ শেষ", "en": "Stages that lapse today"},
    "back": {"bn": "গত অফিস সময়ের পর পুনরায় সচল", "en": "Came back since the office closed"},
    "power": {"bn": "সম্ভাব্য বিদ্যুৎ বিভ্রাট", "en": "Suspected power failures"},
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


def morning_words(facts: Mapping[str, Any], lang: Lang) -> Words:
    """The morning brief in one language."""
    day = text.date_text(datetime.fromisoformat(facts["now"]).astimezone(text.DHAKA).date(), lang)
    sections = tuple(_morning_sections(facts, lang))
    down, due = facts["down"]["count"], facts["due"]["count"] + facts["lapsing"]["count"]
    if down or due:
        gist = (
            f"{_n(down, lang)}টি বিচ্ছিন্ন, আজ শেষ দিন {_n(due, lang)}টির"
            if lang == "bn"
            else f"{down} down, {due} due today"
        )
    else:
        gist = "সব সচল" if lang == "bn" else "nothing is down"
    headline = f"সকালের সারসংক্ষেপ, {day}: {gist}" if lang == "bn" else f"Morning brief, {day}: {gist}"
    rows = (*_dead(facts, lang), *page_row(facts, lang))
    return Words(lang, headline, rows, "" if sections else _nothing(facts, lang), sections)


def weekly_words(facts: Mapping[str, Any], lang: Lang) -> Words:
    """The weekly brief in one language, an upazila after the other."""
    begins, ends = (datetime.fromisoformat(facts[name]).astimezone(text.DHAKA) for name in ("since", "until"))
    days = f"{text.short_date_text(begins, lang)} – {text.short_date_text(ends, lang)}"
    count, missed = (sum(each[name] for each in facts["upazilas"]) for name in ("outages", "missed"))
    if lang == "bn":
        headline = f"সাপ্তাহিক সারসংক্ষেপ, {days}: {_n(count, lang)}টি সেবা বিঘ্ন, {_n(missed, lang)}টির সময়সীমা অতিক্রান্ত"
    else:
        outages, targets = ("" if number == 1 else "s" for number in (count, missed))
        headline = f"Weekly brief, {days}: {count} outage{outages}, {missed} target{targets} missed"
    sections = tuple(section for each in facts["upazilas"] for section in _upazila(each, lang))
    return Words(lang, headline, page_row(facts, lang), "", sections)


def _morning_sections(facts: Mapping[str, Any], lang: Lang) -> Iterator[Section]:
    lines = {
        "down": _down_line,
        "due": _due_line,
        "lapsing": _due_line,
        "back": _back_line,
        "power": _back_line,
        "batteries": _name_line,
        "busy": _busy_line,
        "planned": _planned_line,
    }
    for name, line in lines.items():
        if facts[name]["count"]:
            yield _listed(name, facts[name], [line(item, facts["now"], lang) for item in facts[name]["items"]], lang)
    if facts["stages"]:
        yield Section(TITLES["stages"][lang], tuple(_stages(facts["stages"], lang)))


def _listed(name: str, found: Mapping[str, Any], lines: list[str], lang: Lang) -> Section:
    if (more := found["count"] - len(lines)) > 0:
        lines.append(f"আরও {_n(more, lang)}টি" if lang == "bn" else f"and {more} more")
    return Section(f"{TITLES[name][lang]} ({_n(found['count'], lang)})", tuple(lines))


def _down_line(item: Mapping[str, Any], now: str, lang: Lang) -> str:
    parts = [f"{_moment(item['started'], lang)} ({_between(item['started'], now, lang)})"]
    if item["affected"]:
        count = _n(item["affected"], lang)
        parts.append(f"এর পেছনে আরও {count}টি" if lang == "bn" else f"{count} more behind it")
    if not item["number"]:
        due = _moment(item["deadline"], lang)
        parts.append(f"সময়সীমা {due}" if lang == "bn" else f"due {due}")
    since = "থেকে" if lang == "bn" else ""
    first = f"{parts[0]} {since}".strip() if lang == "bn" else f"since {parts[0]}"
    return f"{_name(item, lang)}: {', '.join([first, *parts[1:]])}"


def _due_line(item: Mapping[str, Any], _now: str, lang: Lang) -> str:
    at = text.time_text(datetime.fromisoformat(item["deadline"]).astimezone(text.DHAKA), lang)
    return f"{_name(item, lang)}: {at}" if "stage" not in item or not item["stage"] else _name(item, lang)


def _back_line(item: Mapping[str, Any], now: str, lang: Lang) -> str:
    if item["ended"] is None:
        return _down_line(item, now, lang)
    lasted = _between(item["started"], item["ended"], lang)
    began, ended = _moment(item["started"], lang), _moment(item["ended"], lang)
    return f"{_name(item, lang)}: {began} – {ended} ({lasted})"


def _busy_line(item: Mapping[str, Any], _now: str, lang: Lang) -> str:
    return f"{_name(item, lang)}: {text.digits(format(item['share'], '.0%'), lang)}"


def _name_line(item: Mapping[str, Any], _now: str, lang: Lang) -> str:
    return _name(item, lang)


def _planned_line(item: Mapping[str, Any], _now: str, lang: Lang) -> str:
    begins, ends = (datetime.fromisoformat(item[name]).astimezone(text.DHAKA) for name in ("begins", "ends"))
    return f"{text.time_text(begins, lang)}–{text.time_text(ends, lang)}: {item['text']}"


def _upazila(each: Mapping[str, Any], lang: Lang) -> Iterator[Section]:
    kinds = ", ".join(counted(kind, count, lang) for kind, count in each["by_kind"].items() if kind in KIND_NAMES)
    counts = {name: _n(value, lang) for name, value in each.items() if isinstance(value, int)}
    lines = [line.format(**counts, kinds=f" ({kinds})" if kinds else "") for line in WEEK[lang]]
    if each["unmonitored_s"]:
        length = text.duration_text(timedelta(seconds=each["unmonitored_s"]), lang)
        lines.append(f"পর্যবেক্ষণবিহীন: {length}" if lang == "bn" else f"unmonitored: {length}")
    yield Section(each[f"name_{lang}"], tuple(lines))
    if each["worst"]:
        lasted = [
            f"{_name(item, lang)}: {text.duration_text(timedelta(seconds=item['seconds']), lang)}"
            for item in each["worst"]
        ]
        yield Section(TITLES["worst"][lang], tuple(lasted))
    if each["stages"]:
        yield Section(TITLES["stages"][lang], tuple(_stages(each["stages"], lang)))
    if each["unused"]["count"]:
        yield _listed("unused", each["unused"], [_name(item, lang) for item in each["unused"]["items"]], lang)


def _stages(stages: Mapping[str, int], lang: Lang) -> Iterator[str]:
    for stage, count in stages.items():
        named = OFFICER[lang] if stage == "0" else f"{'ধাপ' if lang == 'bn' else 'stage'} {_n(stage, lang)}"
        yield f"{named}: {_n(count, lang)}"


def _dead(facts: Mapping[str, Any], lang: Lang) -> Iterator[Row]:
    if facts["dead"]:
        label = "পাঠানো যায়নি এমন ই-মেইল" if lang == "bn" else "Letters that could not be delivered"
        yield Row("dead", label, f"{_n(facts['dead'], lang)} (upazila-monitor outbox)")


def _nothing(facts: Mapping[str, Any], lang: Lang) -> str:
    up, sites = facts["states"].get("up", 0), facts["sites"]
    if lang == "bn":
        return (
            f"{_n(sites, lang)}টি স্থাপনার {_n(up, lang)}টি সচল; কিছু বিচ্ছিন্ন নেই, আজ কোনো সময়সীমা নেই, কোনো খোলা টিকিট নেই।"
        )
    return f"{up} of {sites} sites are up; nothing is down, nothing is due today, no ticket is open."


def _name(item: Mapping[str, Any], lang: Lang) -> str:
    name = str(item["site"][f"name_{lang}"]) if item["site"] else ""
    return f"[{item['number']}] {name}" if item.get("number") else name


def _n(number: object, lang: Lang) -> str:
    return text.digits(number, lang)


def _moment(iso: str, lang: Lang) -> str:
    at = datetime.fromisoformat(iso).astimezone(text.DHAKA)
    return f"{text.short_date_text(at, lang)} {text.digits(f'{at:%H:%M}', lang)}"


def _between(since: str, until: str, lang: Lang) -> str:
    return text.duration_text(max(datetime.fromisoformat(until) - datetime.fromisoformat(since), timedelta()), lang)
