"""How a report's figures are said."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.reasons import Names
from monitor.i18n.languages import BOTH, lookup
from monitor.reports import wording
from monitor.reports.headings import COLUMNS, HISTORIES, TABLES
from monitor.reports.period import fiscal, month, period_of, quarter
from monitor.reports.report import Accounting, CharterFigures, ReportScope
from tests.reports.example_report import empty

LENGTHS = st.integers(0, 10**15)
NAME = Names("ভেড়ামারা", "Bheramara")
EMPTY = replace(
    empty(),
    scope=ReportScope("office", "", NAME),
    as_of_utc=datetime(2026, 11, 30, 18, tzinfo=UTC),
    office=NAME,
)


@given(LENGTHS, LENGTHS, LENGTHS, LENGTHS)
def test_the_minutes_of_an_accounting_add_up_and_none_is_wrong_by_more_than_one(
    up: int, down: int, unmonitored: int, paused: int
) -> None:
    exact = (up, down, unmonitored, paused)
    *parts, window = wording.minutes_of(Accounting(*exact, sum(exact)))
    assert sum(parts) == window
    for part, length_us in zip(parts, exact, strict=True):
        assert part >= 0
        assert abs(part * wording.US_PER_MINUTE - length_us) <= wording.US_PER_MINUTE


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_share_is_never_rounded_up_and_whole_only_when_it_is(up: int, down: int) -> None:
    assert wording.share_text(up / (up + down), "en") != "100.00%"


@pytest.mark.parametrize(
    ("share", "said"),
    [(1.0, "100.00%"), (0.99999, "99.99%"), (0.0, "0.00%"), (0.29, "29.00%"), (0.9999, "99.99%"), (None, "–")],
)
def test_shares_have_two_places(share: float | None, said: str) -> None:
    assert wording.share_text(share, "en") == said
    assert wording.share_text(0.5, "bn") == "৫০.০০%"


def test_lengths_are_hours_and_minutes_with_the_groups_of_the_language() -> None:
    length_us = 123_456 * 3_600 * 10**6 + 5 * 60 * 10**6
    assert wording.length_text(length_us, "en") == "123,456:05"
    assert wording.length_text(length_us, "bn") == "১,২৩,৪৫৬:০৫"
    assert wording.length_text(29_999_999, "en") == "0:00"
    assert wording.length_text(30_000_000, "en") == "0:01"


def test_periods_are_named_by_their_kind() -> None:
    assert [
        wording.period_text(period, "en")
        for period in (
            month(2026, 11),
            quarter(2026, 4),
            fiscal(2026),
            period_of("days", "2026-11-01..2026-11-15"),
        )
    ] == ["November 2026", "October 2026 to December 2026", "fiscal year 2026-27", "01/11/2026 to 15/11/2026"]
    assert wording.period_text(month(2026, 11), "bn") == "নভেম্বর ২০২৬"


def test_the_summary_says_sites_outages_and_promises_also_where_there_are_none() -> None:
    assert wording.summary(EMPTY, "en") == (
        "0 sites: nothing was measured in service hours, no outage; no promise of the charter fell due."
    )
    row = CharterFigures("citizen:8", NAME, NAME, 3, 1, 0, None, "")
    full = replace(EMPTY, promised=Accounting(99, 1, 0, 0, 100), charter=(row,))
    assert wording.summary(full, "en") == (
        "0 sites: up for 99.00% of service hours, no outage; 3 of 4 promises of the charter kept."
    )


def test_an_edition_that_was_made_again_says_so() -> None:
    assert wording.edition_text(EMPTY, "en") == "Counted up to 01/12/2026 00:00"
    assert wording.edition_text(replace(EMPTY, edition=2), "en") == (
        "Counted up to 01/12/2026 00:00 · edition 2, made again after a correction: 0 differences"
    )


def test_every_table_has_a_title_and_every_heading_its_words_in_both_languages() -> None:
    assert COLUMNS.keys() <= TABLES.keys()
    for lang in BOTH:
        for table, columns in COLUMNS.items():
            assert wording.heading(table, lang)
            assert len(wording.headings(table, lang)) == len(columns)
            assert all(wording.headings(table, lang))
    assert lookup("bn", TABLES["accounting"]) != TABLES["accounting"]
    assert [wording.history_text(replace(EMPTY, history=code), "en") for code in HISTORIES] == [*HISTORIES.values()]
