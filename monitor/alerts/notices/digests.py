"""Merge many notices into one: facts of all of them in, a digest by ticket out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.alerts.facts.briefs import DigestCase, DigestFacts, Place
from monitor.alerts.facts.case import CaseFacts
from monitor.alerts.notices.gather import letterhead
from monitor.alerts.notices.wording import Section, Words, page_row
from monitor.charter.office import Office
from monitor.domain.message import N_, NN_
from monitor.i18n import formats
from monitor.i18n.catalogue import tr, trn
from monitor.i18n.languages import Lang

MOST_LISTED = 200  # tickets that a digest names; the rest it counts

TITLES: Mapping[Place, str] = {
    "down": N_("Still down"),
    "over": N_("Up again or resolved by now"),
    "asked": N_("Complaints and requests"),
}
IN_ONE_LETTER = NN_(
    "{count} ticket in one letter: {down} down, {over} over", "{count} tickets in one letter: {down} down, {over} over"
)
TO_DO = N_(
    "These are in one letter because the limit of letters in an hour was reached, or because no mail could be sent."
    " For the history of each: upazila-monitor ticket show NUMBER"
)


def cases_of(notices: Iterable[CaseFacts]) -> list[str]:
    """Return the case of each notice, in their order.

    It is the ticket, also one that was reopened for another outage of its site; or the outage, with or without its
    ticket.
    """
    outage_of: dict[str, str] = {}
    return [
        outage_of.setdefault(facts.number, _outage_of(facts)) if facts.number else _outage_of(facts)
        for facts in notices
    ]


def _outage_of(facts: CaseFacts) -> str:
    return facts.number if facts.asked else f"{facts.site.id if facts.site else ''} {facts.event.isoformat()}"


def digest_facts(office: Office, notices: Sequence[tuple[str, CaseFacts]], now_utc: datetime) -> DigestFacts:
    """Return the facts of a digest of these notices (kind, facts), in the order of enqueueing."""
    by_case: dict[str, DigestCase] = {}
    for (kind, facts), case in zip(notices, cases_of(facts for _, facts in notices), strict=True):
        by_case[case] = DigestCase(
            number=facts.number,
            kind=kind,
            site=facts.site,
            service=facts.service,
            event=facts.event,
            ended=facts.outage.ended if facts.outage else None,
            stage=facts.level,
            asked=facts.asked is not None,
        )
    matters = tuple(by_case.values())
    return DigestFacts(
        **letterhead(office, now_utc),
        head=notices[-1][1].head if notices else "",
        notices=len(notices),
        counts={place: sum(_place(case) == place for case in matters) for place in TITLES},
        matters=matters[-MOST_LISTED:],
    )


def digest_words(facts: DigestFacts, lang: Lang) -> Words:
    """Return the digest in one language."""
    counts = {place: facts.counts.get(place, 0) for place in TITLES}
    total = sum(facts.counts.values())
    headline = trn(lang, *IN_ONE_LETTER, total, down=counts["down"], over=counts["over"])
    if counts["asked"]:
        headline += ", " + trn(lang, "{count} request", "{count} requests", counts["asked"])
    sections = tuple(_section(place, facts, lang) for place in TITLES if facts.counts.get(place))
    return Words(lang, headline, page_row(facts, lang), tr(lang, TO_DO), sections)


def _place(case: DigestCase) -> Place:
    if case.ended or case.kind in {"resolved", "restored", "withdrawn"}:
        return "over"
    return "asked" if case.asked else "down"


def _section(place: Place, facts: DigestFacts, lang: Lang) -> Section:
    listed = [case for case in facts.matters if _place(case) == place]
    lines = [_line(case, facts.now, lang) for case in listed]
    if (more := facts.counts[place] - len(listed)) > 0:
        lines.append(tr(lang, "and {count} more: upazila-monitor tickets", count=more))
    return Section(f"{tr(lang, TITLES[place])} ({formats.digits(facts.counts[place], lang)})", tuple(lines))


def _line(case: DigestCase, now: datetime, lang: Lang) -> str:
    """Return '[BHR-2026-000001] Juniadaha: down since 24 November 2026, 09:59 (3 hours), stage 1'."""
    name = case.site.name(lang) if case.site else case.service.name(lang)
    titled = f"[{case.number}] {name}" if case.number else name
    return ": ".join(filter(None, (titled, ", ".join(_facts(case, now, lang)))))


def _facts(case: DigestCase, now: datetime, lang: Lang) -> Iterator[str]:
    lasted = formats.duration_text(max((case.ended or now) - case.event, timedelta()), lang)
    began = formats.moment_text(case.event, lang)
    if case.asked:
        yield tr(lang, "received {began}", began=began)
    elif case.ended:
        yield tr(lang, "down from {began} for {lasted}", began=began, lasted=lasted)
    else:
        yield tr(lang, "down since {began} ({lasted})", began=began, lasted=lasted)
    if case.stage and not case.ended:
        yield tr(lang, "stage {stage}", stage=case.stage)
