"""Many notices in one letter: facts of all of them in, a digest by ticket out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.alerts.facts import office_facts
from monitor.alerts.office import Office
from monitor.alerts.wording import Section, Words, page_row
from monitor.charter import text
from monitor.charter.text import Lang

MOST_LISTED = 200  # tickets that a digest names; the rest it counts

TITLES: Mapping[str, Mapping[Lang, str]] = {
    "down": {"bn": "এখনও বিচ্ছিন্ন", "en": "Still down"},
    "over": {"bn": "ইতোমধ্যে সচল বা নিষ্পত্তিকৃত", "en": "Up again or settled meanwhile"},
    "asked": {"bn": "অভিযোগ ও আবেদন", "en": "Complaints and requests"},
}
TO_DO: Mapping[Lang, str] = {
    "bn": "এক ঘণ্টায় আপনার ই-মেইলের সীমা পূর্ণ হওয়ায় বা ই-মেইল পাঠানো না যাওয়ায় এগুলো একসঙ্গে জানানো হলো।"
    " প্রতিটির বিবরণ: upazila-monitor ticket show নম্বর",
    "en": "They are told together because your letters of this hour are used up, or because no mail could be sent."
    " Each one's whole story: upazila-monitor ticket show NUMBER",
}


def digest_facts(office: Office, notices: Sequence[tuple[str, Mapping[str, Any]]], now_utc: datetime) -> dict[str, Any]:
    """What a digest of these notices (kind, facts) can tell; they come in the order in which they were owed."""
    by_matter: dict[str, dict[str, Any]] = {}
    for kind, facts in notices:
        outage = facts["outage"] or {}
        site = (facts["site"] or {}).get("id")
        matter = facts["number"] if facts["asked"] else f"{site} {facts['event']}"
        by_matter[matter] = {
            "number": facts["number"],
            "kind": kind,
            "site": facts["site"],
            "service": facts["service"],
            "event": facts["event"],
            "ended": outage.get("ended"),
            "stage": facts["stage"]["level"] if facts["stage"] else 0,
            "asked": facts["asked"] is not None,
        }
    matters = list(by_matter.values())
    counts = {place: sum(_place(matter) == place for matter in matters) for place in TITLES}
    return {
        **office_facts(office, now_utc),
        "number": "",
        "notices": len(notices),
        "counts": counts,
        "matters": matters[-MOST_LISTED:],
        "head": notices[-1][1].get("head", "") if notices else "",
    }


def digest_words(facts: Mapping[str, Any], lang: Lang) -> Words:
    """The digest in one language."""
    counts = {place: text.digits(count, lang) for place, count in facts["counts"].items()}
    total = text.digits(sum(facts["counts"].values()), lang)
    if lang == "bn":
        headline = f"একসঙ্গে {total}টি বিষয়: {counts['down']}টি বিচ্ছিন্ন, {counts['over']}টি নিষ্পত্তিকৃত"
    else:
        headline = f"{total} matters in one letter: {counts['down']} down, {counts['over']} over"
    sections = tuple(_section(place, facts, lang) for place in TITLES if facts["counts"][place])
    return Words(lang, headline, page_row(facts, lang), TO_DO[lang], sections)


def _place(matter: Mapping[str, Any]) -> str:
    if matter["ended"] or matter["kind"] in {"resolved", "restored", "withdrawn"}:
        return "over"
    return "asked" if matter["asked"] else "down"


def _section(place: str, facts: Mapping[str, Any], lang: Lang) -> Section:
    listed = [matter for matter in facts["matters"] if _place(matter) == place]
    lines = [_line(matter, facts["now"], lang) for matter in listed]
    if (more := facts["counts"][place] - len(listed)) > 0:
        count = text.digits(more, lang)
        lines.append(
            f"আরও {count}টি: upazila-monitor tickets" if lang == "bn" else f"and {count} more: upazila-monitor tickets"
        )
    return Section(f"{TITLES[place][lang]} ({text.digits(facts['counts'][place], lang)})", tuple(lines))


def _line(matter: Mapping[str, Any], now: str, lang: Lang) -> str:
    """'[BHR-2026-000001] Juniadaha: down since 24 November 2026, 09:59 (3 hours), stage 1'."""
    name = matter["site"][f"name_{lang}"] if matter["site"] else matter["service"][f"name_{lang}"]
    return ": ".join(
        filter(
            None, (f"[{matter['number']}] {name}" if matter["number"] else name, ", ".join(_facts(matter, now, lang)))
        )
    )


def _facts(matter: Mapping[str, Any], now: str, lang: Lang) -> Iterator[str]:
    since, until = datetime.fromisoformat(matter["event"]), datetime.fromisoformat(matter["ended"] or now)
    lasted = text.duration_text(max(until - since, timedelta()), lang)
    began = text.moment_text(since, lang)
    if matter["asked"]:
        yield f"{began} তারিখে প্রাপ্ত" if lang == "bn" else f"received {began}"
    elif matter["ended"]:
        yield f"{began} থেকে {lasted} বিচ্ছিন্ন ছিল" if lang == "bn" else f"down from {began} for {lasted}"
    else:
        yield f"{began} থেকে বিচ্ছিন্ন ({lasted})" if lang == "bn" else f"down since {began} ({lasted})"
    if matter["stage"] and not matter["ended"]:
        stage = text.digits(matter["stage"], lang)
        yield f"ধাপ {stage}" if lang == "bn" else f"stage {stage}"
