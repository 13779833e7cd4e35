"""Orders that people enter over the calendar's file: the last one about a day decides, all other days stay."""

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.charter.calendar import Calendar, Day
from monitor.charter.calendar_orders import with_orders
from monitor.charter.service_hours import in_service
from monitor.settings.calendar_file import CalendarFile, HolidaysFile
from monitor.settings.calendar_order import OrderedChange
from tests.charter.calendars import calendar, calendars, dhaka, hours

DATED = dt.date(2020, 1, 1)


def order(what: str, first: str, last: str = "", **keys: Any) -> OrderedChange:
    span = {"first": dt.date.fromisoformat(first), "last": dt.date.fromisoformat(last or first)}
    return OrderedChange.model_validate(
        {"what": what, "bn": "আদেশ", "en": "By order", "order": "17", "dated": DATED, **span, **keys}
    )


def ordered(*orders: OrderedChange) -> Calendar:
    return calendar().ordered(orders)


def day(office: Calendar, text: str) -> Day:
    return office.day(dt.date.fromisoformat(text))


def test_a_day_that_an_order_closes_says_by_which_order_and_keeps_schools_open() -> None:
    office = ordered(order("closed", "2026-12-08"))
    found = day(office, "2026-12-08")
    assert (found.working, found.kind) == (False, "order")
    assert str(found.why) == "By order (order 17 of 2020-01-01)"
    assert in_service("school", dhaka("2026-12-08T11:00"), office)


def test_a_public_holiday_that_the_moon_moves_closes_schools_too_and_opens_them_on_the_day_it_left() -> None:
    office = ordered(
        order("closed", "2026-12-17", public=True), order("working", "2026-12-16", public=True)
    )  # as if Victory Day had followed the moon
    assert day(office, "2026-12-16").working
    assert day(office, "2026-12-17").kind == "holiday"
    assert in_service("school", dhaka("2026-12-16T11:00"), office)
    assert not in_service("school", dhaka("2026-12-17T11:00"), office)


def test_a_worked_saturday_may_have_hours_of_its_own() -> None:
    found = day(ordered(order("working", "2026-12-12", opens="10:00", closes="14:00")), "2026-12-12")
    assert found.opens is not None
    assert found.closes is not None
    assert (found.working, f"{found.opens:%H:%M}–{found.closes:%H:%M}") == (True, "10:00–14:00")


def test_hours_by_order_precede_those_of_ramadan_and_open_no_closed_day() -> None:
    office = ordered(order("hours", "2026-02-19", "2026-02-22", opens="09:00", closes="13:00"))
    found = day(office, "2026-02-19")
    assert found.closes is not None
    assert f"{found.closes:%H:%M}" == "13:00"
    assert str(found.why) == "working day, hours by order: By order (order 17 of 2020-01-01)"
    assert not day(office, "2026-02-20").working  # a Friday


def test_a_later_order_about_some_days_of_an_earlier_one_leaves_its_other_days() -> None:
    office = ordered(order("closed", "2026-12-06", "2026-12-10"), order("working", "2026-12-08", order="18"))
    assert [day(office, f"2026-12-{number:02}").working for number in range(6, 11)] == [
        False,
        False,
        True,
        False,
        False,
    ]


@st.composite
def changes(draw: st.DrawFn) -> OrderedChange:
    first = draw(st.dates(dt.date(2026, 1, 1), dt.date(2026, 3, 1)))
    last = first + dt.timedelta(days=draw(st.integers(0, 20)))
    what = draw(st.sampled_from(["closed", "working", "hours"]))
    keys = draw(hours()) if what == "hours" or (what == "working" and draw(st.booleans())) else {}
    public = draw(st.booleans())
    return order(what, first.isoformat(), last.isoformat(), order=str(draw(st.integers(1, 99))), public=public, **keys)


@given(base=calendars(), orders=st.lists(changes(), max_size=6))
def test_for_each_day_the_last_order_about_it_decides_and_the_file_where_there_is_none(
    base: Calendar, orders: list[OrderedChange]
) -> None:
    office = base.ordered(orders)
    for offset in range(90):
        each = dt.date(2025, 12, 25) + dt.timedelta(days=offset)
        about = [one for one in orders if one.covers(each)]
        opening = [one.what == "working" for one in about if one.what != "hours"]
        found = office.day(each)
        assert found.working == (opening[-1] if opening else base.day(each).working)
        timed = [one for one in about if one.opens]
        if found.opens is not None and timed:
            assert found.opens.timetz().replace(tzinfo=None) == timed[-1].opens
        if not about:
            assert found == base.day(each)


@given(base=calendars(), orders=st.lists(changes(), max_size=6))
def test_the_file_with_orders_in_it_is_a_valid_file_that_makes_the_same_days(
    base: Calendar, orders: list[OrderedChange]
) -> None:
    merged = with_orders(base.file, orders)
    again = CalendarFile.model_validate({name: getattr(merged, name) for name in CalendarFile.model_fields})
    office, same = base.ordered(orders), Calendar.of(again, HolidaysFile(years=base.holidays.years))
    assert all(
        office.day(each) == same.day(each) for each in (dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(80))
    )
