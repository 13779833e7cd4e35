"""The sentences of a notice, in Bangla and in English: facts in, plain text out. Layout is the templates' affair."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.alerts.phrases import CAUSES, HEADLINES, KIND_NAMES, LABELS, SIDES_IN_BANGLA, TO_DO, WAYS
from monitor.charter import text
from monitor.charter.text import Lang
from monitor.sample import milliseconds

CLAUSES: Mapping[str, Mapping[Lang, str]] = {
    "citizen": {
        "bn": "সিটিজেনস চার্টার, ধারা ২.১ (নাগরিক সেবা), ক্রমিক",
        "en": "Citizen's Charter, 2.1 (citizen services), item",
    },
    "official": {
        "bn": "সিটিজেনস চার্টার, ধারা ২.২ (দাপ্তরিক সেবা), ক্রমিক",
        "en": "Citizen's Charter, 2.2 (official services), item",
    },
}


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled fact, by its ``name`` in `phrases.LABELS`; ``hour``: what its chart shows, if it has one."""

    name: str
    label: str
    value: str
    hour: Mapping[str, Any] | None = None

    @property
    def link(self) -> bool:
        """Whether the value is an address to open; only the office's own page is one."""
        return self.name == "page" and self.value.startswith(("http://", "https://"))


@dataclass(frozen=True, slots=True)
class Section:
    """A titled list."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A notice in one language: a headline, labelled facts, what to do next, and lists where it has any."""

    lang: Lang
    headline: str
    rows: tuple[Row, ...]
    to_do: str
    sections: tuple[Section, ...] = ()


def words(kind: str, facts: Mapping[str, Any], lang: Lang) -> Words:
    """The notice of ``kind`` (a key of `phrases.HEADLINES`) in one language.

    A kind that reads otherwise for a complaint than for an outage has a second entry, 'KIND/asked'.
    """
    known = _blanks(facts, lang)
    asked = f"{kind}/asked"
    entry = asked if facts["asked"] and asked in HEADLINES else kind
    hour = ((facts["outage"] or {}).get("evidence") or {}).get("hour")
    rows = tuple(
        Row(name, LABELS[name][lang], value, hour if name == "hour" else None)
        for name, value in _rows(facts, known, lang)
        if value
    )
    return Words(lang, HEADLINES[entry][lang].format(**known), rows, TO_DO[entry][lang].format(**known))


def page_row(facts: Mapping[str, Any], lang: Lang) -> tuple[Row, ...]:
    """Where more is to be seen, if the office has said so."""
    return (Row("page", LABELS["page"][lang], facts["page_url"]),) if facts["page_url"] else ()


def _blanks(facts: Mapping[str, Any], lang: Lang) -> dict[str, str]:
    """What fills the gaps in the sentences."""
    site, stage, following, outage = facts["site"], facts["stage"], facts["next_stage"], facts["outage"]
    until = (outage and outage["ended"]) or facts["now"]
    return {
        "site": site[f"name_{lang}"] if site else facts["service"][f"name_{lang}"],
        "service": facts["service"][f"name_{lang}"],
        "number": facts["number"],
        "lasted": _between(facts["event"], until, lang),
        "deadline": _moment(facts["deadline"], lang),
        "stage": text.digits(stage["level"], lang) if stage else "",
        "holder": stage[f"holder_{lang}"] if stage else "",
        "lapses": _moment(stage["lapses"], lang) if stage else "",
        "disposal": stage[f"disposal_{lang}"] if stage else "",
        "next_stage": text.digits(following["level"], lang) if following else "",
        "next_holder": following[f"holder_{lang}"] if following else "",
    }


