"""The states of a ticket and what a person can do to it.

States, and the action that leads from one to another::

    open ──ack──> acknowledged ──start──> in_progress <──start / wait──> waiting
      │                │                      │                             │
      └────────────────┴───────resolve────────┴─────────────────────────────┘
                                  │
                                  v
    open <──reopen── resolved ──close──> closed ──reopen──> open

    acknowledged ──unack──> open
    open, acknowledged, in_progress, waiting, resolved ──withdraw──> withdrawn

``comment`` and ``raise`` leave the state as it is. ``unack`` takes an acknowledgement back. An ``ack`` may have an end:
what is still acknowledged then is open again. Only a request is withdrawn, which was registered by mistake: it counts
nowhere and stays so. Every change is an event with actor, time and text; events only ever grow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MONITOR = "monitor"


class TicketState(StrEnum):
    """The state of a ticket; see the drawing above."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class TicketSource(StrEnum):
    """The source of a ticket: an outage, or how a request came in."""

    OUTAGE = "outage"
    PHONE = "phone"
    PERSON = "person"
    EMAIL = "email"
    LETTER = "letter"


WAYS = tuple(source for source in TicketSource if source is not TicketSource.OUTAGE)

S = TicketState
UNSOLVED = (S.OPEN, S.ACKNOWLEDGED, S.IN_PROGRESS, S.WAITING)


@dataclass(frozen=True, slots=True)
class Action:
    """An act on a ticket: from which states, and to which (None: it stays)."""

    allowed: tuple[TicketState, ...]
    leads_to: TicketState | None


ACTIONS: Mapping[str, Action] = {
    "ack": Action((S.OPEN,), S.ACKNOWLEDGED),
    "unack": Action((S.ACKNOWLEDGED,), S.OPEN),
    "start": Action((S.OPEN, S.ACKNOWLEDGED, S.WAITING), S.IN_PROGRESS),
    "wait": Action((S.OPEN, S.ACKNOWLEDGED, S.IN_PROGRESS), S.WAITING),
    "resolve": Action(UNSOLVED, S.RESOLVED),
    "close": Action((S.RESOLVED,), S.CLOSED),
    "reopen": Action((S.RESOLVED, S.CLOSED), S.OPEN),
    "withdraw": Action((*UNSOLVED, S.RESOLVED), S.WITHDRAWN),
    "raise": Action(UNSOLVED, None),
    "comment": Action(tuple(S), None),
}
