"""Define a help desk: a program that holds our tickets once more, each under a number of its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from monitor.domain.message import Message, Said, message
from monitor.domain.ticket_states import TicketState

Meanings = Mapping[str, tuple[TicketState, ...]]


class DeskUnavailable(Exception):
    """The desk does not answer, or is out of order: any other request would fail the same way."""


class DeskRefused(Exception):
    """The desk refused. ``to_all``: any other request would be refused as well, as with a wrong token."""

    def __init__(self, said: Said, *, to_all: bool = False) -> None:
        super().__init__(said)
        self.to_all = to_all


def not_followed(outside_id: str, wanted: str, found: str) -> Message:
    """Return what is wrong when a ticket did not take the status that was set."""
    return message(
        "ticket {ticket} did not become '{wanted}' but is '{found}'. May the token do that?",
        ticket=outside_id,
        wanted=wanted,
        found=found,
    )


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark written there. ``stream`` and ``id`` grow in the order of writing.

    ``mark``: the mark of our own event that it repeats; empty if somebody else wrote it.
    """

    stream: str
    id: int
    author: str
    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A ticket's state there: its status, who set it (if known), what is new. ``stamp`` changes with it."""

    status: str
    by: str
    stamp: str
    remarks: tuple[Remark, ...]


class Helpdesk(Protocol):
    """One kind of help desk. Every method may raise DeskAway or DeskRefused. Blocks; from one thread at a time.

    ``means``: the states here that each status there may stand for, the likeliest first; other statuses are left alone.
    ``wants``: the status that we set for each of our states. ``fresh``: the status of a new ticket.
    """

    means: Meanings
    wants: Mapping[TicketState, str]
    fresh: str

    def check(self) -> str:
        """Check address, token and queue, changing nothing; return who and what was found."""

    def find(self, number: str) -> str:
        """Return the id there of our ticket ``number``; empty when there is none."""

    def create(self, number: str, subject: str, text: str) -> str:
        """Create a ticket there and return its id."""

    def look(self, outside_id: str, seen: Mapping[str, int], stamp: str) -> View:
        """Return its present state, with the remarks after those ``seen``.

        None are read if the stamp is still ``stamp``.
        """

    def comment(self, outside_id: str, mark: str, text: str) -> None:
        """Write a comment there, marked as ours."""

    def set_status(self, outside_id: str, status: str) -> None:
        """Set this status; raises DeskRefused when it has another afterwards."""


def subject_tag(number: str) -> str:
    """Return the beginning of every subject there, by which a ticket is found again."""
    return f"[{number}]"


def mark_of(number: str, event_id: int) -> str:
    """Return the mark of our remark about an event. Request Tracker takes '[… #7]' for a tag of its own."""
    return f"({number}/{event_id})"


def is_mark(text: str) -> bool:
    """Return whether this is the mark of any ticket's event."""
    return re.fullmatch(r"\(\S{1,40}/\d{1,18}\)", text) is not None


def event_of(mark: str, number: str) -> int | None:
    """Return the event of a mark of this ticket; None if it is another's."""
    found = re.fullmatch(rf"\({re.escape(number)}/(\d{{1,18}})\)", mark)
    return int(found[1]) if found else None
