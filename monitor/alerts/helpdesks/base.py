"""What a help desk is to us: an address where our tickets stand once more, each under a number of its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from monitor.domain.ticket_states import TicketState

Meanings = Mapping[str, tuple[TicketState, ...]]


class DeskAway(Exception):
    """It does not answer, or says that it is out of order: whatever is asked next would fail the same way."""


class DeskRefused(Exception):
    """It answers and says no. ``to_all``: nobody would get another answer, as with a wrong token."""

    def __init__(self, message: str, *, to_all: bool = False) -> None:
        super().__init__(message)
        self.to_all = to_all


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that was written there. ``stream`` and ``id`` grow in the order of writing.

    ``mark``: the mark of our own event that it tells; empty if somebody else wrote it.
    """

    stream: str
    id: int
    author: str
    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """How a ticket stands there: its status, who set it (if that is known), what is new. ``stamp`` changes with it."""

    status: str
    by: str
    stamp: str
    remarks: tuple[Remark, ...]


class Helpdesk(Protocol):
    """One kind of help desk. Every method may raise DeskAway or DeskRefused.

    ``means``: what each status there can stand for here, the likeliest first; a status that is missing from it stands
    for nothing and is left alone. ``wants``: the status that we set for each of our states. ``fresh``: what a new
    ticket has there.
    """

    means: Meanings
    wants: Mapping[TicketState, str]
    fresh: str

    def check(self) -> str:
        """Asks, changing nothing, whether address, token and queue are right; returns who and what was found."""

    def find(self, number: str) -> str:
        """The id there of our ticket ``number``; empty when there is none."""

    def create(self, number: str, subject: str, text: str) -> str:
        """Makes a ticket there and returns its id."""

    def look(self, outside_id: str, seen: Mapping[str, int], stamp: str) -> View:
        """How it stands now, with the remarks after those ``seen``; none are read if the stamp is still ``stamp``."""

    def comment(self, outside_id: str, mark: str, text: str) -> None:
        """Writes something down there, marked as ours."""

    def set_status(self, outside_id: str, status: str) -> None:
        """Gives it this status; raises DeskRefused when it has another afterwards."""


def subject_tag(number: str) -> str:
    """What every subject there begins with, and what a ticket is found again by."""
    return f"[{number}]"


def mark_of(number: str, event_id: int) -> str:
    """What tells our remark about an event from all others. Request Tracker takes '[… #7]' for a tag of its own."""
    return f"({number}/{event_id})"


def is_mark(text: str) -> bool:
    """Whether this is the mark of any ticket's event."""
    return re.fullmatch(r"\(\S{1,40}/\d{1,18}\)", text) is not None


def event_of(mark: str, number: str) -> int | None:
    """The event that a mark of this ticket stands for; None if it is another's."""
    found = re.fullmatch(rf"\({re.escape(number)}/(\d{{1,18}})\)", mark)
    return int(found[1]) if found else None
