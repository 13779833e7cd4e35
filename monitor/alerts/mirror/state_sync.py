"""Reconcile the state of a ticket that was changed here, in the help desk, or in both. Pure.

Both sides are compared with what they last agreed on. If one alone changed, it is followed. If both did, a reopening
wins, and otherwise the one that is further along (see `RANK`); at a tie, ours. A side without a change since is never
overruled, so that no change is answered twice and no echo of our own counts as somebody else's.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.alerts.helpdesks.base import Meanings
from monitor.domain.ticket_states import ACTIONS, UNSOLVED, S, TicketState

RANK = {S.OPEN: 0, S.ACKNOWLEDGED: 1, S.IN_PROGRESS: 2, S.WAITING: 2, S.RESOLVED: 3, S.CLOSED: 4, S.WITHDRAWN: 5}
CONTRARY = {"resolve", "reopen"}


@dataclass(frozen=True, slots=True)
class Agreed:
    """The last agreed state: ours, and the status there."""

    state: TicketState
    status: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What is to be done: ``actions`` here, ``push`` of our state to there; ``overruled``: their change is lost."""

    actions: tuple[str, ...] = ()
    push: bool = False
    overruled: bool = False


def reconcile(agreed: Agreed, ours: TicketState, theirs: str, means: Meanings, *, said_again: bool) -> Reconciled:
    """Return what follows from the present states of both sides.

    ``said_again``: since then it was found here that the case is not solved, whatever became of our state.
    """
    there = means.get(theirs, ())
    they_moved = theirs != agreed.status
    we_moved = ours != agreed.state or said_again
    if not there or ours in there or not (we_moved or they_moved):
        return Reconciled()
    actions = way(ours, there)
    if they_moved and actions and (not we_moved or _they_win(agreed.state, ours, there[0], said_again)):
        return Reconciled(actions=actions)
    return Reconciled(push=we_moved, overruled=they_moved and we_moved)


def _they_win(base: TicketState, ours: TicketState, there: TicketState, said_again: bool) -> bool:
    if said_again and ours in UNSOLVED and there not in UNSOLVED:
        return False
    if base not in UNSOLVED and (ours in UNSOLVED) != (there in UNSOLVED):
        return there in UNSOLVED  # a reopening wins
    return RANK[there] > RANK[ours]


def way(ours: TicketState, targets: Sequence[TicketState]) -> tuple[str, ...]:
    """Return the fewest actions that lead to one of ``targets``; none where there is no honest way.

    Nothing is called solved or reopened only to get somewhere else: no way holds both.
    """
    if ours in targets:
        return ()
    waiting: deque[tuple[TicketState, tuple[str, ...]]] = deque([(ours, ())])
    reached: dict[TicketState, tuple[str, ...]] = {ours: ()}
    while waiting:
        state, path = waiting.popleft()
        for name, action in ACTIONS.items():
            there = action.leads_to
            if name == "unack":  # only who acknowledged a ticket takes that back, never a help desk
                continue
            if there is None or there in reached or state not in action.allowed or {*path, name} >= CONTRARY:
                continue
            reached[there] = (*path, name)
            waiting.append((there, (*path, name)))
    found = [reached[target] for target in targets if target in reached]
    return min(found, key=len, default=())
