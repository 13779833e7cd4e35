"""A report as CSV: the figures of its JSON, exactly, in files that spreadsheets read."""

import json
from typing import Any

import pytest

from monitor.i18n.languages import languages
from monitor.reports.export import as_csv, as_json
from monitor.reports.export.as_csv import seconds_text
from tests.reports.example_report import empty, example
from tests.reports.export.csv_files import files

SIX = ("up", "down", "unmonitored", "paused", "window")


def told() -> Any:
    return json.loads(as_json.render(example(), "en"))


@pytest.mark.parametrize("lang", languages())
def test_the_sites_are_those_of_the_json_to_the_microsecond(lang: str) -> None:
    heads, *rows = files(as_csv.render(example(), lang))["sites"]
    assert len(heads) == 22
    for row, site in zip(rows, told()["sites"], strict=True):
        assert row[0] == site["site"]
        assert row[5:10] == [seconds_text(site["promised"][f"{part}_us"]) for part in SIX]
        assert row[11:16] == [seconds_text(site["always"][f"{part}_us"]) for part in SIX]
        assert [int(row[17]), int(row[18])] == [site["outages"], site["affected"]]
        assert row[19] == seconds_text(site["power_us"])
        assert row[21] == ("" if site["used_us"] is None else seconds_text(site["used_us"]))


@pytest.mark.parametrize("lang", languages())
def test_the_outages_are_those_of_the_json_with_their_times_and_everybody_behind_them(lang: str) -> None:
    _, *rows = files(as_csv.render(example(), lang))["outages"]
    for row, outage in zip(rows, told()["outages"], strict=True):
        assert [row[0], row[1]] == [str(outage["number"]), outage["site"]]
        assert row[5] == outage["started"]
        assert row[6] == outage["ended"] or (outage["ended"] is None and row[6])
        assert [row[7], row[8], row[13]] == [
            seconds_text(outage[key]) for key in ("length_us", "counted_us", "over_us")
        ]
        assert row[10] == outage["deadline"]
        assert row[14] == ", ".join(outage["affected"])


def test_the_rest_is_that_of_the_json_too() -> None:
    found, report = files(as_csv.render(example(), "en")), told()
    sums = [[seconds_text(report[hours][f"{part}_us"]) for part in SIX] for hours in ("promised", "always")]
    assert [row[1:6] for row in found["accounting"][1:]] == sums
    assert [row[3:8] for row in found["groups"][1:]] == [
        [seconds_text(group["promised"][f"{part}_us"]) for part in SIX] for group in report["groups"]
    ]
    assert [row[1:5] for row in found["tickets"][1:]] == [
        [str(each[key]) for key in ("opened", "resolved", "open", "reopened")] for each in report["tickets"].values()
    ]
    assert [[row[0], *row[3:6]] for row in found["charter"][1:]] == [
        [each["service"], *(str(each[key]) for key in ("kept", "missed", "open"))] for each in report["charter"]
    ]
    assert found["charter"][2][6] == "16200.5"
    assert [row[0] for row in found["worst"][1:]] == report["worst"]
    assert found["backbone"][1][6:] == ["1234567890123456", "98765432109876", "2027-03-31"]
    assert [row[2:4] for row in found["excused"][1:]] == [
        [each["begins"], each["ends"]] for site in report["sites"] for each in site["excused"]
    ]
    assert [row[1:3] for row in found["unseen"][1:]] == [[each["begins"], each["ends"]] for each in report["unseen"]]
    assert found["differences"][1:] == [["outages.101.excuse", '""', '"=was: planned"'], [*found["differences"][2]]]


def test_no_cell_is_a_formula_to_a_spreadsheet() -> None:
    quoted = 0
    for rows in files(as_csv.render(example(), "en")).values():
        for row in rows:
            for cell in row:
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
                quoted += cell.startswith("'")
    assert quoted >= 10


def test_of_a_report_of_nothing_every_file_has_its_headings() -> None:
    found = files(as_csv.render(empty(), "en"))
    assert all(found.values())
    assert [row[0] for row in found["sites"]] == ["Key"]


def test_a_length_in_seconds_is_exact() -> None:
    assert [seconds_text(us) for us in (0, 1, 999_999, 1_000_000, 10**17 + 10)] == [
        "0",
        "0.000001",
        "0.999999",
        "1",
        "100000000000.00001",
    ]
