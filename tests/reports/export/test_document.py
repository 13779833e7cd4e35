"""A report as plain JSON values, and back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.reports.export import as_json
from monitor.reports.export.document import NoReport, document, report_from
from tests.reports.example_report import example


@pytest.mark.parametrize("lang", ["bn", "en"])
def test_what_is_rendered_is_the_value_in_any_language(lang: str) -> None:
    assert json.loads(as_json.render(example(), lang)) == document(example())


def test_what_is_rendered_piece_by_piece_is_never_held_as_a_whole() -> None:
    """The process that makes a nation's report may have 500 MB: the parts of its JSON, all at once, took them."""
    pieces = as_json.pieces(example())
    assert isinstance(pieces, Iterator)
    whole = as_json.render(example(), "bn")
    sizes = [len(piece) for piece in pieces]
    assert sum(sizes) == len(whole)
    assert max(sizes) < len(whole) / 50


def test_a_report_is_found_again_in_its_values() -> None:
    found = report_from(json.loads(as_json.render(example(), "bn")))
    assert document(found) == document(example())
    assert found.outages[0].why == example().outages[0].why
    assert found.period == example().period


def test_the_keys_are_those_that_other_programs_read() -> None:
    found = document(example())
    site, outage, row = found["sites"][0], found["outages"][0], found["charter"][0]
    assert {"period", "scope", "generated", "sites", "outages", "tickets", "charter"} <= found.keys()
    assert {"site", "kind", "union", "promised", "always", "outages", "excused"} <= site.keys()
    assert site["promised"].keys() == {"up_us", "down_us", "unmonitored_us", "paused_us", "window_us"}
    assert {"site", "started", "ended", "cause", "deadline", "kept", "ticket"} <= outage.keys()
    assert {"service", "promised", "kept", "missed", "open", "median_s"} <= row.keys()
    assert isinstance(found["tickets"], dict)


def test_times_have_the_offices_offset() -> None:
    found = document(example())
    at = datetime.fromisoformat(found["generated"])
    assert (at, at.utcoffset()) == (example().as_of_utc, timedelta(hours=6))


@pytest.mark.parametrize(
    "change",
    [
        {"sites": None},
        {"tickets": []},
        {"generated": "never"},
        {"promised": {"up_us": "1"}},
        {"power_us": "much"},
        {"period": {"kind": "month"}},
    ],
    ids=str,
)
def test_other_values_are_no_report(change: dict[str, object]) -> None:
    with pytest.raises(NoReport):
        report_from({**document(example()), **change})
    with pytest.raises(NoReport):
        report_from({})


def test_a_key_of_a_later_version_is_left_out_and_one_of_an_earlier_has_its_default() -> None:
    older = {**document(example()), "not_known_yet": 1}
    del older["edition"], older["differences"]
    assert report_from(older) == report_from(document(replace(example(), edition=1, differences=())))
