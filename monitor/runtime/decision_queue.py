"""Keep the decisions that are not stored yet, in their order, each with its time and its lease."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from monitor.alerts.cases import redate
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
    """The queue; on the event loop. ``sites``: returns how many there are, from which decisions come."""

    def __init__(self, sites: Callable[[], int]) -> None:
        self._sites = sites
        self._waiting: deque[Waiting] = deque()
        self._changed = asyncio.Event()  # another one after each change

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Waiting]:
        return iter(self._waiting)

    def add(self, waiting: Sequence[Waiting]) -> None:
        """Add decisions at the end."""
        self._waiting += waiting
        if len(self._waiting) > (most := max(MOST_WAITING, OF_A_SITE * self._sites())):
            self._make_room(most // 2)

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
        self._replace(each for each in self._waiting if each.lease not in leases)

    def redate(self, move: Move) -> None:
        """Move the dates of what was decided by a clock that was wrong."""
        self._replace(
            Waiting(redate.redated(each.decision, each.decided_utc, move), each.decided_utc + move.by, each.lease)
            for each in self._waiting
        )

    async def without(self, leases: Collection[Lease]) -> None:
        """Wait until nothing is left that was decided by these leases."""
        while any(each.lease in leases for each in self._waiting):
            await self._changed.wait()

    def _replace(self, waiting: Iterator[Waiting]) -> None:
        self._waiting = deque(waiting)
        self._note_change()

    def _note_change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
