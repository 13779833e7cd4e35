"""The one cleaner and the one comparer, on what people and devices write."""

import ast
import time
from unicodedata import category, combining, is_normalized

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.domain.text import (
    ascii_digits,
    ascii_lower,
    bangla_digits,
    clean,
    clean_lines,
    comparison_key,
    control_character,
    harmless,
    has_controls,
    hides,
    is_plain_ascii,
    is_printable,
    nfc,
    same_key,
)
from tests.lab.waiting import patient
from tests.places import MONITOR

ANY_TEXT = st.text(st.characters(codec=None), max_size=200)  # lone surrogates included


@pytest.mark.parametrize("letter", [*map(chr, range(32)), "\x7f", "\x85", "\x9b", "\u202e", "\u2066", "\u2028"])
def test_nothing_that_commands_a_terminal_or_a_line_is_left(letter: str) -> None:
    for kept in (clean(f"up{letter}link"), comparison_key(f"up{letter}link"), clean_lines(f"up{letter}link")):
        assert letter not in kept or letter == "\n"
        assert kept in {"uplink", "up link", "up\nlink"} or kept.split() == ["up", "link"]


@pytest.mark.parametrize("letter", ["\u200b", "\u2060", "\ufeff", "\u00ad", "\U000e0041", "\u061c", "\u3164", "\ufe0f"])
def test_what_does_not_show_is_dropped(letter: str) -> None:
    assert clean(f"up{letter}link") == "uplink"
    assert hides(f"up{letter}link")


def test_joiners_stay_in_bangla_and_nowhere_else() -> None:
    assert clean("র\u200d্যাব ও ক্\u200cষ") == "র\u200d্যাব ও ক্\u200cষ"
    assert clean_lines("র\u200d্যাব") == "র\u200d্যাব"
    assert clean("up\u200dlink \u200clink") == "uplink link"
    assert clean("ক\u200d\u200d\u200dখ") == "ক\u200dখ"
    assert not hides("র\u200d্যাব")


def test_the_two_spellings_of_a_bangla_letter_are_one_name() -> None:
    one, other = "জুনিয়াদহ বাড়ি গাঢ়", "জুনিয়াদহ বাড়ি গাঢ়"
    composed = "\u09dc\u09dd\u09df"
    assert clean(composed) == clean("\u09a1\u09bc\u09a2\u09bc\u09af\u09bc") == nfc(composed)
    assert same_key(composed, "\u09a1\u09bc\u09a2\u09bc\u09af\u09bc")
    assert same_key("ক\u09c7\u09beন", "ক\u09cbন"), "ো written as two signs"
    assert same_key(one, other)
    assert not same_key("বাড়ি", "বাডি")


def test_case_blanks_digits_and_joiners_make_no_other_name() -> None:
    assert same_key("  Feeder  ৩ ", "feeder 3")
    assert same_key("STRASSE", "straße")
    assert same_key("র\u200d্যাব", "র্যাব")
    assert not same_key("feeder 3", "feeder 4")


def test_bytes_that_are_no_utf8_and_lone_surrogates_are_replaced() -> None:
    assert clean(b"link \xff\xe0") == "link \ufffd\ufffd"
    assert clean("link \udcff \ud800") == "link \ufffd \ufffd"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert clean("a" * 50, 10) == "aaaaaaaaa…"
    assert clean("বাড়ি" * 20, 8).endswith("…")
    assert clean_lines("one\ntwo\nthree", 9) == "one\ntwo…"


def test_a_message_that_quotes_bad_input_shows_where_it_was_bad() -> None:
    assert harmless("no site 'a\x1b[31m\u202eb'.\n  Expected\tone") == "no site 'a\ufffd[31m\ufffdb'.\n  Expected one"


def test_lines_stay_lines_and_their_blanks_stay() -> None:
    assert clean_lines("one\r\n  two\u2028three\x1b[31m\tend \n\n") == "one\n  two\nthree[31m  end"


@given(ANY_TEXT)
def test_whatever_is_cleaned_is_clean(text: str) -> None:
    kept = clean(text, 60)
    assert len(kept) <= 60
    assert is_normalized("NFC", kept)
    assert kept == clean(kept, 60)
    assert not hides(kept)
    kept.encode()
    assert comparison_key(comparison_key(text)) == comparison_key(text)
    assert comparison_key(clean(text)) == comparison_key(text)


