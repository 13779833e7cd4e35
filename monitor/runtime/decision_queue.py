"""Keep the decisions that are not stored yet, in their order, each with its time and its lease."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from monitor.alerts.cases import redate
from monitor.charter.offices import ALONE
from monitor.domain.leases import Lease
from monitor.domain.log_events import LogEvent
from monitor.judging.clock_trust import Move
from monitor.judging.decisions import Decision, OutageClosed, OutageOpened
from monitor.logs.emit import emit

log = logging.getLogger(__name__)

MOST_WAITING = 100_000
OF_A_SITE = 2
"""Decisions of each site for which there always is room: its first state, which a start makes, and one more."""


class Waiting(NamedTuple):
    """A decision that is not stored yet. ``lease``: by which it is stored; None where the database is a file."""

    decision: Decision
    decided_utc: datetime
    lease: Lease | None


class DecisionQueue:
    """The queue; on the event loop. ``sites``: returns how many there are, from which decisions come.

    What is set aside is not in it until it is taken up, one office after another. ``office_of``: returns a site's.
    """

    def __init__(self, sites: Callable[[], int], office_of: Callable[[str], str] = lambda _: ALONE) -> None:
        self._sites, self._office_of = sites, office_of
        self._waiting: deque[Waiting] = deque()
        self._aside: dict[str, Waiting] = {}  # by site
        self._turns: dict[str, deque[str]] = {}  # by office, sites that were set aside; some of them no longer are
        self._changed = asyncio.Event()  # another one after each change

    def __len__(self) -> int:
        return len(self._waiting) + len(self._aside)

    def __iter__(self) -> Iterator[Waiting]:
        return iter(self._waiting)

    def add(self, waiting: Sequence[Waiting]) -> None:
        """Add decisions at the end, each behind what was set aside of its site."""
        if self._aside:
            sites = dict.fromkeys(str(getattr(each.decision, "site", "")) for each in waiting)
            self._waiting += [self._aside.pop(site) for site in sites if site in self._aside]
        self._waiting += waiting
        if len(self._waiting) > (most := max(MOST_WAITING, OF_A_SITE * self._sites())):
            self._make_room(most // 2)

    def set_aside(self, site: str, first: Waiting) -> None:
        """Keep the first decision about a site until others have been stored, or there is another one about it."""
        self._aside[site] = first
        self._turns.setdefault(self._office_of(site), deque()).append(site)

    def take_up(self, most: int | None = None) -> None:
        """Add so many of those that were set aside, or all; of one office together, which are stored in one go."""
        taken: list[Waiting] = []
        while self._turns and (most is None or len(taken) < most):
            office, sites = next(iter(self._turns.items()))
            if (first := self._aside.pop(sites.popleft(), None)) is not None:
                taken.append(first)
            if not sites:
                del self._turns[office]
        self.add(taken)

    def _make_room(self, room: int) -> None:
        """Drop the oldest half of what is no outage; only if that is not enough, the oldest of all.

        A database that refuses for weeks must not cost the monitor its memory, nor a restart all that is queued.
        """
        kept = [one for one in self._waiting if isinstance(one.decision, OutageOpened | OutageClosed)][-room:]
        others = [one for one in self._waiting if not isinstance(one.decision, OutageOpened | OutageClosed)]
        others = others[-room // 2 :]
        lost = len(self._waiting) - len(kept) - len(others)
        keep = {id(one) for one in (*kept, *others)}
        self._replace(one for one in self._waiting if id(one) in keep)
        text = "%d of the decisions that wait for the database are lost: there is no more room for them"
        emit(log, LogEvent.DECISIONS_LOST, text, lost, count=lost)

    def remove(self, stored: Collection[Waiting]) -> None:
        """Remove what is stored; some of it may have been dropped meanwhile."""
        ids = set(map(id, stored))
        while self._waiting and id(self._waiting[0]) in ids:
            self._waiting.popleft()
        self._note_change()

    def drop(self, leases: Collection[Lease]) -> None:
        """Drop what was decided by leases that are another's now."""
        self._aside = {site: each for site, each in self._aside.items() if each.lease not in leases}
        self._replace(each for each in self._waiting if each.lease not in leases)

    def redate(self, move: Move) -> None:
        """Move the dates of what was decided by a clock that was wrong."""
        self._aside = {site: _redated(each, move) for site, each in self._aside.items()}
        self._replace(_redated(each, move) for each in self._waiting)

    async def without(self, leases: Collection[Lease]) -> None:
        """Wait until nothing is left that was decided by these leases."""
        while any(each.lease in leases for each in chain(self._waiting, self._aside.values())):
            await self._changed.wait()

    def _replace(self, waiting: Iterator[Waiting]) -> None:
        self._waiting = deque(waiting)
        self._note_change()

    def _note_change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _redated(waiting: Waiting, move: Move) -> Waiting:
    decision, decided_utc, lease = waiting
    return Waiting(redate.redated(decision, decided_utc, move), decided_utc + move.by, lease)
