"""The sentences of a notice, in Bangla and in English: facts in, plain text out. Layout is the templates' affair."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from monitor.alerts.facts.case import Asked, CaseFacts, Letterhead, Outage
from monitor.alerts.notices.observations import cause_text, hour_text, last_good_text, seen_text, snmp_text, ways_text
from monitor.alerts.notices.phrases import ACTS, COMMAND, HEADLINES, LABELS, TO_DO
from monitor.domain.evidence import Hour
from monitor.domain.message import N_
from monitor.domain.states import EndReason
from monitor.domain.tracking_code import shown
from monitor.i18n import formats
from monitor.i18n.catalogue import tr, trn
from monitor.i18n.languages import Lang, lookup
from monitor.i18n.terms import ACTS as ACT_WORDS
from monitor.i18n.terms import COUNTED, ENDINGS, KINDS, WAYS

CLAUSES: Mapping[str, str] = {
    "citizen": N_("Citizen's Charter, 2.1 (citizen services), item"),
    "official": N_("Citizen's Charter, 2.2 (official services), item"),
}

PROMISED = {"due", "was_due", "counted", "stage"}  # rows of a promise: of what is withdrawn there is none


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled fact, by its ``name`` in `phrases.LABELS`; ``hour``: the minutes of its chart, if it has one."""

    name: str
    label: str
    value: str
    hour: Hour | None = None

    @property
    def link(self) -> bool:
        """Return whether the value is a URL to open; only the office's own pages are."""
        return self.name in {"page", "runbook"} and self.value.startswith(("http://", "https://"))


@dataclass(frozen=True, slots=True)
class Section:
    """A titled list."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A notice in one language: a headline, what to do, labelled facts, and lists.

    ``act_url``: the page of the act that is asked for, which only shows a button, called ``act``; without the address
    of the office's page a ``command`` instead. ``on_behalf``: for which officer its reader stands in.
    """

    lang: Lang
    headline: str
    rows: tuple[Row, ...]
    to_do: str
    sections: tuple[Section, ...] = ()
    command: str = ""
    act: str = ""
    act_url: str = ""
    on_behalf: str = ""


def words(kind: str, facts: CaseFacts, lang: Lang, *, for_citizen: bool = False) -> Words:
    """Return the notice of ``kind`` in one language, to an officer or to the citizen who asked."""
    known = _blanks(facts, lang)
    entry = entry_of(kind, facts, for_citizen=for_citizen)
    rows = _rows_for_citizen(facts, known, lang) if for_citizen else _rows(facts, known, lang)
    hour = facts.outage.evidence.hour if facts.outage else None
    action = ACTS.get(kind, "") if facts.number and not for_citizen else ""
    act_url = f"{ticket_url(facts)}/act/{action}" if action and facts.page_url else ""
    return Words(
        lang,
        tr(lang, HEADLINES[entry], **known),
        tuple(
            Row(name, tr(lang, LABELS[name]), value, hour if name == "hour" else None)
            for name, value in rows
            if value and not (kind == "withdrawn" and name in PROMISED)
        ),
        tr(lang, TO_DO[entry], **known),
        command=COMMAND.format(action=action, number=facts.number) if action and not act_url else "",
        act=tr(lang, ACT_WORDS[action]) if act_url else "",
        act_url=act_url,
    )


def entry_of(kind: str, facts: CaseFacts, *, for_citizen: bool) -> str:
    """Return the key of `phrases.HEADLINES` for the notice.

    A kind may read otherwise to the citizen who asked ('KIND/citizen'), of a complaint ('KIND/asked'), of an outage
    that is over ('KIND/over') or that is not ('KIND/down').
    """
    wanted = []
    if for_citizen:
        wanted.append("citizen")
    if facts.asked:
        wanted.append("asked")
    elif facts.outage:
        wanted.append("over" if facts.outage.ended else "down")
    return next((entry for each in wanted if (entry := f"{kind}/{each}") in HEADLINES), kind)


def ticket_url(facts: CaseFacts) -> str:
    """Return the address of the ticket's page, if the office has configured that of its own."""
    return f"{facts.page_url.rstrip('/')}/tickets/{facts.number}" if facts.page_url else ""


def page_row(facts: Letterhead, lang: Lang, path: str = "") -> tuple[Row, ...]:
    """Return where more is to be seen, if the office has configured that."""
    return (Row("page", lookup(lang, LABELS["page"]), found),) if (found := facts.page(path)) else ()


def runbook_row(kind: str, runbook_url: str, lang: Lang) -> tuple[Row, ...]:
    """Return where it stands what to do about such a letter, if the office has configured that."""
    if not runbook_url:
        return ()
    return (Row("runbook", lookup(lang, LABELS["runbook"]), f"{runbook_url.replace('{lang}', lang)}#{kind}"),)


def _blanks(facts: CaseFacts, lang: Lang) -> dict[str, str]:
    """Return what fills the gaps in the sentences."""
    stage, following, outage = facts.stage, facts.next_stage, facts.outage
    until = (outage and outage.ended) or facts.now
    return {
        "site": facts.site.name(lang) if facts.site else facts.service.name(lang),
        "service": facts.service.name(lang),
        "number": facts.number,
        "lasted": formats.duration_text(max(until - facts.event, timedelta()), lang),
        "deadline": formats.moment_text(facts.deadline, lang),
        "stage": formats.digits(stage.level, lang) if stage else "",
        "holder": stage.holder(lang) if stage else "",
        "lapses": formats.moment_text(stage.lapses, lang) if stage else "",
        "disposal": stage.disposal(lang) if stage else "",
        "next_stage": formats.digits(following.level, lang) if following else "",
        "next_holder": following.holder(lang) if following else "",
    }


