"""Strips as figures of an SVG."""

from datetime import UTC, date, datetime, timedelta

from monitor.judging.availability import Availability
from monitor.reports.site_strips import DayShare, Seen, Stretch
from monitor.runtime.last_hour import Minute
from monitor.web.console.strips import HEIGHT, day_strip, hour_chart, hours_strip, troubled

NONE = timedelta()


def day(up: float = 0, down: float = 0, unmonitored: float = 0, paused: float = 0, planned: float = 0) -> DayShare:
    parts = (timedelta(hours=each) for each in (up, down, unmonitored, paused))
    return DayShare(date(2026, 11, 24), Availability(*parts), timedelta(hours=planned))


def test_a_day_that_was_up_has_no_box_and_one_that_was_not_monitored_is_not_drawn_as_up() -> None:
    strip = day_strip([day(up=24), day(unmonitored=24)])
    assert strip.up == f"M0 {HEIGHT / 2}h3"
    assert [(box.x, box.height, box.look) for box in strip.boxes] == [(4, HEIGHT, "off")]
    assert strip.marks == ()


def test_a_minute_of_outage_is_seen_too_and_has_a_mark() -> None:
    strip = day_strip([day(up=24 - 1 / 60, down=1 / 60)])
    (box,) = strip.boxes
    assert box.look == "down"
    assert box.height >= 4
    assert box.y + box.height == HEIGHT
    assert strip.marks == (0,)


def test_what_hangs_from_the_top_never_reaches_below_the_base() -> None:
    strip = day_strip([day(up=1, down=3, unmonitored=10, paused=10, planned=9)])
    assert all(box.y >= 0 and box.y + box.height <= HEIGHT for box in strip.boxes)
    assert [box.look for box in strip.boxes] == ["off", "planned", "down"]


def test_a_day_that_has_just_begun_is_empty() -> None:
    assert day_strip([day()]).boxes == ()


def test_stretches_are_drawn_in_minutes() -> None:
    begin = datetime(2026, 11, 24, tzinfo=UTC)
    noon, end = begin + timedelta(hours=12), begin + timedelta(hours=24)
    boxes = hours_strip([Stretch(begin, noon, Seen.UP), Stretch(noon, end, Seen.DOWN)], (begin, end))
    assert [(box.x, box.width, box.look) for box in boxes] == [(0, 720, "up"), (720, 720, "down")]


def test_the_line_of_an_hour_breaks_where_nothing_answered() -> None:
    chart = hour_chart([Minute(3, 0, 4.0, 12.0), None, Minute(3, 3), Minute(3, 1, 8.0, 16.0)])
    assert chart is not None
    assert chart.line.count("M") == 2
    assert [box.x for box in chart.lost] == [20, 30]
    assert chart.lost[0].height > chart.lost[1].height
    assert chart.most_ms == 8.0


def test_an_hour_of_answers_that_took_no_measurable_time_lies_on_the_base() -> None:
    chart = hour_chart([Minute(3, 0, 0.0, 0.0)])
    assert chart is not None
    assert chart.most_ms == 1.0
    assert chart.line.startswith("M")


def test_an_hour_without_a_round_has_no_chart() -> None:
    assert hour_chart([None] * 60) is None


def test_days_with_an_outage_are_listed_the_latest_first() -> None:
    days = [day(down=1), day(up=24), day(down=2)]
    assert [share.times.down for _, share in troubled(days)] == [timedelta(hours=2), timedelta(hours=1)]
