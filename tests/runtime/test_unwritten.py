"""What passed an interface is cut at the five minutes in which it did, and nothing of it is lost or counted twice."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.judging.links import Passage, Rates
from monitor.judging.power import UpsReading
from monitor.runtime.unwritten import MOST_SLOTS, Readings, begins_of, power_of, slot_of, traffic_of
from monitor.store.history.summaries import Traffic, UpsPower

T0 = datetime(2026, 11, 24, 3, tzinfo=UTC)
RATE = st.none() | st.floats(0, 1e10)


@given(st.floats(0.1, 900), st.floats(0, 86_400), RATE, RATE)
def test_a_passage_is_cut_at_five_minutes_and_keeps_its_length(
    seconds: float, ends_s: float, in_bps: float | None, out_bps: float | None
) -> None:
    until = T0 + timedelta(seconds=ends_s)
    parts = dict(traffic_of(Passage("a", until, seconds, Rates(in_bps, out_bps))))
    assert sum(part.seconds for part in parts.values()) == pytest.approx(seconds, abs=0.001)
    for slot, part in parts.items():
        assert 0 < part.seconds <= 300
        assert begins_of(slot) <= until
        assert (part.in_bps, part.out_bps) == (in_bps, out_bps)


def test_a_mean_over_a_quarter_of_an_hour_and_more_is_no_rate_of_five_minutes() -> None:
    assert list(traffic_of(Passage("a", T0, 901, Rates(1e6, 1e6)))) == []


@given(st.lists(st.tuples(st.integers(0, 20), st.floats(1, 60), st.booleans()), max_size=40))
def test_whenever_it_is_written_every_second_is_written_once(steps: list[tuple[int, float, bool]]) -> None:
    readings: Readings[Traffic] = Readings()
    written: list[Traffic] = []
    for slot, seconds, does_fail in steps:
        readings.add(slot, Traffic(seconds, 1e6, None))
        begun = readings.begin_writing()
        readings.add(slot, Traffic(seconds, 1e6, None))
        if not does_fail:
            written += begun.values()
            readings.end_writing()
    whole = sum(part.seconds for part in [*written, *readings.unwritten().values()])
    assert whole == pytest.approx(sum(2 * seconds for _, seconds, _ in steps))


def test_a_file_that_refuses_for_a_day_costs_the_oldest() -> None:
    readings: Readings[UpsPower] = Readings()
    for slot in range(288):
        readings.add(slot, UpsPower(1, 0, 100))
        readings.begin_writing()
    kept = readings.unwritten()
    assert (len(kept), max(kept)) == (MOST_SLOTS, begins_of(287))


def test_a_reading_of_a_ups_is_a_summary_of_one() -> None:
    assert power_of(UpsReading("a", T0, on_battery=True, charge=None)) == (slot_of(T0), UpsPower(1, 1, None))
