"""The words of reasons."""

import re
from datetime import UTC, datetime

import pytest

from monitor.domain.reasons import PARAMETERS, TIMEOUT, Reason, ReasonCode, reason, text
from monitor.i18n.languages import Lang, lookup
from monitor.i18n.reasons import MESSAGES, reason_text
from tests.domain.examples import example
from tests.i18n.pseudo import escaped, pseudo, pseudo_locales

__all__ = ["pseudo", "pseudo_locales"]

C = ReasonCode
GIVEN = ("sfp1", "udc-a", "udc-b", "The officer")  # the texts of the examples
UNITS = {
    "SHA",
    "SNMP",
    "SNMPv",
    "v",
    "c",
    "HTTP",
    "Mb",
    "s",
    "KiB",
    "TLS",
    "STARTTLS",
    "SMTP",
    "IPv",
    "eth",
    "security",
    "tls",
    "none",
    "DNS",
    "Tuesday",
    "November",
}  # names, units, a setting of ours; the day and month are CLDR's
WITHOUT_WORDS = {C.TEXT, C.TRAP, C.SAID_BY, C.SET_ASIDE, C.OS_ERROR, C.RECOUNTED_BEFORE, C.CORRECTED, C.TLS_FAILED}


@pytest.mark.parametrize("code", list(C))
@pytest.mark.parametrize("lang", ["bn", "en"])
def test_each_code_has_a_message_that_says_all_of_its_parameters(code: ReasonCode, lang: Lang) -> None:
    gaps = set(re.findall(r"\{(\w+)", lookup(lang, MESSAGES[code])))
    assert gaps == PARAMETERS[code].keys()
    assert reason_text(example(code), lang)


@pytest.mark.parametrize("code", [code for code in C if code not in WITHOUT_WORDS])
def test_each_message_is_in_bangla_too(code: ReasonCode) -> None:
    assert re.search(r"[\u0980-\u09ff]", lookup("bn", MESSAGES[code]))


@pytest.mark.parametrize("code", sorted(set(C) - {C.OS_ERROR}))  # whose example is no error that a system has
def test_every_word_of_a_reason_comes_from_the_catalogue(code: ReasonCode, pseudo: str) -> None:
    assert [word for word in escaped(reason_text(example(code), pseudo), GIVEN) if word not in UNITS] == []


@pytest.mark.parametrize("code", sorted(set(C) - {C.OS_ERROR}))
def test_a_reason_in_bangla_has_no_english_word_but_units(code: ReasonCode) -> None:
    said = escaped(reason_text(example(code), "bn"), GIVEN)
    assert [word for word in said if word not in UNITS and not re.search(r"[\u0980-\u09ff]", word)] == []


@pytest.mark.parametrize(
    ("given", "en", "bn"),
    [
        (None, "", ""),
        (TIMEOUT, "timeout", "সাড়া নেই"),
        (reason(C.FAR_END_SILENT), "the far end does not answer", "দূর প্রান্ত সাড়া দিচ্ছে না"),
        (
            reason(C.FAR_END_SILENT, seen=TIMEOUT),
            "the far end does not answer: timeout",
            "দূর প্রান্ত সাড়া দিচ্ছে না: সাড়া নেই",
        ),
        (
            reason(C.WAS_EXCUSED, since=datetime(2026, 11, 24, 3, tzinfo=UTC), excuse=text("works"), seen=TIMEOUT),
            "timeout; no answer since 24/11/2026 09:00, paused until now: works",
            "সাড়া নেই; ২৪/১১/২০২৬ ০৯:০০ থেকে সাড়া নেই, এতক্ষণ স্থগিত ছিল: works",
        ),
        (
            reason(C.INTERFACE_BUSY, interface="sfp1", share=0.934),
            "interface sfp1 is 93 % used",
            "পোর্ট sfp1-এর ধারণক্ষমতার ৯৩ % ব্যবহৃত",
        ),
        (
            reason(C.INTERFACE_SLOW, interface="sfp1", mbps=100.0, expected_mbps=1000.0),
            "interface sfp1 runs at 100 Mb/s instead of 1000",
            "পোর্ট sfp1 ১০০০ Mb/s-এর বদলে ১০০ Mb/s গতিতে চলছে",
        ),
        (
            reason(C.WAS_SILENT, seconds=3_700, excuse=text("works")),
            "no answer for 1 hour 1 minute: works",
            "১ ঘণ্টা ১ মিনিট সাড়া ছিল না: works",
        ),
        (text("{interface} as it is 7"), "{interface} as it is 7", "{interface} as it is 7"),
    ],
)
def test_a_reason_is_told_in_either_language(given: Reason | None, en: str, bn: str) -> None:
    assert reason_text(given, "en") == en
    assert reason_text(given, "bn") == bn
