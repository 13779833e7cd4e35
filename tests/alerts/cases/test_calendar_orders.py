"""Orders about the calendar: what they move is said before, and is what moves when they are in force."""

import datetime as dt
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.alerts.cases import actions, calendar_orders, recount
from monitor.alerts.cases.calendar_orders import Consequences
from monitor.alerts.cases.complaints import Request
from monitor.alerts.cases.entered import office_of
from monitor.alerts.cases.refusals import BadInput, NotAllowed, Seen, StaleVersion
from monitor.charter.office import Office
from monitor.configuration import load
from monitor.store import audit_chain, ticket_rows
from monitor.store.models import Ticket
from tests.desk import Desk
from tests.places import SHIPPED

# The desk's day is Tuesday, 24 November 2026. 25 November is a Wednesday.
HOLIDAY = {
    "what": "closed",
    "date": "2026-11-25",
    "bn": "চাঁদ দেখা",
    "en": "The moon",
    "order": "৪২",
    "dated": "2026-11-24",
}


def enter(desk: Desk, *, dry_run: bool = False, seen: Seen | None = None, **entry: object) -> Consequences:
    with desk.store.write() as session:
        work = replace(desk.work(session, "programmer"), via="console")
        return actions.order_calendar(work, HOLIDAY | entry, dry_run=dry_run, seen=seen)


def in_force(desk: Desk) -> Office:
    """The office as a daemon or a command would know it now."""
    with desk.store.read() as session:
        return office_of(session, load(SHIPPED), desk.clock.utc())


def registered(desk: Desk) -> Ticket:
    with desk.store.write() as session:
        asked = Request("citizen:8", "phone", "রহিম", "ইন্টারনেট নেই", desk.clock.utc())
        return actions.register(desk.work(session, "officer"), asked)


def test_a_holiday_moves_the_deadlines_that_were_announced_and_no_others(desk: Desk) -> None:
    ticket = registered(desk)
    tried = enter(desk, dry_run=True)
    (moved,) = tried.moved
    assert (moved.number, moved.level, moved.officer) == (ticket.number, 0, "responsible")
    assert (moved.before_utc, moved.after_utc) == (
        datetime(2026, 11, 25, 11, 0, tzinfo=UTC),
        datetime(2026, 11, 26, 11, 0, tzinfo=UTC),
    )
    # Nothing is stored by a try.
    assert tried.number is None
    assert not in_force(desk).calendar.orders
    done = enter(desk)
    assert (done.number, done.moved, done.days) == (1, tried.moved, tried.days)
    office = in_force(desk)
    assert not office.calendar.day(dt.date(2026, 11, 25)).working
    with desk.store.write() as session:
        assert recount.open_deadlines(replace(desk.work(session), office=office)) == 1
        row = ticket_rows.numbered(session, ticket.number)
        assert row is not None
        assert row.deadline_utc == moved.after_utc


def test_an_outage_without_a_ticket_and_the_stages_of_an_overdue_one_move_too(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    desk.goes_down("udc-juniadaha")
    desk.look()
    lapses = in_force(desk).stages_from(desk.clock.utc())[0].lapses_utc.astimezone(dt.timezone(dt.timedelta(hours=6)))
    moved = enter(desk, dry_run=True, date="", first="2026-11-25", last=lapses.date().isoformat()).moved
    stages = {each.level for each in moved if each.number}
    assert [each.site for each in moved if not each.number] == ["udc-juniadaha"]
    assert 1 in stages
    assert all(each.after_utc > each.before_utc for each in moved)


def test_an_order_is_undone_by_another_one_and_both_stay_in_the_list(desk: Desk) -> None:
    registered(desk)
    first = enter(desk)
    undone = enter(desk, what="undo", undoes=str(first.number), date="", order="43")
    assert [(old.working, new.working) for old, new in undone.days] == [(False, True)]
    assert [each.after_utc for each in undone.moved] == [each.before_utc for each in first.moved]
    assert in_force(desk).calendar.day(dt.date(2026, 11, 25)).working
    with desk.store.read() as session:
        assert [(each.number, each.undone_by) for each in calendar_orders.orders(session)] == [(1, 2), (2, None)]
    for number, why in (("1", "undone already"), ("2", "undoes another one"), ("9", "no order 9")):
        with pytest.raises(NotAllowed, match=why):
            enter(desk, what="undo", undoes=number, date="")


def test_both_are_acts_in_the_audit_chain(desk: Desk) -> None:
    enter(desk)
    enter(desk, what="undo", undoes=1, date="")
    with desk.store.read() as session:
        assert audit_chain.verify(session).acts == 2
        assert audit_chain.verify(session).fault == ""


def test_what_was_decided_by_an_older_calendar_is_refused(desk: Desk) -> None:
    enter(desk, seen=Seen(0))
    with pytest.raises(StaleVersion):
        enter(desk, seen=Seen(0), date="2026-11-26")
    enter(desk, seen=Seen(1), date="2026-11-26")


@pytest.mark.parametrize(
    ("entry", "field", "why"),
    [
        ({"date": "2026-02-30"}, "date", "'2026-02-30' is not a date"),
        ({"date": ""}, "", "the day is not clear"),
        ({"date": "2036-01-01"}, "date", "too far away"),
        ({"order": " "}, "order", "the number of the order"),
        ({"bn": "", "en": "…"}, "en", "what the order is about"),
        ({"dated": ""}, "dated", "is missing"),
        ({"dated": "2026-12-01"}, "dated", "is to come"),
        ({"what": "shut"}, "what", "Expected"),
        ({"what": "hours"}, "", "there are no hours"),
        ({"what": "hours", "opens": "9", "closes": "13:00"}, "opens", "time of day"),
        ({"what": "hours", "opens": "14:00", "closes": "13:00"}, "", "Expected 'opens' before 'closes'"),
        ({"opens": "09:00", "closes": "13:00"}, "", "hours for days that have none"),
        ({"undoes": "1"}, "", "not clear what is undone"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_by_its_field_and_stores_nothing(
    desk: Desk, entry: dict[str, str], field: str, why: str
) -> None:
    with pytest.raises(BadInput) as refused:
        enter(desk, **entry)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert why in str(refused.value)
    assert not in_force(desk).calendar.orders


def test_a_name_in_one_language_serves_for_both_and_dates_may_be_typed_in_bangla(desk: Desk) -> None:
    enter(desk, en="", date="২০২৬-১১-২৫")
    (order,) = in_force(desk).calendar.orders
    assert (order.en, order.bn, order.start) == ("চাঁদ দেখা", "চাঁদ দেখা", dt.date(2026, 11, 25))
