"""`charter`, `calendar` and `deadline` as they are typed."""

import io
import json
import sys
from dataclasses import dataclass
from typing import Protocol

import pytest

from monitor.cli import main
from tests.places import SHIPPED


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


class Ask(Protocol):
    def __call__(self, *arguments: str, stdin: bytes = b"") -> Answer: ...


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    def run(*arguments: str, stdin: bytes = b"") -> Answer:
        monkeypatch.setattr(sys, "argv", ["upazila-monitor", "--config", str(SHIPPED), *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as stopped:
            main()
        captured = capsys.readouterr()
        assert isinstance(stopped.value.code, int)
        return Answer(stopped.value.code, captured.out, captured.err)

    return run


# ------------------------------------------------------------------------------------------------------------ charter


def test_the_charter_is_printed_with_every_service_and_stage(ask: Ask) -> None:
    answer = ask("charter", "--lang", "bn")
    assert answer.code == 0
    words = " ".join(answer.out.split())
    assert all(heading in words for heading in ("২.১) নাগরিক সেবা", "২.২) দাপ্তরিক সেবা", "৪) অভিযোগ ব্যবস্থাপনা পদ্ধতি"))
    assert words.count("১ কার্যদিবস") == 9
    assert words.count("৩ কার্যদিবস") == 4
    # what is printed but odd is shown as it is
    assert "alamiu৫৬@gmail.com" in words


def test_the_charter_in_english(ask: Ask) -> None:
    words = " ".join(ask("charter", "--lang", "en").out.split())
    assert "Citizen's Charter, 15/04/2024" in words
    assert words.count("3 working days") == 4


def test_the_charter_as_json_has_both_languages(ask: Ask) -> None:
    facts = json.loads(ask("charter", "--json").out)
    assert [service["key"] for service in facts["services"]][::9] == ["citizen:1", "citizen:10"]
    backbone = facts["services"][9]
    assert backbone["target"] == {"unit": "immediate", "amount": 0}
    assert (backbone["target_bn"], backbone["target_en"]) == ("তাৎক্ষণিক", "immediate")
    assert [stage["disposal_en"] for stage in facts["stages"]] == ["1 month", "2 months", "2 months"]
    assert {officer["role"] for officer in facts["officers"]} == {"responsible", "grievance", "appeal", "cell"}


# ----------------------------------------------------------------------------------------------------------- calendar


def test_a_month_as_json_is_a_list_of_its_days(ask: Ask) -> None:
    days = json.loads(ask("calendar", "2026-12", "--json").out)
    assert [day["date"] for day in days] == [f"2026-12-{n:02}" for n in range(1, 32)]
    assert days[14] == {
        "date": "2026-12-15",
        "working": True,
        "opens": "2026-12-15T09:00:00+06:00",
        "closes": "2026-12-15T17:00:00+06:00",
        "why": "working day",
    }
    assert days[15] == {
        "date": "2026-12-16",
        "working": False,
        "opens": None,
        "closes": None,
        "why": "Victory Day (general holiday)",
    }


def test_a_month_is_drawn_with_its_holidays_beneath(ask: Ask) -> None:
    lines = ask("calendar", "2026-12").out.splitlines()
    # the first week: the month begins on a Tuesday
    assert [cell.strip() for cell in lines[4].strip("│").split("│")] == ["", "", "1", "2", "3", "(4)", "(5)"]
    assert " 16*  Wednesday, 16 December 2026: Victory Day (general holiday)" in lines
    assert "Office hours: 09:00–17:00" in lines


def test_a_month_that_begins_on_a_sunday_has_no_empty_week(ask: Ask) -> None:
    lines = ask("calendar", "2026-11").out.splitlines()
    assert [cell.strip() for cell in lines[4].strip("│").split("│")] == ["1", "2", "3", "4", "5", "(6)", "(7)"]


def test_a_month_in_bangla_says_when_its_hours_change(ask: Ask) -> None:
    out = ask("calendar", "2026-03", "--lang", "bn").out
    assert "অফিস সময়: ০৯:০০–১৫:৩০ (১–১৬); ০৯:০০–১৭:০০ (২৪–৩১)" in out
    assert not set(out) & set("0123456789")


def test_a_month_may_be_typed_in_bangla_digits(ask: Ask) -> None:
    assert ask("calendar", "২০২৬-১২").out == ask("calendar", "2026-12").out


@pytest.mark.parametrize("month", ["2026-13", "2026", "December", "2026-1", "9999-12", "0000-01"])
def test_what_is_no_month_is_refused(ask: Ask, month: str) -> None:
    answer = ask("calendar", month)
    assert (answer.code, answer.out) == (2, "")
    assert "Expected" in answer.err


# ----------------------------------------------------------------------------------------------------------- deadline


def test_a_deadline_is_explained_day_by_day(ask: Ask) -> None:
    answer = ask("deadline", "--service", "citizen:8", "--from", "2026-11-23T16:30")
    assert answer.out.splitlines() == [
        "citizen:8  Support to the Union Digital Centres",
        "Event: Monday, 23 November 2026, 16:30",
        "Time allowed: 1 working day (first day excluded)",
        "  23/11/2026 Mon  –  the day of the event does not count",
        "  24/11/2026 Tue  1  working day",
        "Due: Tuesday, 24 November 2026, 17:00",
    ]


def test_a_deadline_as_json(ask: Ask) -> None:
    facts = json.loads(ask("deadline", "--service", "citizen:8", "--from", "2026-11-23T16:30", "--json").out)
    assert facts == {
        "service": "citizen:8",
        "from": "2026-11-23T16:30:00+06:00",
        "target": "1 working day",
        "rule": "first-day-excluded",
        "due": "2026-11-24T17:00:00+06:00",
        "estimated": False,
        "steps": [
            {"date": "2026-11-23", "counted": None, "why": "the day of the event does not count"},
            {"date": "2026-11-24", "counted": 1, "why": "working day"},
        ],
    }


@pytest.mark.parametrize("start", ["2026-11-23T10:30Z", "2026-11-23T16:30+06:00", "2026-11-23 16:30"])
def test_a_time_may_say_its_offset_and_is_bangladeshs_if_it_does_not(ask: Ask, start: str) -> None:
    facts = json.loads(ask("deadline", "--service", "official:1", "--from", start, "--json").out)
    assert (facts["from"], facts["due"]) == ("2026-11-23T16:30:00+06:00", "2026-11-26T17:00:00+06:00")


@pytest.mark.parametrize(
    ("service", "start", "told"),
    [
        ("citizen:80", "2026-11-23T16:30", "no service 'citizen:80' in the charter. Did you mean 'citizen:8'?"),
        ("88", "2026-11-23T16:30", "no service '88' in the charter. Expected one such as citizen:8, 8 or official:1"),
        ("citizen:8", "yesterday", "'yesterday' is not a time. Expected one such as 2026-11-23T16:30"),
        ("citizen:8", "2026-02-30T10:00", "'2026-02-30T10:00' is not a time. Expected one such as 2026-11-23T16:30"),
        ("citizen:8", "9999-12-31T10:00", "9999 is not in the calendar. Expected a year from 2000 to 2099"),
        ("citizen:8", "0001-01-01T00:00+14:00", "1 is not in the calendar. Expected a year from 2000 to 2099"),
    ],
)
def test_what_cannot_be_computed_is_refused_with_what_is_expected(
    ask: Ask, service: str, start: str, told: str
) -> None:
    answer = ask("deadline", "--service", service, "--from", start)
    assert (answer.code, answer.out, answer.err.strip()) == (2, "", told)


@pytest.mark.parametrize(
    "arguments",
    [(), ("--service", "citizen:8"), ("--from", "2026-11-23T16:30"), ("--stdin", "--service", "citizen:8")],
)
def test_half_a_question_is_refused(ask: Ask, arguments: tuple[str, ...]) -> None:
    answer = ask("deadline", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert "Expected --service KEY --from TIME, or --stdin alone" in answer.err


def test_lines_of_questions_get_lines_of_answers_in_their_order(ask: Ask) -> None:
    answer = ask("deadline", "--stdin", stdin=b"citizen:8 2026-11-23T16:30\n\nofficial:1\t2026-12-14T12:00\r\n")
    facts = [json.loads(line) for line in answer.out.splitlines()]
    assert answer.code == 0
    assert [(each["service"], each["due"]) for each in facts] == [
        ("citizen:8", "2026-11-24T17:00:00+06:00"),
        ("official:1", "2026-12-20T17:00:00+06:00"),
    ]


def test_a_bad_line_is_told_by_its_number_and_the_others_are_answered(ask: Ask) -> None:
    answer = ask(
        "deadline", "--stdin", stdin=b"citizen:8 2026-11-23\n\xff\nofficial:9 2026-11-23\nofficial:1 2026-11-23"
    )
    assert answer.code == 2
    assert [json.loads(line)["service"] for line in answer.out.splitlines()] == ["citizen:8", "official:1"]
    assert [line.partition(":")[0] for line in answer.err.splitlines()] == ["line 2", "line 3"]


@pytest.mark.parametrize("command", [("charter",), ("calendar", "2026-12"), ("deadline", "--stdin")])
def test_an_unknown_language_is_refused_without_a_traceback(ask: Ask, command: tuple[str, ...]) -> None:
    answer = ask(*command, "--lang", "xx")
    assert (answer.code, answer.out) == (2, "")
    assert "Traceback" not in answer.err
