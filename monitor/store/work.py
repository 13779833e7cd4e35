"""Define the unit of work: one transaction, with its actor, time and office."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, TypeVar

from sqlalchemy.orm import Session

from monitor.charter.office import Office
from monitor.domain.ticket_states import MONITOR
from monitor.store.models import ChainHead, LastNumber
from monitor.store.new_rows import store_portion
from monitor.store.notice_rows import TicketNotice

PORTION = 50

T = TypeVar("T")


@dataclass(slots=True)
class Known:
    """The values that one transaction queries only once; None, or no entry, until they are asked for.

    ``sites_down``: those with an open outage; ``sites_with_tickets``: those that ever had a ticket of an outage.
    ``last_numbers``: the last number given to a ticket, by year; ``head``: the last hash of the history. Both are
    locked from then on, where the database locks rows: so they are asked for late. ``notices``: those of a ticket,
    by its number.
    """

    sites_down: set[str] | None = None
    sites_with_tickets: set[str | None] | None = None
    last_numbers: dict[int, LastNumber] = field(default_factory=dict)
    head: ChainHead | None = None
    notices: dict[str, list[TicketNotice]] = field(default_factory=dict)

    def forget(self) -> None:
        """Clear all: a part of the transaction was rolled back."""
        self.sites_down = self.sites_with_tickets = self.head = None
        self.last_numbers.clear()
        self.notices.clear()


class HistoryLine(NamedTuple):
    """A line that a transaction adds to the history of a ticket."""

    ticket: str
    site: str
    kind: str


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction on the database of ``office``, done at ``now_utc`` by ``actor``, the monitor or a person.

    For the thread that owns ``session``, until its transaction ends. ``history``: the lines it adds to tickets'
    histories. ``via``: how a person does it, 'cli', 'console' or 'api': such acts are recorded (`store.acts`); empty
    for the monitor and a help desk. ``address``: from which address.
    """

    session: Session
    office: Office
    now_utc: datetime
    actor: str = MONITOR
    known: Known = field(default_factory=Known)
    history: list[HistoryLine] = field(default_factory=list)
    via: str = ""
    address: str = ""

    def at(self, now_utc: datetime) -> "Work":
        """Return the same transaction, at another time."""
        return replace(self, now_utc=now_utc)

    def in_portions(self, items: Iterable[T]) -> Iterator[T]:
        """Yield ``items``, and store what was added after every `PORTION` of them.

        A server ends a transaction that has asked for nothing too long: in a storm, what a busy machine needs for
        hundreds of tickets in one go.
        """
        for number, item in enumerate(items, 1):
            yield item
            if number % PORTION == 0:
                store_portion(self.session)

    def by(self, actor: str) -> "Work":
        """Return the same transaction, by another actor."""
        return replace(self, actor=actor)
