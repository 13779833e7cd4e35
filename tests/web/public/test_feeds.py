"""Feeds are well formed, name things for ever alike, and tell of an outage once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element, fromstring

from icalendar import Calendar

from monitor.charter.office import Office
from monitor.settings.maintenance_section import Maintenance
from monitor.web.public.feeds import ATOM, atom, planned_calendar
from tests.desk import Desk, desk, office
from tests.web.public.told import published, watched

__all__ = ["desk", "office"]

URL = "https://portal.example.org/net/"


def entries(desk: Desk, lang: str = "en") -> list[Element]:
    feed = fromstring(atom(published(desk), desk.office, lang, URL))
    return feed.findall(f"{{{ATOM}}}entry")


def value(entry: Element, name: str) -> str:
    found = entry.find(f"{{{ATOM}}}{name}")
    assert found is not None
    assert found.text is not None
    return found.text


def test_an_outage_is_one_entry_that_changes_when_it_is_over(desk: Desk) -> None:
    watched(desk)
    desk.goes_down("backbone-north")
    (begun,) = entries(desk)
    desk.wait(hours=2)
    desk.comes_back("backbone-north")
    (over,) = entries(desk)
    assert value(begun, "title") == "Northern backbone link (example): disrupted"
    assert value(over, "title") == "Northern backbone link (example): up again"
    assert value(begun, "id") == value(over, "id")
    assert value(begun, "updated") < value(over, "updated")


def test_the_feed_of_an_unchanged_office_is_the_same_whenever_it_is_made(desk: Desk) -> None:
    watched(desk)
    desk.goes_down("backbone-north")
    before = atom(published(desk), desk.office, "bn", "")
    desk.clock.advance(600)
    assert atom(published(desk), desk.office, "bn", "") == before


def test_the_newest_is_first_and_old_outages_are_left_out(desk: Desk) -> None:
    desk.goes_down("udc-chandgram")
    desk.comes_back("udc-chandgram")
    desk.clock.advance(timedelta(days=31).total_seconds())
    desk.goes_down("udc-juniadaha")
    desk.clock.advance(60)
    desk.goes_down("backbone-north")
    assert [value(entry, "title").partition(":")[0] for entry in entries(desk)] == [
        "Northern backbone link (example)",
        "Juniadaha Union Digital Centre",
    ]


def test_what_is_published_late_is_not_in_the_feed_early(desk: Desk) -> None:
    watched(desk)
    desk.goes_down("backbone-north")
    assert published(desk, timedelta(minutes=15)).latest == ()
    desk.clock.advance(901)
    assert len(published(desk, timedelta(minutes=15)).latest) == 1
    desk.comes_back("backbone-north")
    # It still runs in what is told: its end is as late as its beginning was.
    (late,) = published(desk, timedelta(minutes=15)).latest
    assert late.ended_utc is None


def with_plan(office: Office, **keys: object) -> Office:
    begins, ends = datetime(2026, 11, 25, 16, tzinfo=UTC), datetime(2026, 11, 25, 18, tzinfo=UTC)
    entry = {"text": "x", "announce": True, "public_bn": "লাইন বদল", "public_en": "A line; is, replaced\\"}
    once = {"begins": begins, "ends": ends}
    window = Maintenance.model_validate({**entry, **(keys if "days" in keys else once | keys)})
    return replace(office, maintenance={"cable": window})


def test_announced_work_stands_in_the_calendar_by_the_offices_clock(desk: Desk) -> None:
    desk.office = with_plan(desk.office, unions=["chandgram"])
    calendar = Calendar.from_ical(planned_calendar(published(desk), desk.office))
    (event,) = calendar.walk("VEVENT")
    assert event["DTSTART"].to_ical() == b"20261125T220000"
    assert event["DTSTART"].params["TZID"] == "Asia/Dhaka"
    assert len(calendar.walk("VTIMEZONE")) == 1
    assert str(event["SUMMARY"]) == "পরিকল্পিত কাজ: লাইন বদল / Planned work: A line; is, replaced\\"
    assert str(event["LOCATION"]) == "চাঁদগ্রাম / Chandgram"
    assert (str(event["STATUS"]), event["SEQUENCE"], calendar["METHOD"]) == ("CONFIRMED", 0, "PUBLISH")


def test_weekly_work_recurs_in_the_calendar(desk: Desk) -> None:
    desk.office = with_plan(desk.office, days=["sunday", "monday"], opens="22:00", minutes=240)
    (event,) = Calendar.from_ical(planned_calendar(published(desk), desk.office)).walk("VEVENT")
    assert event["RRULE"].to_ical() == b"FREQ=WEEKLY;BYDAY=SU,MO"


def test_work_that_was_extended_and_called_off_keeps_its_id_and_grows_its_sequence(desk: Desk) -> None:
    from monitor.alerts.cases import actions
    from monitor.alerts.cases.downtimes import plans_in_force

    def event() -> tuple[str, str, int]:
        with desk.store.read() as session:
            plans = plans_in_force(session, desk.clock.utc())
        desk.office = replace(desk.office, maintenance=plans)
        (found,) = Calendar.from_ical(planned_calendar(published(desk), desk.office)).walk("VEVENT")
        return str(found["UID"]), str(found["STATUS"]), int(found["SEQUENCE"].to_ical())

    now = desk.clock.utc()
    entry = {"text": "x", "begins": now + timedelta(hours=4), "ends": now + timedelta(hours=5), "announce": True}
    with desk.store.write() as session:
        actions.plan_work(desk.work(session, "x"), "cable", entry)
    first = event()
    with desk.store.write() as session:
        actions.extend_work(desk.work(session, "x"), "cable", now + timedelta(hours=6))
    second = event()
    with desk.store.write() as session:
        actions.end_work(desk.work(session, "x"), "cable")
    third = event()
    assert [found[1:] for found in (first, second, third)] == [("CONFIRMED", 0), ("CONFIRMED", 1), ("CANCELLED", 2)]
    assert len({found[0] for found in (first, second, third)}) == 1
