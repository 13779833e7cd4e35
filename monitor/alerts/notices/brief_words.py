"""The briefs in Bangla and English: what is down, falls due, came back; nothing to say is said in one line."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.alerts.facts.briefs import BriefCase, Listed, LostTime, MorningFacts, Planned, Thing, Upazila, WeeklyFacts
from monitor.alerts.facts.case import Site
from monitor.alerts.notices.wording import Row, Section, Words, counted, page_row
from monitor.domain.message import N_
from monitor.i18n import formats
from monitor.i18n.catalogue import tr, trn
from monitor.i18n.languages import Lang, lookup
from monitor.i18n.terms import CAUSES, KINDS

TITLES: Mapping[str, str] = {
    "down": N_("Down now"),
    "due": N_("Due today"),
    "lapsing": N_("Stages that end today"),
    "back": N_("Up again since the office closed"),
    "batteries": N_("UPSes that ran on battery"),
    "busy": N_("Links near capacity"),
    "planned": N_("Planned work today"),
    "stages": N_("Open tickets by stage"),
    "worst": N_("Longest outages"),
    "unused": N_("Labs not used for a week"),
}
MOST_PARTS = 20  # upazilas of a brief that stand in it whole: a district has no more, a nation's would be a book
OFFICER = N_("responsible officer")

WEEK = (
    N_("suspected power cuts among them: {power}; sites behind another that was down: {behind}"),
    N_("tickets: {opened} new, {missed} past their time, {resolved} resolved"),
)


def morning_words(facts: MorningFacts, lang: Lang) -> Words:
    """Return the morning brief in one language."""
    day = formats.date_text(facts.now.astimezone(formats.DHAKA).date(), lang)
    sections = tuple(_morning_sections(facts, lang))
    down, due = facts.down.count, facts.due.count + facts.lapsing.count
    found = []
    if down:
        found.append(tr(lang, "{count} down", count=down))
    if due:
        found.append(tr(lang, "{count} due today", count=due))
    gist = ", ".join(found) or tr(lang, "all up")
    headline = tr(lang, "Morning brief, {day}: {gist}", day=day, gist=gist)
    rows = (*_dead(facts, lang), *page_row(facts, lang))
    return Words(lang, headline, rows, "" if sections else _nothing(facts, lang), sections)


def weekly_words(facts: WeeklyFacts, lang: Lang) -> Words:
    """Return the weekly brief in one language, an upazila after the other; of several first all in a line each."""
    begins, ends = (at.astimezone(formats.DHAKA) for at in (facts.since, facts.until))
    days = f"{formats.short_date_text(begins, lang)} – {formats.short_date_text(ends, lang)}"
    count, missed = sum(each.outages for each in facts.upazilas), sum(each.missed for each in facts.upazilas)
    found = trn(lang, "{count} outage", "{count} outages", count)
    late = trn(lang, "{count} past its time", "{count} past their time", missed)
    if not facts.node:
        headline = tr(lang, "Weekly brief, {days}: {outages}, {late}", days=days, outages=found, late=late)
        return Words(lang, headline, page_row(facts, lang), "", tuple(_upazila(facts.upazilas[0], lang)))
    headline = tr(
        lang,
        "Weekly brief of {place}, {days}: {outages}, {late}",
        place=facts.office(lang),
        days=days,
        outages=found,
        late=late,
    )
    sections = [_together(facts.upazilas, lang)]
    for each in facts.upazilas[:MOST_PARTS]:
        sections += _upazila(each, lang, of=each.name(lang))
    return Words(lang, headline, page_row(facts, lang, f"/offices/{facts.node}"), "", tuple(sections))


def _together(upazilas: Sequence[Upazila], lang: Lang) -> Section:
    """Return all upazilas in a line each."""
    lines = []
    for each in upazilas:
        staged = sum(count for stage, count in each.stages.items() if stage != "0")
        line = trn(
            lang,
            "{name}: {count} outage; {missed} of {opened} new tickets past their time; {staged} at a stage",
            "{name}: {count} outages; {missed} of {opened} new tickets past their time; {staged} at a stage",
            each.outages,
            name=each.name(lang),
            missed=each.missed,
            opened=each.opened,
            staged=staged,
        )
        lines.append(line)
    if len(upazilas) > MOST_PARTS:
        lines.append(tr(lang, "The first {count} follow with what lies behind these figures.", count=MOST_PARTS))
    return Section(trn(lang, "{count} office", "{count} offices", len(upazilas)), tuple(lines))


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
        yield Section(lookup(lang, TITLES["stages"]), tuple(_stages(facts.stages, lang)))


def _of(case: BriefCase) -> str:
    """Return a key that two entries about the same outage or ticket share."""
    site = case.site.id if case.site else ""
    return case.number or f"{site} {case.started}"


def _listed(name: str, found: Listed[Thing], lines: list[str], lang: Lang) -> Iterator[Section]:
    """Yield a section where there is anything; what is not listed is counted."""
    if (more := found.count - len(lines)) > 0:
        lines = [*lines, tr(lang, "and {count} more", count=more)]
    if lines:
        yield Section(f"{tr(lang, TITLES[name])} ({_n(found.count, lang)})", tuple(lines))


def _down_line(item: BriefCase, facts: MorningFacts, due: Set[str], lapsing: Set[str], lang: Lang) -> str:
    began = item.started or item.deadline
    lasted = _between(began, facts.now, lang)
    parts = [tr(lang, "since {since} ({lasted})", since=_moment(began, lang), lasted=lasted)]
    if item.affected:
        parts.append(tr(lang, "{count} more behind it", count=item.affected))
    if _of(item) in due:
        at = formats.time_text(item.deadline.astimezone(formats.DHAKA), lang)
        parts.append(tr(lang, "due today, {at}", at=at))
    elif not item.number:
        at = _moment(item.deadline, lang)
        parts.append(tr(lang, "due {at}", at=at))
    return f"{_name(item, lang)}: {', '.join([*parts, *_beside(item, lapsing, lang)])}"


def _back_line(item: BriefCase, lapsing: Set[str], lang: Lang) -> str:
    began, ended = item.started or item.deadline, item.ended or item.deadline
    lasted = f"{_moment(began, lang)} – {_moment(ended, lang)} ({_between(began, ended, lang)})"
    return f"{_name(item, lang)}: {', '.join([lasted, *_beside(item, lapsing, lang)])}"


def _beside(item: BriefCase, lapsing: Set[str], lang: Lang) -> Iterator[str]:
    """Yield what else there is about an outage."""
    if _of(item) in lapsing:
        yield tr(lang, "its stage ends today")
    if item.cause in CAUSES:
        yield tr(lang, "suspected: {cause}", cause=tr(lang, CAUSES[item.cause]))


def _due_line(item: BriefCase, lang: Lang) -> str:
    at = formats.time_text(item.deadline.astimezone(formats.DHAKA), lang)
    return _name(item, lang) if item.stage else f"{_name(item, lang)}: {at}"


def _planned_line(item: Planned, lang: Lang) -> str:
    begins, ends = (formats.time_text(at.astimezone(formats.DHAKA), lang) for at in (item.begins, item.ends))
    return f"{begins}–{ends}: {item.text}"


def _upazila(each: Upazila, lang: Lang, of: str = "") -> Iterator[Section]:
    """Yield an upazila's sections; ``of``: its name, which each of them says where there are several."""
    kinds = ", ".join(counted(kind, count, lang) for kind, count in each.by_kind.items() if kind in KINDS)
    names = ("power", "behind", "opened", "missed", "resolved")
    counts = {name: getattr(each, name) for name in names}
    sites = trn(lang, "{count} site", "{count} sites", each.sites)
    outages = trn(lang, "{count} outage", "{count} outages", each.outages)
    lines = [f"{sites}; {outages}{f' ({kinds})' if kinds else ''}", *(tr(lang, line, **counts) for line in WEEK)]
    if each.unmonitored_s:
        lines.append(tr(lang, "unmonitored: {length}", length=timedelta(seconds=each.unmonitored_s)))
    yield Section(each.name(lang), tuple(lines))
    lists: list[Section] = []
    if each.worst:
        lists.append(Section(lookup(lang, TITLES["worst"]), tuple(_lost_line(item, lang) for item in each.worst)))
    if each.stages:
        lists.append(Section(lookup(lang, TITLES["stages"]), tuple(_stages(each.stages, lang))))
    lists += _listed("unused", each.unused, [_site(item.site, lang) for item in each.unused.items], lang)
    for section in lists:
        yield replace(section, title=f"{of} – {section.title}") if of else section


def _lost_line(item: LostTime, lang: Lang) -> str:
    return f"{_site(item.site, lang)}: {formats.duration_text(timedelta(seconds=item.seconds), lang)}"


def _stages(stages: Mapping[str, int], lang: Lang) -> Iterator[str]:
    for stage, count in stages.items():
        named = tr(lang, OFFICER) if stage == "0" else tr(lang, "stage {stage}", stage=int(stage))
        yield f"{named}: {_n(count, lang)}"


def _dead(facts: MorningFacts, lang: Lang) -> Iterator[Row]:
    if facts.dead:
        label = tr(lang, "Letters that could not be delivered")
        yield Row("dead", label, f"{_n(facts.dead, lang)} (upazila-monitor outbox --dead)")


def _nothing(facts: MorningFacts, lang: Lang) -> str:
    text = N_("{up} of {sites} sites are up; nothing is down, nothing is due today, no ticket is open.")
    return tr(lang, text, up=facts.states.get("up", 0), sites=facts.sites)


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
