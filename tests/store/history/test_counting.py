"""A link's days and months are counted when they are over, and stay when the rates they were counted from are gone."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.domain.day import at_dhaka
from monitor.settings.fleet import Link
from monitor.store.history.counting import MIDNIGHT, count_use, month_after
from monitor.store.history.file import HistoryFile, Kept
from monitor.store.history.reading import KeptHistory
from monitor.store.history.summaries import Traffic

FIVE = timedelta(minutes=5)
LINK = Link("north/interface", "north", "north/router", "sfp1", 100.0)
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def filled(folder: Path, first: date, days: int, bps: float = 1e6) -> HistoryFile:
    file = HistoryFile(folder)
    file.open()
    for number in range(days):
        begins = at_dhaka(first + timedelta(days=number), MIDNIGHT)
        rates = {begins + at * FIVE: Traffic(300, bps * (number + 1), bps) for at in range(0, 288, 12)}
        file.add({LINK.id: rates})
    return file


def at(day: date) -> datetime:
    return at_dhaka(day, MIDNIGHT) + timedelta(hours=1)


def test_a_month_that_is_over_keeps_its_percentile_when_its_rates_are_gone(tmp_path: Path) -> None:
    file = filled(tmp_path, OCTOBER, 31)
    count_use(file, [LINK.id], at(NOVEMBER), 40)
    before = KeptHistory(file, lambda: at(NOVEMBER), 40).monthly_use(LINK, OCTOBER)
    assert before is not None
    assert before.in_p95_bps == pytest.approx(30e6, rel=0.006)

    later = at(date(2027, 9, 1))
    file.prune(later, Kept(40, 1_096))
    count_use(file, [LINK.id], later, 40)
    history = KeptHistory(file, lambda: later, 40)
    assert history.monthly_use(LINK, OCTOBER) == before
    days = history.daily_use(LINK, OCTOBER, NOVEMBER)
    assert len(days) == 31
    assert days[date(2026, 10, 31)].in_p95_bps == pytest.approx(31e6, rel=0.006)


def test_a_month_of_which_rates_are_gone_already_is_not_counted_from_the_rest(tmp_path: Path) -> None:
    file, late = filled(tmp_path, OCTOBER, 31), at(date(2026, 11, 20))
    file.prune(late, Kept(40, 1_096))
    count_use(file, [LINK.id], late, 40)
    assert KeptHistory(file, lambda: late, 40).monthly_use(LINK, OCTOBER) is None


def test_what_was_counted_is_not_counted_again_from_fewer_rates(tmp_path: Path) -> None:
    file = filled(tmp_path, OCTOBER, 31)
    count_use(file, [LINK.id], at(NOVEMBER), 40)
    before = file.read_use("month", LINK.id, OCTOBER, NOVEMBER)
    file.prune(at(date(2026, 11, 12)), Kept(20, 1_096))
    count_use(file, [LINK.id], at(date(2026, 11, 12)), 40)
    assert file.read_use("month", LINK.id, OCTOBER, NOVEMBER) == before


def test_the_month_that_runs_and_its_days_are_counted_from_what_is_there(tmp_path: Path) -> None:
    file = filled(tmp_path, NOVEMBER, 10)
    now = at_dhaka(date(2026, 11, 10), MIDNIGHT) + timedelta(hours=23, minutes=59)
    count_use(file, [LINK.id], now, 40)
    history = KeptHistory(file, lambda: now, 40)
    assert file.read_use("month", LINK.id, NOVEMBER, month_after(NOVEMBER)) == {}
    use = history.monthly_use(LINK, NOVEMBER)
    assert use is not None
    assert use.rates == 240
    assert list(history.daily_use(LINK, NOVEMBER, date(2026, 11, 11))) == [date(2026, 11, day) for day in range(1, 11)]


def test_an_office_that_keeps_nothing_has_no_use(tmp_path: Path) -> None:
    history = KeptHistory(HistoryFile(tmp_path), lambda: datetime(2026, 11, 1, tzinfo=UTC), 40)
    assert (history.monthly_use(LINK, OCTOBER), history.daily_use(LINK, OCTOBER, NOVEMBER)) == (None, {})
    assert history.source == ""


def test_use_older_than_is_kept_goes(tmp_path: Path) -> None:
    file = filled(tmp_path, OCTOBER, 31)
    count_use(file, [LINK.id], at(NOVEMBER), 40)
    file.prune(at(date(2029, 12, 1)), Kept(40, 1_096))
    assert file.read_use("month", LINK.id, OCTOBER, NOVEMBER) == {}
