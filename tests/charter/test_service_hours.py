"""When a site counts: a link always, a centre in its hours, a lab while school is kept."""

import datetime as dt

import pytest
from hypothesis import given

from monitor.charter.calendar import Calendar
from monitor.charter.deadline import target_deadline
from monitor.charter.service_hours import in_service, promised, service_begins
from monitor.charter.stages import warning_utc
from monitor.domain.period import Period
from monitor.i18n.formats import moment_text
from monitor.settings.calendar_file import Hours
from tests.charter.calendars import calendar, calendars, charter, dhaka, moments

SHIFTS = [{"opens": "07:00", "closes": "12:05"}, {"opens": "12:20", "closes": "17:25"}]


def hours(**changes: object) -> dict[str, object]:
    return {"days": ["sunday", "monday"], "shifts": [{"opens": "10:00", "closes": "16:00"}], **changes}


def test_a_backbone_link_is_promised_at_every_hour() -> None:
    assert in_service("always", dhaka("2026-12-25T03:00"), calendar())


@given(calendars(), moments)
def test_office_hours_are_those_of_the_calendar(office: Calendar, t: dt.datetime) -> None:
    assert in_service("office", t, office) == office.is_open(t)


@given(calendars(), moments)
def test_a_centre_without_hours_of_its_own_keeps_the_offices(office: Calendar, t: dt.datetime) -> None:
    assert in_service("centre", t, office) == office.is_open(t)


def test_a_centre_with_hours_of_its_own_keeps_those() -> None:
    saturday = hours(days=["saturday"], shifts=[{"opens": "09:00", "closes": "20:00"}])
    office = calendar(service_hours={"school": hours(), "centre": saturday})
    assert in_service("centre", dhaka("2026-11-28T19:59"), office)
    assert not in_service("centre", dhaka("2026-11-28T20:00"), office)
    assert not in_service("centre", dhaka("2026-11-29T10:00"), office)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-24T09:59", False),
        ("2026-11-24T10:00", True),
        ("2026-11-24T15:59", True),
        ("2026-11-24T16:00", False),
        ("2026-11-27T12:00", False),  # a Friday
        ("2026-12-16T12:00", False),  # Victory Day
        ("2026-03-08T12:00", False),  # vacation
        ("2026-03-25T12:00", False),  # the vacation's last working day of offices
        ("2026-03-29T12:00", True),
        ("2027-11-22T12:00", True),  # a year without terms is term throughout
    ],
)
def test_a_school_lab_is_promised_while_school_is_kept(at: str, expected: bool) -> None:
    assert in_service("school", dhaka(at), calendar()) is expected


def test_between_two_shifts_there_is_no_school() -> None:
    office = calendar(service_hours={"school": hours(shifts=SHIFTS)})
    times = ("07:00", "12:05", "12:19", "12:20", "17:24", "17:25")
    promised = [in_service("school", dhaka(f"2026-11-23T{at}"), office) for at in times]
    assert promised == [True, False, False, True, True, False]


def test_an_order_that_closes_the_office_does_not_close_the_schools() -> None:
    closed = [{"date": dt.date(2026, 11, 23), "bn": "ক", "en": "a", "order": "1", "dated": dt.date(2026, 11, 1)}]
    office = calendar(closed=closed)
    assert not in_service("office", dhaka("2026-11-23T12:00"), office)
    assert in_service("school", dhaka("2026-11-23T12:00"), office)


def test_each_kind_of_site_has_the_hours_that_its_service_names() -> None:
    promised = {kind: charter().service_for_kind(kind).hours for kind in ("backbone", "udc", "lab", "office")}
    assert promised == {"backbone": "always", "udc": "centre", "lab": "school", "office": "office"}


ALL_DAY = hours(days=["friday", "saturday"], shifts=[{"opens": "00:00", "closes": "24:00"}])


def test_hours_that_end_at_24_00_touch_those_of_the_next_day() -> None:
    office = calendar(service_hours={"school": ALL_DAY})
    assert not in_service("school", dhaka("2026-11-26T23:59"), office)
    assert all(in_service("school", dhaka(f"2026-11-27T{clock}"), office) for clock in ("00:00", "23:59:59.999999"))
    assert in_service("school", dhaka("2026-11-28T00:00"), office)
    assert not in_service("school", dhaka("2026-11-29T00:00"), office)
    (friday,), (saturday,) = (list(promised("school", dt.date(2026, 11, day), office)) for day in (27, 28))
    assert friday == (dhaka("2026-11-27T00:00"), dhaka("2026-11-28T00:00"))
    assert friday[1] == saturday[0]
    assert service_begins("school", dhaka("2026-11-26T12:00"), office) == friday[0]


def test_an_office_that_closes_at_24_00_has_deadlines_of_that_day() -> None:
    office = calendar(hours=[{"first": dt.date(2000, 1, 1), "opens": "16:00", "closes": "24:00"}])
    due = target_deadline(
        Period(unit="working_days", amount=1),
        started_utc=dhaka("2026-11-24T17:00"),
        confirmed_utc=dhaka("2026-11-24T17:00"),
        calendar=office,
    )
    assert moment_text(due.due_utc, "en") == "Wednesday, 25 November 2026, 24:00"
    assert warning_utc(due.due_utc, from_utc=due.from_utc, calendar=office) == dhaka("2026-11-25T16:00")
    assert office.is_open(dhaka("2026-11-25T23:59:59.999999"))
    assert not office.is_open(dhaka("2026-11-26T00:00"))


@pytest.mark.parametrize("closes", ["24:01", "24:00:00", "25:00", "00:00", "10:00"])
def test_no_other_time_of_day_is_beyond_its_end(closes: str) -> None:
    with pytest.raises(ValueError, match=r"is not a time of day|are no hours"):
        Hours.model_validate({"opens": "10:00", "closes": closes})
    with pytest.raises(ValueError, match="is not a time of day"):
        Hours.model_validate({"opens": "24:00", "closes": "24:00"})


@pytest.mark.parametrize(("order", "kind"), [("closed", "order"), ("working", "working")])
def test_a_public_holiday_is_no_school_day_whatever_the_office_ordered(order: str, kind: str) -> None:
    entry = {"date": dt.date(2026, 8, 5), "bn": "ক", "en": "x", "order": "1", "dated": dt.date(2026, 8, 1)}
    office = calendar(**{order: [entry]})
    assert office.day(dt.date(2026, 8, 5)).kind == kind
    assert not in_service("school", dhaka("2026-08-05T11:00"), office)
    assert in_service("school", dhaka("2026-08-06T11:00"), office)


def test_an_estimated_holiday_is_no_school_day_whatever_the_office_ordered() -> None:
    entry = {"date": dt.date(2031, 12, 16), "bn": "ক", "en": "x", "order": "1", "dated": dt.date(2031, 8, 1)}
    assert not in_service("school", dhaka("2031-12-16T11:00"), calendar(working=[entry]))
    assert in_service("school", dhaka("2031-12-17T11:00"), calendar(working=[entry]))
