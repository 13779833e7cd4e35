"""A site's past is gathered once: by five minutes for days, by the hour for months, days as the office counts them."""

from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from monitor.reports.past_document import past_document
from monitor.reports.site_past import by_day, past_of, times_of
from monitor.settings.fleet import Device, Link, Site
from monitor.store.history.file import HistoryFile
from monitor.store.history.names import ups_series
from monitor.store.history.reading import KeptHistory, Step
from monitor.store.history.summaries import Echoes, Traffic, UpsPower

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
HOUR, FIVE = timedelta(hours=1), timedelta(minutes=5)
DEVICE = Device("north/router", "north", "router", ip_address("127.0.0.1"), snmp="core")
LINK = Link("north/interface", "north", DEVICE.id, "sfp1", 100.0)
SITE = Site("north", "backbone", "উত্তর", "North", None, None, None, (DEVICE,), link=LINK)
ROUND = Echoes(5, 0, 0, 15, 3, 4_000, 4_000, 4_000)


def kept(folder: Path) -> KeptHistory:
    file = HistoryFile(folder)
    file.open()
    stretches = [NOW - number * FIVE for number in range(1, 25)]
    file.add({DEVICE.id: dict.fromkeys(stretches, ROUND), LINK.id: dict.fromkeys(stretches, Traffic(300, 1e6, 2e6))})
    file.add({ups_series(DEVICE.id): dict.fromkeys(stretches, UpsPower(5, 1, 70))})
    return KeptHistory(file, lambda: NOW, 40)


def test_a_day_comes_by_five_minutes_and_a_month_by_the_hour(tmp_path: Path) -> None:
    history = kept(tmp_path)
    day = past_of(history, SITE, (NOW - 24 * HOUR, NOW), NOW)
    month = past_of(history, SITE, (NOW - 720 * HOUR, NOW), NOW)
    assert (day.step, len(day.rounds)) == (Step.FINE, 24)
    assert (month.step, len(month.rounds)) == (Step.HOUR, 2)
    assert month.link is not None
    assert (len(month.link.rates), month.link.capacity_bps, list(month.link.days)) == (2, 1e8, [date(2026, 11, 24)])
    assert list(month.power) == ["router"]
    assert not day.is_empty


def test_a_site_of_which_nothing_is_kept_is_empty(tmp_path: Path) -> None:
    history = KeptHistory(HistoryFile(tmp_path), lambda: NOW, 40)
    past = past_of(history, SITE, (NOW - 24 * HOUR, NOW), NOW)
    assert past.is_empty
    assert past_document([], past)["charts"]["rounds"]["columns"] == [[], [], [], []]


def test_the_document_has_a_column_for_each_curve_all_of_one_length(tmp_path: Path) -> None:
    found = past_document([], past_of(kept(tmp_path), SITE, (NOW - 24 * HOUR, NOW), NOW))
    assert (found["source"], found["step_s"]) == ("history", 300)
    assert found["charts"].keys() == {"day", "rounds", "traffic", "power router"}
    for chart in found["charts"].values():
        assert {len(column) for column in chart["columns"]} == {len(chart["times"])}
    assert found["charts"]["rounds"]["columns"][3][0] == 20.0
    assert found["charts"]["power router"]["columns"][1][0] == 20.0


@given(st.sets(st.integers(0, 60)))
def test_one_stretch_of_nothing_stands_in_each_gap(slots: set[int]) -> None:
    summaries = {NOW + slot * FIVE: None for slot in slots}
    times = times_of(summaries, Step.FINE)
    assert list(times) == sorted(set(times))
    gaps = [at for at in times if at not in summaries]
    assert len(gaps) == sum(slot + 1 not in slots for slot in sorted(slots)[:-1])


def test_a_day_is_one_of_the_office() -> None:
    before, after = datetime(2026, 11, 23, 17, tzinfo=UTC), datetime(2026, 11, 23, 18, tzinfo=UTC)
    days = by_day({before: ROUND, after: ROUND, after + HOUR: ROUND})
    assert [(day, one.answered) for day, one in days] == [(date(2026, 11, 24), 10), (date(2026, 11, 23), 5)]