def _rows(facts: CaseFacts, known: Mapping[str, str], lang: Lang) -> Iterator[tuple[str, str]]:
    yield from _what(facts, known, lang)
    yield "clause", f"{tr(lang, CLAUSES[facts.service.section])} {formats.digits(facts.service.number, lang)}"
    yield from _asked(facts, lang)
    if facts.outage:
        yield from _of_outage(facts.outage, known, lang)
    yield from _due(facts, lang)
    yield "counted", facts.explanation(lang)
    if facts.stage:
        yield "stage", f"{known['stage']}: {known['holder']} — {known['lapses']} ({known['disposal']})"
    yield "note", facts.note
    yield from attached_rows(facts, lang)
    yield "page", ticket_url(facts) if facts.number else facts.page()


def attached_rows(facts: Letterhead, lang: Lang) -> Iterator[tuple[str, str]]:
    """Yield the files that go with a letter: each with its size, and the SHA-256 by which it can be known."""
    yield (
        "attached",
        "\n".join(
            f"{each.filename} ({formats.size_text(each.size, lang)}), SHA-256 {each.sha256}"
            for each in facts.attachments
        ),
    )


def _rows_for_citizen(facts: CaseFacts, known: Mapping[str, str], lang: Lang) -> Iterator[tuple[str, str]]:
    """Yield what was asked, when it is due, and whom to ask: nothing of the office's own workings."""
    yield from _what(facts, known, lang, for_citizen=True)
    yield "code", shown(facts.asked.code) if facts.asked else ""
    yield from _asked(facts, lang)
    yield from _due(facts, lang)
    yield "note", facts.note
    yield from attached_rows(facts, lang)
    officer = facts.officer
    yield "officer", ", ".join(filter(None, (officer.name(lang), officer.title(lang))))
    yield "phone", formats.digits(officer.phone, lang)
    yield "address", officer.address(lang)


def _what(
    facts: CaseFacts, known: Mapping[str, str], lang: Lang, *, for_citizen: bool = False
) -> Iterator[tuple[str, str]]:
    yield "ticket", facts.number
    if facts.site:
        yield "site", known["site"] if for_citizen else f"{known['site']} ({facts.site.id})"
    number = formats.digits(facts.service.number, lang)
    yield "service", f"{number}. {facts.service.name(lang)} — {facts.service.target(lang)}"


def _asked(facts: CaseFacts, lang: Lang) -> Iterator[tuple[str, str]]:
    if asked := facts.asked:
        yield "asker", _asker(asked, lang)
        yield "request", asked.text
        yield "received", formats.moment_text(facts.event, lang)
    else:
        yield "since", formats.moment_text(facts.event, lang)


def _asker(asked: Asked, lang: Lang) -> str:
    """Return who asked, and how it came in; of one without a name only how."""
    way = tr(lang, WAYS[asked.way]) if asked.way in WAYS else ""
    return f"{asked.name} ({way})" if asked.name and way else asked.name or way


def _of_outage(outage: Outage, known: Mapping[str, str], lang: Lang) -> Iterator[tuple[str, str]]:
    if outage.ended:
        recovered = outage.end_reason == EndReason.RECOVERED
        yield "until" if recovered else "ended", formats.moment_text(outage.ended, lang)
        yield "why_ended", "" if recovered else tr(lang, ENDINGS.get(outage.end_reason or "", ""))
        yield "lasted", known["lasted"]
    yield "silent", formats.moment_text(outage.silent_since, lang) if outage.silent_since else ""
    yield "seen", seen_text(outage.reason, lang)
    yield "affected", _affected(outage.affected, lang)
    yield "last_good", last_good_text(outage.evidence.last_good, lang)
    yield "cause", cause_text(outage, lang)
    yield "hour", hour_text(outage.evidence.hour, lang)
    yield "snmp", snmp_text(outage.evidence, lang)
    yield "ways", ways_text(outage.evidence, lang)
    yield "operator", _operator(outage, lang)


def _due(facts: CaseFacts, lang: Lang) -> Iterator[tuple[str, str]]:
    has_passed = facts.overdue and facts.deadline <= facts.now
    yield "was_due" if has_passed else "due", formats.moment_text(facts.deadline, lang)


def _affected(kinds: Mapping[str, int], lang: Lang) -> str:
    named = {kind: kinds[kind] for kind in KINDS if kinds.get(kind)}
    return ", ".join(counted(kind, count, lang) for kind, count in named.items())


def counted(kind: str, count: int, lang: Lang) -> str:
    """'1 lab', '2 labs'."""
    return trn(lang, *COUNTED[kind], count)


def _operator(outage: Outage, lang: Lang) -> str:
    if not outage.operator or outage.operator_due is None:
        return ""
    due = formats.moment_text(outage.operator_due, lang)
    return tr(lang, "{operator} — overdue, was due {due}", operator=outage.operator, due=due)
