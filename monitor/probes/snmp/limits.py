"""Limit the SNMP requests under way, and time them out."""

import asyncio
from collections import deque
from typing import Any

MOST_UNDER_WAY = 50  # more make healthy agents look silent: their answers wait while others are read
SOON_S = 0.25


class ConcurrencyLimit:
    """The limit on requests under way in this process: ``most`` at once. On the event loop; one timer for all.

    A slot is released after `SOON_S` without a response, so that dead and slow agents do not delay the others; the
    request itself continues until its timeout.
    """

    def __init__(self, most: int = MOST_UNDER_WAY) -> None:
        self._room = asyncio.Semaphore(most)
        self._taken: deque[Slot] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, slot: "Slot") -> None:
        """Wait for a free slot."""
        await self._room.acquire()
        loop = asyncio.get_running_loop()
        slot.until, slot.left = loop.time() + SOON_S, False
        self._taken.append(slot)
        if self._timer is None:
            self._timer = loop.call_at(slot.until, self._sweep, loop)

    def leave(self, slot: "Slot") -> None:
        """Release the slot, once."""
        if not slot.left:
            slot.left = True
            self._room.release()

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        while self._taken and (self._taken[0].until <= now or self._taken[0].left):
            self.leave(self._taken.popleft())
        self._timer = loop.call_at(self._taken[0].until, self._sweep, loop) if self._taken else None


class Slot:
    """A request's slot, held for the length of an ``async with``."""

    __slots__ = ("_limit", "left", "until")

    def __init__(self, limit: ConcurrencyLimit) -> None:
        self._limit = limit
        self.left, self.until = True, 0.0

    async def __aenter__(self) -> None:
        await self._limit.take(self)

    async def __aexit__(self, *_: object) -> None:
        self._limit.leave(self)


class TimeoutQueue:
    """Resolve each of its futures with None after ``timeout_s``, unless it has a response by then.

    One timer serves all requests, because each has the same timeout.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._waiting: deque[tuple[float, asyncio.Future[Any]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def future(self) -> "asyncio.Future[Any]":
        """Return a new future on the running loop."""
        loop = asyncio.get_running_loop()
        made: asyncio.Future[Any] = loop.create_future()
        until = loop.time() + self._timeout_s
        self._waiting.append((until, made))
        if self._timer is None:
            self._timer = loop.call_at(until, self._sweep, loop)
        return made

    def close(self) -> None:
        """Resolve all pending futures with None."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for _, made in self._waiting:
            if not made.done():
                made.set_result(None)
        self._waiting.clear()

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        while self._waiting and (self._waiting[0][0] <= now or self._waiting[0][1].done()):
            _, made = self._waiting.popleft()
            if not made.done():
                made.set_result(None)
        self._timer = loop.call_at(self._waiting[0][0], self._sweep, loop) if self._waiting else None
