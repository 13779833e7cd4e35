"""What standing readers get: targets for Prometheus, and calendars."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.domain.api_scopes import STATUS_READ, TICKETS_READ
from monitor.i18n.formats import DHAKA
from monitor.store.session import Session
from monitor.store.work import Work
from tests.web.api.calling import Said, call, token_for
from tests.web.desk import Desk


def work(office: Desk, session: Session) -> Work:
    return Work(session, office.office, office.clock.utc(), "an officer", via="cli")


def read(said: Said) -> Any:
    assert (said.status, said.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    found: Any = icalendar.Calendar.from_ical(said.body)
    assert (found["method"], found["refresh-interval"].dt) == ("PUBLISH", timedelta(hours=1))
    assert [str(zone["tzid"]) for zone in found.timezones] == ["Asia/Dhaka"]
    return found


async def test_prometheus_finds_every_device_by_its_site(office: Desk, port: int) -> None:
    said = await call(port, "/sd/prometheus", token=token_for(office, STATUS_READ))
    assert (said.status, said.headers["content-type"]) == (200, "application/json")
    fleet = office.settings.fleet
    echoes = [each for each in said.document if each["labels"]["__param_module"] == "icmp"]
    assert [target for each in echoes for target in each["targets"]] == [
        str(device.address) for site in fleet.sites.values() for device in site.devices
    ]
    assert {each["labels"]["__meta_upazila_device"] for each in said.document if each not in echoes} == {
        device.name for device in fleet.devices.values() if device.snmp
    }
    again = await call(port, "/sd/prometheus", if_none_match=said.headers["etag"])
    assert (again.status, again.body) == (304, b"")


async def test_prometheus_of_a_union_finds_nothing_elsewhere(office: Desk, port: int) -> None:
    union = office.settings.fleet.sites["udc-juniadaha"].union or ""
    said = await call(port, "/sd/prometheus", token=token_for(office, STATUS_READ, unions=[union]))
    assert {each["labels"]["__meta_upazila_union"] for each in said.document} == {union}


async def test_a_deadline_is_a_task_and_an_event_at_its_own_time_without_who_asked(office: Desk, port: int) -> None:
    with office.store.write() as session:
        request = Request("citizen:8", "phone", "Rahima", "ইন্টারনেট নেই", office.clock.utc(), site="udc-juniadaha")
        ticket = actions.register(work(office, session), request)
    token = token_for(office, TICKETS_READ, feed=True)
    said = await call(port, f"/feeds/{token}/deadlines.ics")
    found = read(said)
    (todo,), (event,) = found.todos, found.events
    assert todo["due"].dt == event["dtend"].dt == ticket.deadline_utc
    assert event["dtend"].dt.astimezone(DHAKA).hour == 17
    assert ticket.number in str(event["summary"])
    assert "জুনিয়াদহ" in str(event["summary"])
    assert {str(todo["uid"]), str(event["uid"])} == {
        f"{ticket.number}.{kind}@{office.office.id}.{office.office.mail_domain}" for kind in ("task", "deadline")
    }
    assert "Rahima" not in said.body.decode()
    before = int(event["sequence"])
    with office.store.write() as session:
        actions.act(work(office, session), ticket.number, "ack")
    (changed,) = read(await call(port, f"/feeds/{token}/deadlines.ics")).events
    assert (str(changed["uid"]), int(changed["sequence"]) > before) == (str(event["uid"]), True)


async def test_work_that_was_called_off_stays_in_the_calendar_as_cancelled(office: Desk, port: int) -> None:
    begins = office.clock.utc() + timedelta(days=1)
    with office.store.write() as session:
        entry = {"text": "new cable", "sites": ["udc-juniadaha"], "begins": begins, "ends": begins + timedelta(hours=2)}
        actions.plan_work(work(office, session), "cable", entry)
    token = token_for(office, STATUS_READ, feed=True)
    (event,) = read(await call(port, f"/feeds/{token}/maintenance.ics?lang=en")).events
    assert (str(event["status"]), str(event["summary"])) == ("CONFIRMED", "Planned work: new cable")
    assert (event["dtstart"].dt, event["dtend"].dt) == (begins, begins + timedelta(hours=2))
    with office.store.write() as session:
        actions.end_work(work(office, session), "cable")
    (cancelled,) = read(await call(port, f"/feeds/{token}/maintenance.ics")).events
    assert str(cancelled["status"]) == "CANCELLED"
    assert int(cancelled["sequence"]) > int(event["sequence"])


async def test_holidays_are_whole_days_by_their_own_names(office: Desk, port: int) -> None:
    token = token_for(office, STATUS_READ, feed=True)
    said = await call(port, f"/feeds/{token}/holidays.ics")
    days = {event["dtstart"].dt: str(event["summary"]) for event in read(said).events}
    victory = datetime(2026, 12, 16, tzinfo=UTC).date()
    assert "বিজয়" in days[victory]
    assert all(office.office.calendar.day(day).kind != "weekend" for day in days)
    office.clock.advance(60)
    again = await call(port, f"/feeds/{token}/holidays.ics", if_none_match=said.headers["etag"])
    assert again.status == 304


async def test_a_feed_is_read_by_a_feeds_own_token_alone(office: Desk, port: int) -> None:
    for path in ["/feeds/{token}/deadlines.ics", "/feeds/upm_x/holidays.ics", "/feeds/{api}/holidays.ics"]:
        token, api = token_for(office, STATUS_READ, feed=True), token_for(office, STATUS_READ)
        assert (await call(port, path.format(token=token, api=api))).status == 404


async def test_a_feeds_token_opens_nothing_else(office: Desk, port: int) -> None:
    token = token_for(office, STATUS_READ, feed=True)
    assert (await call(port, "/status", token=token)).status == 401
