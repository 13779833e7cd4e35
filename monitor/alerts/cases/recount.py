"""Recompute running deadlines when the calendar or charter changes: a line in the history, and letters about it.

Only deadlines still ahead are recomputed. A target missed by the calendar of its day stays missed. Ends of stages are
stored nowhere: they move with the calendar, so that by which they were counted last is stored. Whatever stops the
daemon, and whenever, dates, history, letters and that calendar are of one transaction.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from monitor.alerts.cases.calendar_orders import EnteredOrder, in_force_at, orders
from monitor.alerts.notices.gather import deadline_of, deadline_of_outage
from monitor.alerts.notices.moved import Moving, enqueue_moved
from monitor.alerts.notices.moved_dates import MovedDate, outage_target, stages, target
from monitor.charter.calendar import Calendar
from monitor.charter.deadline import Deadline
from monitor.charter.office import Office
from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.settings.calendar_file import CalendarFile, HolidaysFile, from_plain
from monitor.store import calendar_rows, outage_rows, ticket_history, ticket_rows
from monitor.store.models import DeadlineRecount, Outage, Ticket
from monitor.store.work import Work

Counted = TypeVar("Counted", Ticket, Outage)


@dataclass(frozen=True, slots=True)
class _LastCount:
    """The calendar of the last count, and the number of the last order in it."""

    calendar: Calendar
    last_order: int


def open_deadlines(work: Work) -> int:
    """Recompute every running deadline by the office's present charter and calendar; return how many moved.

    Whoever is concerned gets one letter about all that moved.
    """
    entered = orders(work.session)
    last, last_order = _last_count(work, entered), _last_order(work.office.calendar, entered)
    moved = [*_targets(work), *_outages(work), *(_stages(work, last.calendar) if last else ())]
    if moved:
        enqueue_moved(work, moved, _moving(work.office.calendar, entered, last, last_order))
    if last is None or last_order != last.last_order or work.office.calendar != last.calendar:
        calendar_rows.store_count(work.session, _files_of(work.office.calendar), last_order)
    return len(moved)


def _targets(work: Work) -> Iterator[MovedDate]:
    for ticket in ticket_rows.running(work.session, work.now_utc):
        before_utc = ticket.deadline_utc
        if (change := _move(work.office, ticket, deadline_of)) is not None:
            ticket_history.record(work, ticket, "recounted", reason=change)
            yield target(work.office, ticket, before_utc, ticket.deadline_utc)


def _outages(work: Work) -> Iterator[MovedDate]:
    for outage in outage_rows.running_without_ticket(work.session, work.now_utc):
        before_utc = outage.deadline_utc
        if (change := _move(work.office, outage, deadline_of_outage)) is not None:
            outage.recounts.append(DeadlineRecount(at_utc=work.now_utc, reason=change))  # for its ticket, if it comes
            yield outage_target(work.office, outage, before_utc, outage.deadline_utc)


def _stages(work: Work, before: Calendar) -> Iterator[MovedDate]:
    """Yield the ends of present stages that have moved since the last count, with a line in the history."""
    if before == work.office.calendar:
        return
    earlier = replace(work.office, calendar=before)
    for ticket in ticket_rows.at_a_stage(work.session):
        if ticket.service not in work.office.charter.services:
            continue
        for each in stages(ticket, earlier, work.office, work.now_utc):
            if each.runs:
                dates = {"before": each.before_utc, "after": each.after_utc}
                moved = reason(ReasonCode.STAGE_END_MOVED, stage=each.level, **dates)
                ticket_history.record(work, ticket, "recounted", reason=moved)
                yield each


def _move(office: Office, row: Counted, count: Callable[[Office, Counted], Deadline]) -> Reason | None:
    """Move the row's deadline; return the change as a reason, None when there is none."""
    if row.service not in office.charter.services:  # what was promised then stays promised
        return None
    before_utc, row.deadline_utc = row.deadline_utc, count(office, row).due_utc
    if row.deadline_utc == before_utc:
        return None
    return reason(ReasonCode.DEADLINE_MOVED, before=before_utc, after=row.deadline_utc)


def _last_count(work: Work, entered: list[EnteredOrder]) -> _LastCount | None:
    """Return the last count; None before the first, and where an earlier version's files are none any more."""
    stored = calendar_rows.last_count(work.session)
    if stored is None:
        return None
    try:
        base = from_plain(CalendarFile, stored.files["calendar"])
        holidays = from_plain(HolidaysFile, stored.files["holidays"])
    except (KeyError, TypeError, ValueError):
        return None
    return _LastCount(Calendar.of(base, holidays, in_force_at(entered, stored.last_order)), stored.last_order)


def _files_of(calendar: Calendar) -> dict[str, object]:
    return {
        "calendar": calendar.base.model_dump(mode="json"),
        "holidays": calendar.holidays.model_dump(mode="json"),
    }


def _last_order(calendar: Calendar, entered: list[EnteredOrder]) -> int:
    """Return the number of the last order that is in the calendar, or that undid one of it; 0 for none."""
    numbers = [0, *(each.number for each in entered)]
    return next((number for number in reversed(numbers) if in_force_at(entered, number) == calendar.orders), 0)


def _moving(calendar: Calendar, entered: list[EnteredOrder], last: _LastCount | None, last_order: int) -> Moving:
    """Return what moved the dates: the orders since the last count, and whether the files changed since."""
    if last is None:
        return Moving(by_files=True)
    fresh = [(each.number, each.change) for each in entered if last.last_order < each.number <= last_order]
    return Moving(fresh, (calendar.base, calendar.holidays) != (last.calendar.base, last.calendar.holidays))
