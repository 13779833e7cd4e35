"""Letters about deadlines that moved: one for each reader, said before, enqueued once, written in both languages."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from monitor.alerts.cases import actions, calendar_orders, recount
from monitor.alerts.cases.calendar_orders import Consequences
from monitor.alerts.channels.base import Letter
from monitor.alerts.channels.email import EmailRecipient
from monitor.alerts.facts.moved import MovedFacts
from monitor.alerts.facts.stored import unpack
from monitor.alerts.notices import render
from monitor.alerts.notices.deliver import recipient_of
from monitor.alerts.notices.moved_dates import MovedDate, letters
from monitor.alerts.notices.routing import ASKER
from monitor.charter.calendar import Calendar
from monitor.charter.office import Office
from monitor.charter.offices import ALONE
from monitor.settings.calendar_file import OrderEntry
from monitor.store.models import CountedCalendar, Notice, Ticket
from tests.alerts.cases.asked import ask
from tests.desk import Desk

HOLIDAY = {
    "what": "closed",
    "date": "2026-11-25",
    "bn": "চাঁদ দেখা",
    "en": "The moon",
    "order": "৪২",
    "dated": "2026-11-24",
}
REOPENED: dict[str, object] = {"what": "undo", "undoes": 1, "order": "43", "dated": "2026-11-24"}


def count(desk: Desk, office: Office | None = None, then: Callable[[], None] = lambda: None) -> int:
    """What the daemon does with an office that is another one than at its last turn."""
    with desk.store.write() as session:
        ordered = desk.office.calendar.ordered(calendar_orders.orders_in_force(session))
        by = office or replace(desk.office, calendar=ordered)
        moved = recount.open_deadlines(replace(desk.work(session), office=by))
        session.flush()
        then()
        return moved


def the_power_is_gone() -> None:
    raise RuntimeError("the power is gone")


def order(desk: Desk, entry: Mapping[str, object], *, dry_run: bool = False) -> Consequences:
    with desk.store.write() as session:
        return actions.order_calendar(replace(desk.work(session), via="console"), entry, dry_run=dry_run)


def moved_letters(desk: Desk) -> list[tuple[str, MovedFacts]]:
    with desk.store.read() as session:
        rows = session.scalars(select(Notice).where(Notice.kind == "moved").order_by(Notice.id)).all()
        return [(row.recipient, facts) for row in rows if isinstance(facts := unpack(row.kind, row.facts), MovedFacts)]


def dates(found: list[tuple[str, MovedFacts]]) -> set[tuple[str, str, str, int, datetime, datetime]]:
    return {
        (reader, each.number, each.site.id if each.site else "", each.stage, each.before, each.after)
        for reader, facts in found
        for each in facts.moved.items
    }


def said_before(found: Consequences) -> set[tuple[str, str, str, int, datetime, datetime]]:
    return {
        (letter.recipient, each.number, each.site, each.level, each.before_utc, each.after_utc)
        for letter in found.letters
        for each in letter.moved
    }


def busy(desk: Desk) -> list[str]:
    """Three requests, two by one person, an overdue outage at its first stage, and one without a ticket."""
    numbers = [ask(desk), ask(desk), ask(desk, email="other@example.org"), ask(desk, email="")]
    desk.goes_down("backbone-north")
    desk.look()
    desk.goes_down("udc-juniadaha")
    desk.look()
    count(desk)
    return numbers


def a_stage_ends(desk: Desk) -> str:
    """The day on which the running stage of the overdue ticket ends."""
    with desk.store.read() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.stage > 0)).one()
        assert ticket.breached_utc is not None
        return desk.office.stages_from(ticket.breached_utc)[0].lapses_utc.date().isoformat()


def test_what_the_preview_says_is_what_is_then_enqueued(desk: Desk) -> None:
    busy(desk)
    span = {"date": "", "first": "2026-11-25", "last": a_stage_ends(desk)}
    tried = order(desk, HOLIDAY | span, dry_run=True)
    assert moved_letters(desk) == []
    order(desk, HOLIDAY | span)
    count(desk)
    found = moved_letters(desk)
    assert dates(found) == said_before(tried)
    # One letter for each reader: the officer, the holder of the stage, and two people who asked, one of them twice.
    assert sorted(reader for reader, _ in found) == ["asker", "asker", "grievance", "responsible"]
    assert [letter.recipient for letter in tried.letters] == [reader for reader, _ in found]
    assert {facts.moved.count for reader, facts in found if reader == ASKER} == {1, 2}
    # Nobody hears of stages that have not begun.
    assert {each.stage for _, facts in found for each in facts.moved.items} == {0, 1}


def test_the_letter_names_the_order_and_both_dates_in_both_languages(desk: Desk) -> None:
    number = ask(desk)
    count(desk)
    order(desk, HOLIDAY)
    count(desk)
    (officer, _), (asker, _) = moved_letters(desk)
    assert (officer, asker) == ("responsible", ASKER)
    with desk.store.read() as session:
        for row in session.scalars(select(Notice).where(Notice.kind == "moved")):
            letter = Letter(row.id, row.kind, row.recipient, "<a@b>", "<a@b>", row.created_utc, 1, row.facts)
            rendered = render.render(letter)
            for part in (rendered.text, rendered.html):
                assert "The moon (order 42 of 24/11/2026)" in part
                assert "26 November 2026, 17:00, no longer Wednesday, 25 November 2026, 17:00" in part
                for words in ("২৫ নভেম্বর ২০২৬, ১৭:০০", "২৬ নভেম্বর ২০২৬, ১৭:০০", "চাঁদ দেখা"):
                    assert words in part
                assert number in part
            to = recipient_of(desk.office, letter)
            assert (to.address == "teacher@example.org") is (row.recipient == ASKER)


def test_nothing_moves_and_nobody_gets_a_letter(desk: Desk) -> None:
    busy(desk)
    far = HOLIDAY | {"date": "2028-06-20"}
    assert order(desk, far, dry_run=True).letters == ()
    order(desk, far)
    assert count(desk) == 0
    assert moved_letters(desk) == []


def test_an_order_that_is_undone_writes_again_with_the_order_that_undid_it(desk: Desk) -> None:
    ask(desk, email="")
    count(desk)
    order(desk, HOLIDAY)
    count(desk)
    tried = order(desk, REOPENED, dry_run=True)
    order(desk, REOPENED)
    count(desk)
    first, second = (facts for _, facts in moved_letters(desk))
    assert [each.number for each in first.orders] == [1]
    assert [(each.number, each.what) for each in second.orders] == [(2, "undo")]
    assert (first.by_files, second.by_files) == (False, False)
    assert first.moved.items[0].before == second.moved.items[0].after
    assert dates([("responsible", second)]) == said_before(tried)


def test_an_order_and_its_undoing_between_two_looks_write_nothing(desk: Desk) -> None:
    ask(desk)
    count(desk)
    order(desk, HOLIDAY)
    order(desk, REOPENED)
    assert count(desk) == 0
    assert moved_letters(desk) == []
    # The next order is told of alone.
    order(desk, HOLIDAY)
    count(desk)
    assert {each.number for _, facts in moved_letters(desk) for each in facts.orders} == {3}


def test_however_often_it_is_counted_each_letter_is_enqueued_once(desk: Desk) -> None:
    busy(desk)
    order(desk, HOLIDAY | {"date": "", "first": "2026-11-25", "last": a_stage_ends(desk)})
    count(desk)
    once = moved_letters(desk)
    for _ in range(3):
        desk.clock.advance(1)
        assert count(desk) == 0
    assert moved_letters(desk) == once


def test_a_count_that_is_cut_short_leaves_nothing_and_is_made_up_for_whole(desk: Desk) -> None:
    busy(desk)
    order(desk, HOLIDAY | {"date": "", "first": "2026-11-25", "last": a_stage_ends(desk)})
    with pytest.raises(RuntimeError, match="the power is gone"):
        count(desk, then=the_power_is_gone)
    assert moved_letters(desk) == []
    assert count(desk)
    # The ends of stages too, which no row of a ticket holds.
    assert 1 in {each.stage for _, facts in moved_letters(desk) for each in facts.moved.items}


def with_files(desk: Desk, *days: str) -> Office:
    """The office with a calendar.toml that closes it on more days."""
    closed = tuple(
        OrderEntry(date=dt.date.fromisoformat(day), bn="ছুটি", en="Holiday", order="7", dated=dt.date(2026, 11, 1))
        for day in days
    )
    calendar = desk.office.calendar
    base = calendar.base.model_copy(update={"closed": (*calendar.base.closed, *closed)})
    return replace(desk.office, calendar=Calendar.of(base, calendar.holidays, calendar.orders))


def test_a_changed_file_of_the_calendar_writes_the_same_letters_and_says_so(desk: Desk) -> None:
    busy(desk)
    changed = with_files(desk, "2026-11-25", a_stage_ends(desk))
    count(desk, changed)
    found = moved_letters(desk)
    assert {reader for reader, _ in found} == {"responsible", "grievance", ASKER}
    assert all(facts.by_files and not facts.orders for _, facts in found)
    # Read again, it moves nothing.
    desk.clock.advance(1)
    assert count(desk, changed) == 0


def test_what_an_earlier_version_stored_of_the_last_count_stops_nothing(desk: Desk) -> None:
    ask(desk)
    count(desk)
    with desk.store.write() as session:
        session.merge(CountedCalendar(office=ALONE, id=1, files={"calendar": {"weekend": 7}}, last_order=0))
    order(desk, HOLIDAY)
    assert count(desk) == 1
    assert [facts.by_files for _, facts in moved_letters(desk)] == [True, True]


def test_the_history_says_that_the_end_of_a_stage_moved_too(desk: Desk) -> None:
    busy(desk)
    order(desk, HOLIDAY | {"date": a_stage_ends(desk)})
    count(desk)
    with desk.store.read() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.stage > 0)).one()
        event = ticket.events[-1]
    assert (event.kind, event.reason["stage"] if event.reason else 0) == ("recounted", 1)


def test_a_further_reader_gets_what_concerns_the_sites_that_it_wants(desk: Desk, office: Office) -> None:
    at = desk.clock.utc()
    moved = [
        MovedDate("A-1", "udc-juniadaha", "citizen:8", 0, at, at + dt.timedelta(days=1), "responsible"),
        MovedDate("A-2", "backbone-north", "citizen:10", 1, at, at + dt.timedelta(days=1), "grievance"),
        MovedDate("A-3", "", "citizen:1", 2, at, at + dt.timedelta(days=1), "appeal", runs=False),
    ]
    with_reader = replace(office, recipients={"centre": _reader(site_kinds=("udc",)), "boss": _reader(stages=(1,))})
    assert {each.recipient: [one.number for one in each.moved] for each in letters(with_reader, moved)} == {
        "responsible": ["A-1"],
        "centre": ["A-1"],
        "grievance": ["A-2"],
        "boss": ["A-2"],
    }


def _reader(**wants: Any) -> EmailRecipient:
    return EmailRecipient(email="x@example.org", **wants)
