"""A notice in one line: number, place, state and deadline, in as many short messages as the office pays for."""

import re

import pytest

from monitor.alerts.channels.base import Letter, Line
from monitor.alerts.notices.lines import STATES
from monitor.alerts.notices.render import render
from monitor.domain.notice_kinds import OF_ONE_CASE
from monitor.domain.short_message import parts
from monitor.i18n.languages import Lang
from monitor.runtime.virtual.sample_letters import samples
from tests.charter.calendars import shipped

ENDS = {
    "en": r": .+, (was due|due) \d\d/\d\d \d\d:\d\d",
    "bn": r": .+, (সময়সীমা|সময় ছিল) [০-৯]{2}/[০-৯]{2} [০-৯]{2}:[০-৯]{2}",
}


@pytest.fixture(scope="module")
def letters() -> list[Letter]:
    return samples(shipped())


@pytest.mark.parametrize("lang", ["bn", "en"])
def test_every_notice_about_a_matter_says_number_place_state_and_deadline(letters: list[Letter], lang: Lang) -> None:
    told = [letter for letter in letters if letter.kind in OF_ONE_CASE]
    assert {letter.kind for letter in told} == set(OF_ONE_CASE)
    for letter in told:
        line = render(letter, lang).line
        number = str(letter.facts["number"])
        assert line.before == (f"{number} " if number else "")
        assert line.place
        if letter.kind != "withdrawn":
            assert re.fullmatch(ENDS[lang], line.after), line
        assert "{" not in str(line)


def test_a_line_is_in_one_language_alone(letters: list[Letter]) -> None:
    opened = next(letter for letter in letters if letter.kind == "opened")
    assert render(opened, "both").line == render(opened, "bn").line != render(opened, "en").line


def test_letters_about_many_matters_are_told_by_their_headline(letters: list[Letter]) -> None:
    digest = next(letter for letter in letters if letter.kind == "digest")
    assert str(render(digest, "en").line) == render(digest, "en").subject


def test_a_sample_says_so(letters: list[Letter]) -> None:
    opened = next(letter for letter in letters if letter.kind == "opened")
    assert str(render(opened.sample("1", 1), "en").line).startswith("A sample, nothing has happened: BHR-2026-")


@pytest.mark.parametrize("most", [1, 2, 3])
def test_what_is_too_long_loses_letters_of_the_place_alone(most: int) -> None:
    line = Line("BHR-2026-000001 ", "বাহাদুরপুর মাধ্যমিক বিদ্যালয়, কম্পিউটার ল্যাব " * 6, ": বিচ্ছিন্ন, সময় ছিল ২৪/১১ ১৭:০০")
    cut = line.within(lambda text: parts(text) <= most)
    assert parts(cut) == most
    assert cut.startswith("BHR-2026-000001 বাহাদুরপুর")
    assert cut.endswith("…: বিচ্ছিন্ন, সময় ছিল ২৪/১১ ১৭:০০")


def test_a_line_that_fits_stays_whole_and_one_without_a_place_is_cut_at_its_end() -> None:
    assert Line("1 ", "A", ": down").within(lambda text: len(text) <= 9) == "1 A: down"
    assert Line("1 ", "Alpha", ": down").within(lambda text: len(text) <= 9) == "1 …: down"
    assert Line("", "", "3 matters in one letter").within(lambda text: len(text) <= 10) == "3 matters…"


def test_every_kind_of_notice_has_its_state() -> None:
    assert {entry.partition("/")[0] for entry in STATES} == set(OF_ONE_CASE)
