"""Work out what a ticket was at an earlier time, from its row and the steps of its history. Pure.

So a report of a finished month does not change by what is done to its tickets later: resolved, reopened, raised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.reasons import ReasonCode
from monitor.domain.ticket_states import TicketSource
from monitor.store.promise_queries import StagedTicket
from monitor.store.report_rows import StepRow, TicketRow

STATES = ("ack", "start", "wait", "resolved", "reopened")


@dataclass(frozen=True, slots=True)
class TicketThen:
    """A ticket as it was at ``at_utc``.

    ``asked``: it is somebody's request. ``began_utc``: what its time is counted from; ``deadline_utc``: by when it was
    due, None where that is not known any more, because it was resolved in time and reopened after ``at_utc``.
    ``acknowledged_utc``: when it first was; ``resolved_utc``: when it was resolved last, None while it is open;
    ``reopened_utc``: each time. ``staged``: what its stages are counted by, None before its deadline was missed.
    ``stopped_utc``: since when it waits.
    """

    at_utc: datetime
    number: str
    service: str
    site: str | None
    asked: bool
    opened_utc: datetime
    began_utc: datetime
    deadline_utc: datetime | None
    acknowledged_utc: datetime | None
    resolved_utc: datetime | None
    reopened_utc: Sequence[datetime]
    staged: StagedTicket | None
    stopped_utc: datetime | None


def ticket_then(row: TicketRow, steps: Sequence[StepRow], at_utc: datetime) -> TicketThen:
    """Return what the ticket was then; ``steps``: all of its history, in their order."""
    before = [step for step in steps if step.at_utc <= at_utc]
    after = [step for step in steps if step.at_utc > at_utc]
    last = next((step for step in reversed(before) if step.kind in STATES), None)
    if row.resolved_utc is not None and row.resolved_utc <= at_utc:
        resolved_utc: datetime | None = row.resolved_utc
    else:
        resolved_utc = last.at_utc if last is not None and last.kind == "resolved" else None
    restarts = [step for step in before if _restarts_target(step)]
    restarted_later = any(_restarts_target(step) for step in after)
    began_utc = restarts[-1].at_utc if restarts else row.opened_utc if restarted_later else row.event_utc
    return TicketThen(
        at_utc,
        row.number,
        row.service,
        row.site,
        row.source != TicketSource.OUTAGE,
        row.opened_utc,
        began_utc,
        None if restarted_later else row.deadline_utc,
        _acknowledged(before),
        resolved_utc,
        [step.at_utc for step in before if step.kind == "reopened"],
        _staged(row, before, after, resolved_utc, at_utc),
        last.at_utc if last is not None and last.kind == "wait" else None,
    )


def _acknowledged(steps: Sequence[StepRow]) -> datetime | None:
    """Return when it was first acknowledged; one that was taken back does not count."""
    first: datetime | None = None
    for step in steps:
        if step.kind == "ack":
            first = first or step.at_utc
        elif step.kind == "unack":
            first = None
    return first


def _staged(
    row: TicketRow,
    before: Sequence[StepRow],
    after: Sequence[StepRow],
    resolved_utc: datetime | None,
    at_utc: datetime,
) -> StagedTicket | None:
    stage = row.stage - sum(step.kind == "stage" for step in after)
    if stage <= 0 or row.breached_utc is None or row.breached_utc > at_utc:
        return None
    level, from_utc = row.anew_level, row.anew_utc
    if from_utc is not None and from_utc > at_utc:
        level, from_utc = _last_restart(before)
    waits = [wait for wait in row.waits if datetime.fromisoformat(wait[1]) <= at_utc]
    return StagedTicket(stage, row.breached_utc, resolved_utc, level, from_utc, waits)


def _last_restart(before: Sequence[StepRow]) -> tuple[int, datetime | None]:
    """Return the stage that was restarted last, and when; 0 and None without any."""
    for step in reversed(before):
        if step.reason is not None and step.reason.code is ReasonCode.STAGE_RESTARTED:
            level = step.reason["stage"]
            return (level, step.at_utc) if isinstance(level, int) else (0, None)
    return 0, None


def _restarts_target(step: StepRow) -> bool:
    """Return whether a reopening gave the ticket its whole time again: it had been resolved in time."""
    return step.kind == "reopened" and step.reason is not None and step.reason.code is ReasonCode.TARGET_RESTARTED
