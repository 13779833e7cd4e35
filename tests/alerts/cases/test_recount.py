"""A calendar that changes while a deadline is running."""

import datetime as dt
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from monitor.alerts.cases import recount
from monitor.charter.office import Office
from monitor.domain.reasons import ReasonCode, reason
from monitor.i18n.formats import DHAKA
from monitor.runtime.trusted_clock import TrustedClock
from monitor.store.models import Outage, Ticket
from monitor.store.work import Work
from tests.alerts.cases.asked import ask, kinds_to
from tests.charter.calendars import calendar
from tests.desk import Desk
from tests.runtime.built import state_of, writer_of

ORDER = {"bn": "স্থানীয় ছুটি", "en": "Local holiday", "order": "৪২", "dated": dt.date(2026, 11, 24)}
WEDNESDAY = dt.date(2026, 11, 25)


def closed_on(office: Office, *days: dt.date) -> Office:
    orders: list[dict[str, Any]] = [{"date": day, **ORDER} for day in days]
    return replace(office, calendar=calendar(closed=orders))


def recounted(desk: Desk, office: Office) -> int:
    desk.office = office
    with desk.store.write() as session:
        return recount.open_deadlines(Work(session, office, desk.clock.utc()))


def due(desk: Desk) -> list[str]:
    with desk.store.read() as session:
        found = [*session.scalars(select(Ticket.deadline_utc)), *session.scalars(select(Outage.deadline_utc))]
    return [f"{each.astimezone(DHAKA):%d %H:%M}" for each in found]


def test_a_holiday_ordered_meanwhile_moves_the_deadline_and_the_history_says_so(desk: Desk) -> None:
    number = ask(desk)  # on Tuesday, due on Wednesday at closing
    assert due(desk) == ["25 17:00"]
    assert recounted(desk, closed_on(desk.office, WEDNESDAY)) == 1
    assert due(desk) == ["26 17:00"]
    with desk.store.read() as session:
        event = session.scalars(select(Ticket).where(Ticket.number == number)).one().events[-1]
    assert event.kind == "recounted"
    before, after = (datetime(2026, 11, day, 11, tzinfo=UTC) for day in (25, 26))
    assert (event.text, event.reason) == ("", reason(ReasonCode.DEADLINE_MOVED, before=before, after=after))


def test_counting_anew_by_the_same_calendar_changes_and_says_nothing(desk: Desk) -> None:
    number = ask(desk)
    desk.goes_down("udc-juniadaha")
    before = desk.history(number)
    assert recounted(desk, closed_on(desk.office)) == 0
    assert desk.history(number) == before


def test_an_order_that_is_taken_back_brings_the_deadline_back(desk: Desk) -> None:
    office, number = desk.office, ask(desk)
    recounted(desk, closed_on(office, WEDNESDAY))
    assert recounted(desk, office) == 1
    assert due(desk) == ["25 17:00"]
    assert desk.history(number).count("recounted") == 2


def test_the_officer_is_warned_on_the_new_day_though_he_was_on_the_old_one(desk: Desk) -> None:
    ask(desk)
    desk.wait(hours=23)
    assert kinds_to(desk, "responsible").count("due_today") == 1
    recounted(desk, closed_on(desk.office, WEDNESDAY))
    desk.wait(hours=1)
    assert kinds_to(desk, "responsible").count("due_today") == 1
    desk.wait(hours=23)
    assert kinds_to(desk, "responsible").count("due_today") == 2


def test_a_missed_deadline_stays_missed(desk: Desk) -> None:
    ask(desk)
    desk.wait(days=3)
    assert recounted(desk, closed_on(desk.office, WEDNESDAY)) == 0
    assert due(desk) == ["25 17:00"]


def test_an_outage_without_a_ticket_is_counted_anew_and_its_ticket_tells_of_it(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    (first,) = due(desk)
    assert recounted(desk, closed_on(desk.office, WEDNESDAY, dt.date(2026, 11, 26))) == 1
    assert due(desk) > [first]
    desk.wait(days=8)
    ((number, _, _),) = desk.tickets()
    assert desk.history(number)[:2] == ["recounted", "opened"]


async def test_the_daemon_counts_anew_at_its_start_and_when_the_configuration_is_read_again(desk: Desk) -> None:
    ask(desk)
    office = desk.office
    clock = TrustedClock(desk.clock, "boot")
    live = state_of(clock, office=closed_on(office, WEDNESDAY))
    writer = writer_of(clock, desk.store, live)
    await writer.turn()
    assert due(desk) == ["26 17:00"]
    live.office = office
    await writer.turn()
    assert due(desk) == ["25 17:00"]
    await writer.close()