@given(st.lists(st.tuples(st.sampled_from(["a", "ক", "\u0301", "\u09cd", "\u09bc"]), st.integers(1, 70)), max_size=6))
@example([("a", 31), ("\u0301", 31), ("a", 1)])
def test_no_letter_bears_more_marks_than_are_stored_and_no_other_mark_is_dropped(runs: list[tuple[str, int]]) -> None:
    text = "".join(letter * count for letter, count in runs)
    kept, stack = "", 0
    for letter in text:
        stack = stack + 1 if combining(letter) else 0
        kept += letter if stack <= 30 else ""
    assert harmless(text) == kept


def test_a_tower_of_marks_takes_no_time() -> None:
    tower = "a" + "\u0300\u0316" * 100_000  # of two classes, by turns: sorting them takes the square
    began = time.perf_counter()
    for tidy in (clean, clean_lines, comparison_key, nfc):
        tidy(tower)
    assert time.perf_counter() - began < patient(5)


def test_bangla_digits_are_read() -> None:
    assert ascii_digits("BHR-২০২৬-০০০১২৩, 4") == "BHR-2026-000123, 4"


@given(st.text(max_size=300))
def test_what_is_cleaned_to_lines_is_printable_lines(text: str) -> None:
    cleaned = clean_lines(text)
    for character in cleaned.replace("\n", "").replace("\u200c", "").replace("\u200d", ""):
        assert category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert clean_lines(cleaned) == cleaned


@given(st.text(max_size=300), st.integers(2, 50))
def test_a_name_is_one_line_with_an_end(text: str, most: int) -> None:
    line = clean(text, most)
    assert len(line) <= most
    assert "\n" not in line


def test_bangla_keeps_its_joiners_and_loses_what_turns_the_writing() -> None:
    assert clean_lines("র\u200d্যাব \u202eevil\u202c") == "র\u200d্যাব evil"


LETTER_BY_LETTER = {"isprintable", "maketrans", "translate", "unicodedata"}
MAY = {
    "accounts/codes.py": {"maketrans", "translate"},  # digits and letters of a code that people take for each other
    "accounts/passwords.py": {"maketrans", "translate"},  # the letters that a guesser reads in 'p@ssw0rd'
    "cli/completion.py": {"unicodedata"},  # which letters every shell takes for part of a word
    "cli/columns.py": {"unicodedata"},  # how many columns a letter takes
    "i18n/sorting.py": {"translate", "unicodedata"},  # decomposed letters into weights, by which CLDR sorts
    "domain/text.py": LETTER_BY_LETTER,
    "reports/export/formats.py": {"unicodedata"},  # which letters the name of a file keeps
    "reports/export/typesetting.py": {"unicodedata"},  # where a long word may break: before no mark
    "settings/toml.py": {"translate"},  # of bytes: all but brackets and dots, before anything is read
    "settings/hosts.py": {"unicodedata"},  # resolvers fold the letters of a name by NFKC (RFC 3490), which no text is
}


def test_no_other_module_goes_through_a_text_letter_by_letter() -> None:
    found: dict[str, set[str]] = {}
    for file in MONITOR.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            name = node.attr if isinstance(node, ast.Attribute) else ""
            name = node.module or "" if isinstance(node, ast.ImportFrom) else name
            names = {alias.name for alias in node.names} if isinstance(node, ast.Import) else {name}
            if used := names & LETTER_BY_LETTER:
                found.setdefault(str(file.relative_to(MONITOR)), set()).update(used)
    assert found == MAY, "cleaners of text, and what tells which letters show, stand in monitor/domain/text.py"


@pytest.mark.parametrize("letter", [*map(chr, range(32)), "\x7f", "\x85", "\u061c", "\u202e", "\u2066", "\u2028"])
def test_a_letter_that_commands_is_found_wherever_it_stands(letter: str) -> None:
    wanted = "" if letter in "\t\n\r" else letter
    assert control_character(f"আ{letter}b") == wanted
    assert has_controls(f"আ{letter}b") == (letter < "\xa0")
    assert not is_printable(f"আ{letter}b")


@given(st.text())
def test_small_letters_and_digits_stay_in_their_places(text: str) -> None:
    assert len(ascii_lower(text)) == len(text)
    assert ascii_digits(bangla_digits(text)) == ascii_digits(text)
    assert is_plain_ascii(text) <= (not hides(text))
