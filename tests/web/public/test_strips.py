"""Days drawn as a strip."""

from datetime import timedelta

from monitor.reports.days_by_kind import KindDay
from monitor.web.public.strips import HEIGHT, LEAST, drawn

HOUR = timedelta(hours=1)


def test_a_good_day_is_a_dash_from_top_to_bottom() -> None:
    strip = drawn([KindDay(8 * HOUR)] * 3)
    assert (strip.view_box, strip.up, strip.down, strip.marks) == ("0.5 0 11 38", "M0.5 15.5H11.5", "", "")


def test_a_second_of_outage_is_seen_and_marked() -> None:
    strip = drawn([KindDay(8 * HOUR), KindDay(8 * HOUR, timedelta(seconds=1))])
    assert (strip.down, strip.marks) == (f"M6 {HEIGHT}v-{LEAST}", "M4.5 36H7.5")


def test_what_was_not_watched_hangs_from_the_top_and_is_no_dash() -> None:
    strip = drawn([KindDay(unmonitored=8 * HOUR)])
    assert (strip.up, strip.unmonitored, strip.marks) == ("", f"M2 0v{HEIGHT}", "")


def test_a_day_without_hours_is_empty_and_parts_the_line() -> None:
    good = KindDay(8 * HOUR)
    assert drawn([good, KindDay(), good]).up == "M0.5 15.5H3.5M8.5 15.5H11.5"