def _rows(facts: Mapping[str, Any], known: Mapping[str, str], lang: Lang) -> Iterator[tuple[str, str]]:
    service, outage, asked = facts["service"], facts["outage"], facts["asked"]
    yield "ticket", facts["number"]
    yield "site", f"{known['site']} ({facts['site']['id']})" if facts["site"] else ""
    number = text.digits(service["number"], lang)
    yield "service", f"{number}. {service[f'name_{lang}']} — {service[f'target_{lang}']}"
    yield "clause", f"{CLAUSES[service['section']][lang]} {number}"
    if asked:
        yield "asker", f"{asked['name']} ({WAYS[asked['way']][lang]})"
        yield "request", asked["text"]
    yield "received" if asked else "since", _moment(facts["event"], lang)
    if outage:
        yield "until", _moment(outage["ended"], lang) if outage["ended"] else ""
        yield "lasted", known["lasted"] if outage["ended"] else ""
        yield "seen", _seen(outage.get("reason", ""), lang)
        yield "affected", _affected(outage["affected"], lang)
        yield "last_good", _last_good(outage["evidence"], lang)
        yield "cause", _cause(outage, lang)
        yield "hour", _hour(outage["evidence"].get("hour"), lang)
        yield "snmp", outage["evidence"].get("snmp", "")
        yield "ways", "\n".join(outage["evidence"].get("ways", ()))
        yield "operator", _operator(outage, lang)
    yield "was_due" if facts["overdue"] else "due", known["deadline"]
    yield "counted", facts[f"explanation_{lang}"]
    if facts["stage"]:
        yield "stage", f"{known['stage']}: {known['holder']} — {known['lapses']} ({known['disposal']})"
    yield "note", facts["note"]
    yield "page", facts["page_url"]


def _seen(reason: str, lang: Lang) -> str:
    """What was seen, of a link which side of it; nothing of plain silence, which is what an outage is."""
    if reason == "timeout":
        return ""
    if lang == "bn":
        for side, words_bn in SIDES_IN_BANGLA.items():
            reason = re.sub(side, words_bn, reason)
    return reason


def _affected(kinds: Mapping[str, int], lang: Lang) -> str:
    named = {kind: kinds[kind] for kind in KIND_NAMES if kinds.get(kind)}
    return ", ".join(counted(kind, count, lang) for kind, count in named.items())


def counted(kind: str, count: int, lang: Lang) -> str:
    """'1 lab', '2 labs', '২ ল্যাব'."""
    plural = "s" if lang == "en" and count != 1 else ""
    return f"{text.digits(count, lang)} {KIND_NAMES[kind][lang]}{plural}"


def _last_good(evidence: Mapping[str, Any], lang: Lang) -> str:
    if "last_good_utc" not in evidence:
        return ""
    rtt, loss = evidence["last_good_rtt_ms"], text.digits(f"{evidence['last_good_loss']:.0%}", lang)
    figures = [f"{text.digits(milliseconds(rtt, 1), lang)} ms"] if rtt is not None else []
    figures.append(f"প্যাকেট লস {loss}" if lang == "bn" else f"packet loss {loss}")
    return f"{_moment(evidence['last_good_utc'], lang)} ({', '.join(figures)})"


def _hour(hour: Mapping[str, Any] | None, lang: Lang) -> str:
    """The chart of the hour before, and its figures below."""
    if not hour:
        return ""
    loss = text.digits(f"{hour['loss']:.0%}", lang)
    figures = [f"প্যাকেট লস {loss}" if lang == "bn" else f"packet loss {loss}"]
    if hour["rtt_ms_median"] is not None:
        times = text.digits(f"{milliseconds(hour['rtt_ms_median'], 1)}–{milliseconds(hour['rtt_ms_max'], 1)} ms", lang)
        figures.append(f"মধ্যক–সর্বোচ্চ {times}" if lang == "bn" else f"median to slowest {times}")
    return f"{hour['chart']}\n{', '.join(figures)}"


def _cause(outage: Mapping[str, Any], lang: Lang) -> str:
    cause = outage.get("cause", "")
    if cause not in CAUSES:
        return ""
    why = f" ({outage['cause_why']})" if lang == "en" and outage["cause_why"] else ""
    return f"{CAUSES[cause][lang]}{why}"


def _operator(outage: Mapping[str, Any], lang: Lang) -> str:
    if not outage["operator"]:
        return ""
    due = _moment(outage["operator_due"], lang)
    late = f"সময়সীমা অতিক্রান্ত ({due})" if lang == "bn" else f"late too: due {due}"
    return f"{outage['operator']} — {late}"


def _moment(iso: str, lang: Lang) -> str:
    return text.moment_text(datetime.fromisoformat(iso), lang)


def _between(since: str, until: str, lang: Lang) -> str:
    return text.duration_text(max(datetime.fromisoformat(until) - datetime.fromisoformat(since), timedelta()), lang)
