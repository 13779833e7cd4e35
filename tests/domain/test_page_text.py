"""The letters of a page, whatever it says of them."""

import time

import pytest

from monitor.domain.page_text import contains, decoded
from tests.lab.waiting import patient


@pytest.mark.parametrize(
    "label", ["idna", "punycode", "unicode_escape", "hex", "zip", "rot13", "undefined", "utf-7", "\u0000", "x" * 500]
)
def test_what_is_no_set_of_letters_is_passed_over(label: str) -> None:
    assert decoded("মারা".encode(), f"text/html; charset={label}") == "মারা"


def test_a_page_cannot_say_of_itself_that_it_is_utf_16() -> None:
    assert decoded('<meta charset="utf-16">মারা'.encode()) == '<meta charset="utf-16">মারা'


def test_the_word_of_an_xml_page_counts() -> None:
    page = '<?xml version="1.0" encoding="iso-8859-1"?><a>Café</a>'
    assert decoded(page.encode("latin-1"), "text/xml").endswith("<a>Café</a>")


def test_broken_letters_break_nothing() -> None:
    assert decoded(b"\xff\xfeA") == "\ufffd"
    assert decoded(b"ok \xe0\xa6") == "ok \ufffd"
    assert decoded(b"") == ""


@pytest.mark.parametrize(
    "page", ["&" * 1_000_000, "&#" * 500_000, "\u09a1" + "\u09bc" * 300_000, "<meta " * 100_000, "&#" + "9" * 900_000]
)
def test_a_page_made_to_take_long_does_not(page: str) -> None:
    begun_s = time.process_time()
    assert not contains(decoded(page.encode()), "নাই")
    assert time.process_time() - begun_s < patient(2)


def test_nothing_is_remembered_of_labels_that_nobody_knows() -> None:
    import encodings

    before = len(encodings._cache)
    for number in range(100):
        decoded(b"", f"text/html; charset=unknown-{number}")
    assert len(encodings._cache) == before


@pytest.mark.parametrize(
    "label",
    [
        "utf-8",
        "UTF8",
        '"utf-8"',
        "Utf_8",
        "utf-16",
        "iso-8859-1",
        "ISO8859-15",
        "windows-1252",
        "gb18030",
        "Shift_JIS",
        "koi8-r",
    ],
)
def test_the_usual_labels_are_known(label: str) -> None:
    text = "Cafe"
    assert decoded(text.encode(label.strip('"')), f"text/html; charset={label}") == text
