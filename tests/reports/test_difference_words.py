"""What differs between two editions is said as people read it: which figure, of whom, what it was and is."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.i18n.languages import BOTH, Lang
from monitor.reports.difference_words import FIGURES, SECTIONS, difference_texts, names_of
from monitor.reports.differences import compared
from monitor.reports.export.document import document
from monitor.reports.report import Difference
from tests.reports.example_report import example

REPORT = example()


def said(path: str, before: str, after: str, lang: Lang = "en") -> list[str]:
    return difference_texts(Difference(path, before, after), names_of(REPORT, lang), lang)


def test_a_length_of_a_site_is_called_by_its_name_and_written_in_hours() -> None:
    site = REPORT.sites[0]
    length = 90 * 60_000_000
    assert said(f"sites.{site.site}.promised.down_us", "0", str(length)) == [
        f"Availability by site · {site.name.en} · In service hours · Down",
        "0:00",
        "1:30",
    ]


def test_figures_in_bangla_have_bangla_digits() -> None:
    assert said("outages.101.kept", "null", "true", "bn")[0].count("১০১") == 1
    assert said("outages.101.counted_us", "0", str(3_600_000_000), "bn")[1:] == ["০:০০", "১:০০"]


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("outages.101.kept", "false", "promise not kept"),
        ("outages.101.ended", '"2026-11-24T09:00:00.123456+06:00"', "24/11/2026 09:00"),
        ("outages.101.why", '{"code": "interface_down", "interface": "sfp1"}', "interface sfp1 is down"),
        ("outages.101", "", "not in the list"),
        ("outages.101", '{"number": 101, "site": "lab', "in the list"),
        ("earlier", '[{"period": {}}]', "see that table"),
        ("links.backbone-north/sfp1.in_p95_bps", "12500000.0", "12.5 Mb/s"),
        ("tickets.citizen:8.resolve_s", "7500.0", "2 hours 5 minutes"),
    ],
)
def test_each_kind_of_value_is_written_as_in_the_report(path: str, value: str, words: str) -> None:
    assert said(path, value, value)[1:] == [words, words]


def test_a_time_with_microseconds_is_one_name_in_a_path() -> None:
    [figure, *_] = said("sites.lab-01.excused.2026-11-24T09:00:00.123456+06:00.ends", "1", "2")
    assert "24/11/2026 09:00 · Over" in figure


@pytest.mark.parametrize("lang", BOTH)
def test_of_whatever_differs_no_key_of_the_json_is_left(lang: Lang) -> None:
    """Every figure of a report with another value: words for all of them."""
    later = replace(
        REPORT,
        as_of_utc=REPORT.as_of_utc + timedelta(hours=1),
        sites=REPORT.sites[1:],
        outages=tuple(replace(each, length_us=each.length_us + 1, kept=not each.kept) for each in REPORT.outages),
    )
    for each in compared(document(REPORT), changed(document(later))):
        figure, *values = difference_texts(each, names_of(REPORT, lang), lang)
        assert "_us" not in figure
        assert not any(value.startswith(("{", "[")) for value in values), (each.path, values)


def changed(value: Any) -> Any:
    """The same JSON with every number one higher."""
    match value:
        case bool() | None | str():
            return value
        case int() | float():
            return value + 1
        case dict():
            return {key: item if key in {"number", "level"} else changed(item) for key, item in value.items()}
    return [changed(item) for item in value]


def test_every_part_of_a_report_has_a_word() -> None:
    found = document(REPORT)
    named = {"period", "scope", "generated", "office", "notes", "signatures", "unions", "edition", "history", "page"}
    assert set(found) - named - set(SECTIONS) == set()
    assert FIGURES
