"""A report's figures of use: those of whole months as they were counted, and the same whenever it is made again."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.domain.day import at_dhaka
from monitor.reports.kept_use import KeptUse
from monitor.reports.period import days, fiscal, month
from monitor.reports.use_history import LinkUse
from monitor.settings.fleet import Link
from monitor.store.history.counting import MIDNIGHT, count_use
from monitor.store.history.file import HistoryFile, Kept
from monitor.store.history.reading import KeptHistory
from monitor.store.history.summaries import Echoes, Traffic
from monitor.store.history.use import Use

LINK = Link("north/interface", "north", "north/router", "sfp1", 100.0)
FIVE, HOUR, DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
NOVEMBER = month(2026, 11)
NEXT = datetime(2026, 12, 1, 3, tzinfo=UTC)


def use(file: HistoryFile, now_utc: datetime) -> KeptUse:
    return KeptUse(KeptHistory(file, lambda: now_utc, 40), now_utc)


@pytest.fixture
def file(tmp_path: Path) -> HistoryFile:
    """A link whose use grows by half a megabit a day, from the 1st of September to the end of November."""
    made = HistoryFile(tmp_path)
    made.open()
    used: dict[tuple[str, str, date], Use] = {}
    for number in range(61):
        day = date(2026, 9, 1) + number * DAY
        used["day", LINK.id, day] = Use(288, 20e6 + number * 5e5, 1e6, 1_000, 10)
    made.add({LINK.id: {at_dhaka(date(2026, 9, 1), MIDNIGHT): Traffic(300, 1e6, 1e6)}})
    made.put_use(used)
    for number in range(61, 91):
        begins = at_dhaka(date(2026, 9, 1) + number * DAY, MIDNIGHT)
        made.add({LINK.id: {begins + at * FIVE: Traffic(300, 20e6 + number * 5e5, 1e6) for at in range(0, 288, 8)}})
    return made


def test_a_month_has_its_percentile_its_octets_and_the_day_on_which_the_link_is_full(file: HistoryFile) -> None:
    found = use(file, NEXT).link_use(LINK, NOVEMBER.window)
    assert found.in_p95_bps == pytest.approx(20e6 + 88 * 5e5, rel=0.011)
    assert found.in_octets == pytest.approx(
        sum(20e6 + number * 5e5 for number in range(61, 91)) * 36 * 300 / 8, rel=0.01
    )
    assert found.full_by is not None
    assert abs(found.full_by - date(2027, 2, 8)) <= 3 * DAY


def test_made_again_when_the_rates_are_gone_it_has_the_same_figures(file: HistoryFile) -> None:
    count_use(file, [LINK.id], NEXT, 40)
    before = use(file, NEXT).link_use(LINK, NOVEMBER.window)
    later = NEXT + 200 * DAY
    file.prune(later, Kept(40, 1_096))
    assert use(file, later).link_use(LINK, NOVEMBER.window) == before


def test_a_year_has_the_percentile_of_its_busiest_month_and_single_days_have_none(file: HistoryFile) -> None:
    count_use(file, [LINK.id], NEXT, 40)
    of_month = use(file, NEXT).link_use(LINK, NOVEMBER.window)
    assert use(file, NEXT).link_use(LINK, fiscal(2026).window).in_p95_bps == of_month.in_p95_bps
    some = use(file, NEXT).link_use(LINK, days(date(2026, 11, 1), date(2026, 11, 10)).window)
    assert some.in_p95_bps is None
    assert some.in_octets


def test_a_link_without_a_capacity_is_never_full(file: HistoryFile) -> None:
    unbounded = Link(LINK.id, "north", "north/router", "sfp1")
    assert use(file, NEXT).link_use(unbounded, NOVEMBER.window).full_by is None


def test_a_lab_was_used_as_long_as_any_of_its_computers_answered(file: HistoryFile) -> None:
    begins = NOVEMBER.window[0]
    half, whole, none = Echoes(6, 6, 0, 36, 18), Echoes(12, 0, 3, 36, 0), Echoes(0, 12, 0, 36, 36)
    file.add({"lab/pc-1": {begins: half, begins + HOUR: none}, "lab/pc-2": {begins: whole, begins + HOUR: half}})
    found = use(file, NEXT)
    assert found.used_us(["lab/pc-1", "lab/pc-2"], NOVEMBER.window) == 5_400_000_000
    assert found.used_us(["lab/pc-3"], NOVEMBER.window) is None


def test_a_file_that_cannot_be_read_costs_these_figures_only(tmp_path: Path) -> None:
    (tmp_path / "history.db").write_bytes(b"rubbish" * 1_000)
    found = use(HistoryFile(tmp_path), NEXT)
    assert found.link_use(LINK, NOVEMBER.window) == LinkUse()
    assert found.used_us(["lab/pc-1"], NOVEMBER.window) is None
