"""Charts show what was measured where it was, and never what was not."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.reports.charts import HEIGHT, WIDTH, day_chart, power_chart, rounds_chart, traffic_chart
from monitor.reports.site_past import LinkPast, SitePast
from monitor.reports.usual_band import Band
from monitor.store.history.last_day import DayMinute
from monitor.store.history.reading import Step
from monitor.store.history.summaries import Echoes, Traffic, UpsPower

T0 = datetime(2026, 11, 22, 18, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WINDOW = (T0, T0 + 24 * HOUR)


def past(rounds: dict[datetime, Echoes], power: dict[str, dict[datetime, UpsPower]] | None = None) -> SitePast:
    return SitePast("history", WINDOW, Step.HOUR, rounds, {0: Band(1_000, 3_000)}, None, power or {})


def took(time_us: float | None, lost: int = 0) -> Echoes:
    return Echoes(60, 0, 0, 180, lost, time_us, time_us, time_us)


def runs(path: str) -> list[list[tuple[float, float]]]:
    """The lines of a path, each with its points."""
    return [
        [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", line)] for line in path.split("M") if line
    ]


@given(st.dictionaries(st.integers(0, 23), st.none() | st.floats(0, 1e6), min_size=1))
def test_each_hour_measured_is_a_point_and_a_gap_begins_another_line(hours: dict[int, float | None]) -> None:
    chart = rounds_chart(past({T0 + hour * HOUR: took(time) for hour, time in hours.items()}))
    assert chart is not None
    lines = runs(chart.curves[1].path)
    measured = sorted(hour for hour, time in hours.items() if time is not None)
    assert [round(x / WIDTH * 24) for line in lines for x, _ in line] == measured
    assert len(lines) == sum(hour - 1 not in measured for hour in measured)
    assert all(0 <= y <= HEIGHT for line in lines for _, y in line)


def test_loss_is_a_bar_as_high_as_its_share_and_the_least_is_seen() -> None:
    chart = rounds_chart(past({T0: took(1_000, 90), T0 + HOUR: took(1_000, 1), T0 + 2 * HOUR: took(1_000)}))
    assert chart is not None
    assert [(bar.x, bar.height) for bar in chart.bars] == [(0.0, 60.0), (30.0, 2.0)]


def test_the_usual_band_is_drawn_where_it_is_known() -> None:
    chart = rounds_chart(past({T0: took(2_000), T0 + HOUR: took(2_000)}))
    assert chart is not None
    assert chart.curves[0].look == "band"
    ((upper, lower),) = runs(chart.curves[0].path)
    assert upper[1] < HEIGHT / 3 * 2 < lower[1]


def test_traffic_stands_below_its_capacity_which_is_a_line() -> None:
    rates = {T0: Traffic(3_600, 50e6, None), T0 + HOUR: Traffic(3_600, 100e6, None)}
    chart = traffic_chart(LinkPast(rates, 100e6, {}, None, None, None), WINDOW, Step.HOUR)
    assert chart is not None
    assert [curve.look for curve in chart.curves] == ["line", "line out", "limit"]
    ((first, second),) = runs(chart.curves[0].path)
    assert chart.curves[2].path == f"M0 {second[1]}H720"
    assert first[1] > second[1]
    assert chart.curves[1].path == "", "what did not go out is not drawn"
    assert traffic_chart(LinkPast({}, 100e6, {}, None, None, None), WINDOW, Step.HOUR) is None


def test_a_ups_has_its_charge_and_a_bar_for_its_time_on_battery() -> None:
    chart = power_chart(past({}, {"ups": {T0: UpsPower(60, 30, 80), T0 + HOUR: UpsPower(60, 0, 100)}}), "ups")
    assert chart is not None
    assert [bar.height for bar in chart.bars] == [60.0]
    assert len(runs(chart.curves[0].path)[0]) == 2
    assert power_chart(past({}), "ups") is None


def test_a_minute_without_any_answer_has_a_bar_to_the_top_and_no_point() -> None:
    minutes = [
        (T0, DayMinute(4_000, False)),
        (T0 + MINUTE, DayMinute(None, True)),
        (T0 + 9 * MINUTE, DayMinute(9, True)),
    ]
    chart = day_chart(minutes, WINDOW)
    assert [bar.height for bar in chart.bars] == [HEIGHT, HEIGHT / 4]
    assert len(runs(chart.curves[0].path)) == 2


def test_answers_that_took_no_measurable_time_lie_on_the_base() -> None:
    chart = day_chart([(T0, DayMinute(0.0, False))], WINDOW)
    assert [y for line in runs(chart.curves[0].path) for _, y in line] == [HEIGHT]
    assert chart.most == 1.0
