"""Do what the stored dates require now, in the charter's order."""

from collections.abc import Callable, Sequence
from functools import partial

from monitor.alerts.cases import acknowledgements, complaints, escalation, operators, tickets
from monitor.alerts.cases.set_aside import run_each_alone
from monitor.store.work import Work

MOST_AT_ONCE = 500  # tickets opened in one transaction: others wait for the lock meanwhile


def do_what_is_due(work: Work, most: int | None = None) -> bool:
    """Do what is due, opening at most so many tickets; return whether anything was done."""
    steps: list[Callable[[], Sequence[object]]] = [
        partial(tickets.warn_of_deadlines, work),
        partial(tickets.open_overdue, work, most),
        partial(acknowledgements.advance, work),
        partial(tickets.resolve_recovered, work),
        partial(tickets.reopen_settled, work),
        partial(complaints.notify_requesters, work),
        partial(operators.note_late, work),
        partial(escalation.advance, work),
    ]
    return run_each_alone(work, steps)
