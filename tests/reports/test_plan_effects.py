"""What planned work does is said before it is planned, with what is worth a second look."""

from dataclasses import replace
from datetime import UTC, datetime

from monitor.charter.office import Office
from monitor.reports.plan_effects import effects, occurrences
from monitor.settings.fleet import Group
from monitor.settings.maintenance_section import Maintenance
from tests.desk import shipped_office

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # a Tuesday, ten in the morning in Dhaka


def plan(**entry: object) -> Maintenance:
    return Maintenance.model_validate({"text": "new cable", "behind": "backbone-north", **entry})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def warnings(office: Office, window: Maintenance) -> str:
    return " ".join(map(str, effects(office, window, NOW).warnings))


def test_a_short_work_at_night_covers_all_behind_a_link_and_warns_of_nothing() -> None:
    found = effects(shipped_office(), plan(begins=at("2026-11-26T22:00"), ends=at("2026-11-26T23:00")), NOW)
    assert {"backbone-north", "udc-juniadaha"} <= set(found.sites)
    assert found.warnings == ()
    assert found.first is not None
    assert found.first.begins_utc == datetime(2026, 11, 26, 16, 0, tzinfo=UTC)


def test_long_work_and_work_in_office_hours_are_worth_a_second_look() -> None:
    office = shipped_office()
    assert "longer than half a day" in warnings(
        office, plan(begins=at("2026-11-27T01:00"), ends=at("2026-11-28T01:00"))
    )
    assert "hours of the office" in warnings(office, plan(begins=at("2026-11-25T16:30"), ends=at("2026-11-25T18:00")))
    # Friday: the office is closed.
    assert "hours of the office" not in warnings(
        office, plan(begins=at("2026-11-27T10:00"), ends=at("2026-11-27T11:00"))
    )


def test_two_works_at_one_time_and_place_are_told_and_at_another_place_not() -> None:
    night = {"begins": at("2026-11-26T22:00"), "ends": at("2026-11-26T23:00")}
    other = Maintenance.model_validate({"text": "a mast", "sites": ["udc-juniadaha"], **night})
    office = replace(shipped_office(), maintenance={"mast": other})
    assert "'a mast' is planned at 1 of these sites" in warnings(office, plan(**night))
    assert warnings(office, plan(behind=None, sites=["office-ict"], **night)) == ""


def test_work_on_the_way_by_which_the_monitor_looks_is_told() -> None:
    office = shipped_office()
    fleet = replace(office.fleet, groups={"far": Group((), behind="udc-juniadaha")})
    night = {"begins": at("2026-11-26T22:00"), "ends": at("2026-11-26T23:00")}
    assert "looks through udc-juniadaha" in warnings(replace(office, fleet=fleet), plan(**night))


def test_weekly_work_is_done_each_week_and_work_that_is_over_never() -> None:
    weekly = plan(days=["friday"], opens="02:00", closes="04:00")
    days = [each.begins_utc.day for each in occurrences(weekly, NOW, 14)]
    assert days == [26, 3]
    assert (
        effects(shipped_office(), plan(begins=at("2026-11-23T22:00"), ends=at("2026-11-23T23:00")), NOW).first is None
    )
