"""Redate what was dated by a suspect clock, when another time is trusted.

Otherwise an outage of a minute would be 56 years old after a boot in 1970, and go to the last stage of the grievance
chain at once; or one that began by a clock of next year would not be due for months.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.alerts.notices.gather import deadline_of, deadline_of_outage
from monitor.charter.office import Office
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.sample import Sample
from monitor.judging.clock_trust import Move
from monitor.judging.decisions import Decision
from monitor.store import ticket_history, ticket_rows
from monitor.store.dated_rows import DATES, ENDS, Written, rows_after
from monitor.store.models import Gap, Notice, Outage, Ticket
from monitor.store.work import Work


def redate(work: Work, move: Move, written: Written | None = None) -> None:
    """Move all dates since then of past and running events; deadlines are counted from the new ones.

    ``written``: what alone was dated so, where several daemons write.

    Dates in plans (when a notice is due, until when a ticket is acknowledged) stay. The history of tickets cannot be
    altered: a further line of it says by how much those before are wrong. Nothing ends before it began, and nothing
    begins later than now.
    """
    work.session.flush()
    moved: dict[type[Any], list[Any]] = {}
    wrong_from_utc = min(move.since_utc, work.now_utc)
    opened_then = rows_after(work.session, Ticket, "opened_utc", wrong_from_utc, written)
    begun_then = rows_after(work.session, Ticket, "event_utc", wrong_from_utc, written)
    for table, columns in DATES.items():
        for column in columns:
            for row in rows_after(work.session, table, column, wrong_from_utc, written):
                moved.setdefault(table, []).append(row)
                setattr(row, column, min(_moved(getattr(row, column), move), work.now_utc))
    if written is not None:
        _move_whole_gaps(moved.get(Gap, ()), move, wrong_from_utc)
    for table, (begin, end) in ENDS.items():
        for row in moved.get(table, ()):
            if getattr(row, end) is not None:
                setattr(row, end, max(getattr(row, begin), getattr(row, end)))
    for notice in moved.get(Notice, ()):
        if notice.sent_utc is None and notice.dead_utc is None:
            notice.due_utc = min(notice.due_utc, max(notice.due_utc + move.by, work.now_utc))
    for outage in dict.fromkeys(moved.get(Outage, ())):
        if outage.service in work.office.charter.services:
            outage.deadline_utc = deadline_of_outage(work.office, outage).due_utc
    waited = [] if written is not None and written.sites is not None else _redate_waits(work, move, wrong_from_utc)
    _recount(work.office, opened_then, [*begun_then, *waited])
    _note_in_histories(work, move, written)


def _move_whole_gaps(gaps: Sequence[Gap], move: Move, wrong_from_utc: datetime) -> None:
    """Move the beginnings too of times for which nobody held a shard: a daemon that took it counted back from then."""
    for gap in gaps:
        if not gap.uplink and gap.started_utc <= wrong_from_utc:
            gap.started_utc += move.by


def _recount(office: Office, opened_then: Sequence[Ticket], others: Sequence[Ticket]) -> None:
    """Count deadlines from the moved dates; targets that others had missed by then stay missed."""
    for ticket in (*opened_then, *(each for each in others if each.breached_utc is None)):
        if ticket.service in office.charter.services:
            ticket.deadline_utc = deadline_of(office, ticket).due_utc
            ticket.breached_utc = ticket.breached_utc and ticket.deadline_utc


def _redate_waits(work: Work, move: Move, wrong_from_utc: datetime) -> list[Ticket]:
    """Move the waits of unsettled tickets; return the tickets of which one was moved."""
    changed = []
    for ticket in ticket_rows.unsolved(work.session):
        ends = [[datetime.fromisoformat(end) for end in wait] for wait in ticket.waits]
        if any(end > wrong_from_utc for wait in ends for end in wait):
            ticket.waits = [[min(_moved(end, move), work.now_utc).isoformat() for end in wait] for wait in ends]
            changed.append(ticket)
    return changed


def redated(decision: Decision, decided_utc: datetime, move: Move) -> Decision:
    """Return a decision that was made before the move, with its dates moved; planned later dates stay."""
    changes: dict[str, Any] = {}
    for field in fields(decision):
        value = getattr(decision, field.name)
        if isinstance(value, datetime) and value <= decided_utc:
            changes[field.name] = _moved(value, move)
        elif isinstance(value, Sample):
            changes[field.name] = value._replace(started_utc=_moved(value.started_utc, move))
    return replace(decision, **changes)


def _moved(at_utc: datetime, move: Move) -> datetime:
    return at_utc + move.by if at_utc > move.since_utc else at_utc


def _note_in_histories(work: Work, move: Move, written: Written | None) -> None:
    """Add to each history with lines from that time by how much they are wrong."""
    if not move.by:
        return
    until_utc, sites = (None, None) if written is None else (written.until_utc, written.sites)
    tickets = ticket_rows.with_history_after(work.session, move.since_utc, until_utc, sites)
    code = ReasonCode.REDATED_LATER if move.by > timedelta(0) else ReasonCode.REDATED_EARLIER
    wrong = reason(code, since=move.since_utc, seconds=round(abs(move.by).total_seconds()))
    for ticket in tickets:
        ticket_history.record(work, ticket, "redated", reason=wrong)
