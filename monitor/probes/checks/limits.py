"""Limit the checks under way."""

import asyncio
from collections import deque

SOON_S = 0.25


class ConcurrencyLimit:
    """The limit on checks under way in this process: ``most`` at once. On the event loop; one timer for all.

    A slot is released after `SOON_S` without a result, so that dead and slow services do not delay the others; the
    check itself continues until its timeout.
    """

    def __init__(self, most: int) -> None:
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
    """A check's slot, held for the length of an ``async with``."""

    __slots__ = ("_limit", "left", "until")

    def __init__(self, limit: ConcurrencyLimit) -> None:
        self._limit = limit
        self.left, self.until = True, 0.0

    async def __aenter__(self) -> None:
        await self._limit.take(self)

    async def __aexit__(self, *_: object) -> None:
        self._limit.leave(self)
