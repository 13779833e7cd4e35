"""How many questions are under way, and how long answers are waited for."""

import asyncio
from collections import deque
from typing import Any

MOST_UNDER_WAY = 50  # more make healthy agents look silent: their answers wait while others are read
SOON_S = 0.25


def room() -> asyncio.Semaphore:
    """For all the questions of this process."""
    return asyncio.Semaphore(MOST_UNDER_WAY)


class Place:
    """A question's place among those under way, for the length of an ``async with``.

    One that has no answer after `SOON_S` burdens nobody and leaves its place to another: or the dead and the slow would
    keep the living from being asked.
    """

    __slots__ = ("_room", "_timer")

    def __init__(self, room: asyncio.Semaphore) -> None:
        self._room = room
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        await self._room.acquire()
        self._timer = asyncio.get_running_loop().call_later(SOON_S, self._leave)

    async def __aexit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._leave()

    def _leave(self) -> None:
        self._timer = None
        self._room.release()


class Patience:
    """Ends each future given to it with None, ``timeout_s`` later, unless it has an answer by then.

    One timer does for all questions, because each waits equally long.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._waiting: deque[tuple[float, asyncio.Future[Any]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def future(self) -> "asyncio.Future[Any]":
        """A new one, on the running loop."""
        loop = asyncio.get_running_loop()
        made: asyncio.Future[Any] = loop.create_future()
        until = loop.time() + self._timeout_s
        self._waiting.append((until, made))
        if self._timer is None:
            self._timer = loop.call_at(until, self._sweep, loop)
        return made

    def close(self) -> None:
        """Nobody is waited for any longer: all that wait go without an answer."""
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
