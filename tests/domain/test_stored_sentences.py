"""What versions before there were codes stored in sentences."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.domain.reasons import TIMEOUT, Reason, ReasonCode, as_json, reason, text
from monitor.domain.stored_sentences import SENTENCES, from_sentence
from monitor.i18n.catalogue import render
from monitor.i18n.reasons import reason_message
from tests.domain.examples import example

C = ReasonCode
TEN = datetime(2026, 11, 24, 4, tzinfo=UTC)
OF_SERVICES = {
    C.OS_ERROR,
    C.HTTP_STATUS,
    C.PAGE_LACKS,
    C.PAGE_BEGINNING_LACKS,
    C.CERTIFICATE_EXPIRES,
    C.CERTIFICATE_EXPIRED,
    C.ISSUER_EXPIRES,
    C.ISSUER_EXPIRED,
    C.DNS_RCODE,
    C.DNS_NO_RECORD,
    C.DNS_OTHER_ANSWER,
    C.DNS_CIRCLE,
    C.SMTP_SAYS,
    C.SMTP_GREETING_LACKS,
    C.TLS_FAILED,
    C.CERTIFICATE_REFUSED,
    C.NOT_HTTP,
    C.CLOSED_EARLY,
    C.REDIRECTS_TOO_OFTEN,
    C.REDIRECTS_NOWHERE,
    C.ANSWER_TOO_LONG,
    C.NOT_SMTP,
    C.NO_STARTTLS,
    C.NO_SUCH_NAME,
    C.NO_AUTHORITY,
    C.NAME_IMPOSSIBLE,
    C.NO_INTERFACE_HERE,
    C.ZONE_MISSING,
    C.RESOLVER_SILENT,
    C.RESOLVER_BUSY,
    C.CHECKS_BUSY,
    C.CAME_TOO_LATE,
    C.PROGRAM_FAULT,
}  # which were stored in recordings alone, and stay texts
OF_HISTORIES = set(list(C)[list(C).index(C.TARGET_MISSED) :])  # whose sentences are in the hash chain, and stay texts
OF_AGENTS = set(
    list(C)[list(C).index(C.SNMP_ANSWER_LATE) : list(C).index(C.SNMP_NO_AGENT)]
)  # within another's sentence
NEVER_IN_A_SENTENCE = {C.TEXT, C.TRAP, C.SET_ASIDE, C.NO_SOCKET, C.NO_IPV6, *OF_AGENTS, *OF_SERVICES, *OF_HISTORIES}
UNLIKE = {C.SEND_REFUSED: "ENOBUFS", C.SAID_BY: "host unreachable from 10.0.0.1"}
SAID_THEN = {
    C.STALLED_BEFORE: "we stood still just before",
    C.STALLED: "the monitor stood still for {seconds} s",
    C.INTERFACE_WELL: "interface {interface} is well again",
    C.WAS_EXCUSED: "{seen:>; }silent since {since}, which was excused until now: {excuse}",
    C.CLOCK_OK_AGAIN: "the wall clock is believed again",
    C.AGENT_RESTARTED: "its agent started anew",
    C.OBJECTS_UNREAD: "it falls silent when it is asked for: {objects}; all else is read",
    C.FAR_END_SILENT: "the far end is silent{seen:: }",
    C.FELL_SILENT_TOGETHER: "fell silent together with {sites}, on the same feeder",
    C.EXCUSED: "silent, but no outage begins: {excuse}",
    C.WAS_SILENT: "silent for {seconds:lasting}: {excuse}",
    C.BLIND_BEHIND: "blind behind '{uplink}'",
    C.REFERENCES_SILENT: "all references of '{uplink}' are silent",
    C.CAN_JUDGE_AGAIN: "behind '{uplink}' it can be judged again",
    C.SNMP_V2C_SILENT: "no answer from {address}: it is away, speaks no SNMP v2c, or has another community",
    C.SNMP_V3_SILENT: "no answer from {address}: it is away or speaks no SNMPv3",
    C.SNMP_GARBLED: "no answer from {address} that counts: {fault}",
    C.SNMP_OTHER_COMMUNITY: "{address} answers echoes and no question: most likely its community is another one",
    C.SNMP_WRONG_ENCRYPTION_KEY: (
        "{address}: it says who it is and answers no question: most likely the key for encrypting is wrong"
    ),
    C.SNMP_ENGINE_CHANGES: "{address}: its engine's id or clock does not keep still",
    C.SNMP_ODD_REPORT: "{address} reports what nobody asked",
}  # where today's message has other words than the stored sentences


@pytest.mark.parametrize("code", sorted(set(C) - NEVER_IN_A_SENTENCE))
def test_the_sentence_of_each_code_is_read_as_that_code(code: ReasonCode) -> None:
    sentence = UNLIKE.get(code) or _said_then(example(code))
    found = from_sentence(sentence)
    assert found is not None
    assert found.code == code
    if code not in UNLIKE:
        assert found == example(code)


def _said_then(given: Reason) -> str:
    now = reason_message(given)
    return render(replace(now, text=SAID_THEN.get(given.code, now.text)), "en")


def test_every_code_that_was_ever_told_in_a_sentence_has_a_pattern() -> None:
    assert set(C) - SENTENCES.keys() == NEVER_IN_A_SENTENCE


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("", None),
        ("timeout", TIMEOUT),
        ("the far end is silent: timeout", reason(C.FAR_END_SILENT, seen=TIMEOUT)),
        ("interface sfp 1 is lower layer down", reason(C.INTERFACE_LOWER_LAYER_DOWN, interface="sfp 1")),
        (
            "timeout; silent since 24/11/2026 10:00, which was excused until now: planned work 'a' (b (c))",
            reason(
                C.WAS_EXCUSED,
                seen=TIMEOUT,
                since=TEN,
                excuse=reason(C.PLANNED_WORK, name="a", text="b (c)"),
            ),
        ),
        (
            "behind 'core': outside the hours of service (school)",
            reason(C.BEHIND, site="core", excuse=reason(C.OUTSIDE_HOURS, hours="school")),
        ),
        ("silent for 2 days 3 hours: works", reason(C.WAS_SILENT, seconds=183_600, excuse=text("works"))),
        ("the wall clock says Tuesday, 24 November 2026, 10:00", reason(C.CLOCK_SAYS, clock=TEN)),
        ("21% of its last results changed", reason(C.RESULTS_CHANGED, share=0.21)),
        (
            "its UPS has been on battery since 31/02/2026 10:00",
            text("its UPS has been on battery since 31/02/2026 10:00"),
        ),
        ("the power plug was pulled by a goat", text("the power plug was pulled by a goat")),
    ],
)
def test_a_stored_sentence_keeps_what_it_says(sentence: str, expected: Reason | None) -> None:
    assert from_sentence(sentence) == expected
    assert as_json(expected) == as_json(from_sentence(sentence))
