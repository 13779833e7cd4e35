"""Letters are in one language at a time: no word of another stands in them, and none that no catalogue knows."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from monitor.alerts.channels.base import Letter, Rendered
from monitor.alerts.facts.briefs import (
    AtSite,
    BriefCase,
    BusyLink,
    Listed,
    LostTime,
    MorningFacts,
    Planned,
    Upazila,
    WeeklyFacts,
)
from monitor.alerts.facts.case import CaseFacts
from monitor.alerts.facts.stored import pack, unpack
from monitor.alerts.notices import render
from monitor.configuration import load
from monitor.domain.evidence import Evidence, Hour, LastGood, Port, SnmpSaid, Way
from monitor.domain.reasons import ReasonCode, reason
from monitor.i18n.terms import ENDINGS, KINDS, PORT_STATES
from monitor.runtime.virtual.sample_letters import samples
from tests.i18n.pseudo import escaped, pseudo, pseudo_locales
from tests.places import SHIPPED

__all__ = ["pseudo", "pseudo_locales"]

COMMAND = re.compile(
    r"upazila-monitor\s+(?:ticket\s+(?:ack|raise|show)|tickets|outbox --dead)"
    r"|https?://\S+/tickets/\S+"  # the page of the ticket, and of the act
    r"|\b[2-9C-X]{4}-[2-9C-X]{4}\b"  # the code by which a requester follows it
)
UNITS = {"SNMP", "HTTP", "SHA", "Mb", "s", "ms", "B", "KiB"}  # Latin in every language
DAYS = [f"{date(2026, 11, day):{form}}" for day in range(1, 8) for form in ("%A", "%a")]
MONTHS = [f"{date(2026, month, 1):{form}}" for month in range(1, 13) for form in ("%B", "%b")]
BANGLA = re.compile(r"[\u0980-\u09ff]")


@cache
def letters() -> tuple[Letter, ...]:
    """A sample of every kind of letter, and letters in which every fact is given that a letter may have."""
    every = samples(load(SHIPPED))
    return (*every, *_with_every_fact(every))


def _with_every_fact(every: Sequence[Letter]) -> Iterator[Letter]:
    opened = next(letter for letter in every if letter.kind == "opened")
    facts = unpack(opened.kind, opened.facts)
    assert isinstance(facts, CaseFacts)
    lasting = facts.outage
    assert lasting is not None
    facts = replace(facts, page_url="https://www.example.org/")
    now = facts.now
    snmp = SnmpSaid(
        device="gateway",
        at=now,
        uptime_s=90_000,
        ports=tuple(Port(name="sfp1", status=status) for status in (*PORT_STATES, "of another kind")),
        on_battery=True,
        battery_minutes=7,
    )
    ways = [Way(device="gateway", hops=hops, reached=at) for hops in ((), ((1, "192.0.2.1"),)) for at in (True, False)]
    seen = reason(ReasonCode.INTERFACE_SLOW, interface="sfp1", mbps=10.0, expected_mbps=100.0)
    for end_reason in (None, *ENDINGS):
        outage = replace(
            lasting,
            silent_since=now,
            ended=now if end_reason else None,
            end_reason=end_reason,
            reason=seen,
            affected=dict.fromkeys(KINDS, 2),
            operator="BTCL",
            operator_due=now,
            evidence=Evidence(
                last_good=LastGood(at=now, rtt_ms=12.5, loss=0.25),
                hour=Hour(chart="\u2581\u2588", loss=0.5, rtt_ms_median=10.0, rtt_ms_max=90.0),
                snmp=(snmp,),
                ways=tuple(ways),
            ),
        )
        yield replace(opened, facts=pack(replace(facts, outage=outage)))
    assert facts.site is not None
    case = BriefCase(site=facts.site, number="", deadline=now, started=now, cause="power", affected=3)
    with_ticket = replace(case, number="BHR-2026-000009", ended=now)
    later = replace(case, number="BHR-2026-000010", started=None)
    at_site = Listed(9, (AtSite(site=facts.site),))
    heading = {name: getattr(facts, name) for name in ("office_bn", "office_en", "page_url", "now")}
    morning = MorningFacts(
        **heading,
        sites=9,
        since=now,
        states={"up": 5},
        down=Listed(9, (case, with_ticket)),
        due=Listed(9, (with_ticket, later)),
        lapsing=Listed(9, (with_ticket, replace(later, stage=1))),
        back=Listed(9, (with_ticket,)),
        batteries=at_site,
        busy=Listed(9, (BusyLink(site=facts.site, share=0.9),)),
        planned=Listed(9, (Planned(text="Road works", begins=now, ends=now + timedelta(hours=1)),)),
        stages={"0": 1, "2": 3},
        dead=4,
    )
    nothing: Listed[Any] = Listed(0, ())
    lists = ("down", "due", "lapsing", "back", "batteries", "busy", "planned")
    empty: dict[str, Any] = {**dict.fromkeys(lists, nothing), "stages": {}, "dead": 0}
    quiet = replace(morning, **empty)
    for brief in (morning, quiet):
        yield replace(opened, kind="morning", facts=pack(brief))
    week = Upazila(
        name_bn=facts.office_bn,
        name_en=facts.office_en,
        sites=9,
        outages=1,
        by_kind=dict.fromkeys(KINDS, 1),
        power=1,
        behind=2,
        opened=3,
        missed=1,
        resolved=1,
        stages={"0": 1, "1": 1},
        worst=(LostTime(site=facts.site, seconds=7_000),),
        unused=at_site,
        unmonitored_s=61,
    )
    yield opened.sample("run", 1)
    weekly = WeeklyFacts(**heading, sites=9, since=now, until=now, upazilas=(week,))
    yield replace(opened, kind="weekly", facts=pack(weekly))


def named(letter: Letter) -> str:
    return f"{letter.kind}-{'asked' if letter.facts.get('asked') else 'seen'}-{letter.recipient}"


def said(rendered: Rendered) -> Iterator[str]:
    """Everything that somebody may read: subject, mail, what a small screen and a short message show."""
    yield rendered.subject
    yield rendered.text
    shown = re.sub(r"<style.*?</style>|<(?:html|div)[^>]*>", " ", rendered.html, flags=re.DOTALL)
    yield html.unescape(re.sub(r"<(?!img)[^>]+>", " ", re.sub(r'<img[^>]*alt="([^"]*)"[^>]*>', r" \1 ", shown)))
    yield rendered.short
    yield str(rendered.line)


def given(facts: Any, not_of: str) -> Iterator[str]:
    """Every text among the facts but those in another language: names, numbers, what a citizen or an officer wrote."""
    if isinstance(facts, dict):
        for key, value in facts.items():
            if not key.endswith(not_of):
                yield from given(value, not_of)
    elif isinstance(facts, list | tuple):
        for value in facts:
            yield from given(value, not_of)
    elif isinstance(facts, str) and facts:
        yield facts


def left_over(text: str, letter: Letter, not_of: str) -> list[str]:
    """Words of a letter that are not among its facts, no command and no unit."""
    names = {part for each in given(letter.facts, not_of) for part in (each, *each.split("\n")) if part}
    return [word for word in escaped(COMMAND.sub(" ", text), names) if word not in UNITS]


def test_a_letter_in_bangla_has_no_english_word_but_names_units_and_commands() -> None:
    for letter in letters():
        for text in said(render.render(letter, "bn")):
            found = [word for word in left_over(text, letter, "_en") if not BANGLA.search(word)]
            assert found == [], named(letter)


def test_a_letter_in_english_has_no_bangla_word_but_what_was_written_in_bangla() -> None:
    for letter in letters():
        for text in said(render.render(letter, "en")):
            found = [word for word in left_over(text, letter, "_bn") if BANGLA.search(word)]
            assert found == [], named(letter)


def test_every_word_of_a_letter_comes_from_the_catalogue(pseudo: str) -> None:
    for letter in letters():
        rendered = render.render(letter, pseudo)
        assert "⟦" in rendered.subject, named(letter)
        for text in said(rendered):
            found = [word for word in left_over(text, letter, "_bn") if word not in (*DAYS, *MONTHS)]  # CLDR's
            assert found == [], named(letter)
