"""Make files that take seconds: one at a time, each once, and give out what was made lately. On the event loop."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from monitor.alerts.cases.edition_jobs import MadeFile, NotMade

MOST_BYTES = 64_000_000

K = TypeVar("K")


class MadeFiles(Generic[K]):
    """The files, by a name of which each has its own contents.

    A file that takes longer than its reader waits is finished all the same, for whoever asks again.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._one_at_a_time = asyncio.Lock()
        self._under_way: dict[K, asyncio.Task[MadeFile | NotMade]] = {}
        self._made: OrderedDict[K, MadeFile] = OrderedDict()

    async def made(self, name: K, make: Callable[[], Awaitable[MadeFile | NotMade]]) -> MadeFile | NotMade:
        """Return the file of that name; ``make`` makes it, unless it was made lately."""
        if name in self._made:
            self._made.move_to_end(name)
            return self._made[name]
        if name not in self._under_way:
            self._under_way[name] = asyncio.create_task(self._make(name, make))
        return await asyncio.shield(self._under_way[name])

    async def _make(self, name: K, make: Callable[[], Awaitable[MadeFile | NotMade]]) -> MadeFile | NotMade:
        try:
            async with self._one_at_a_time:
                made = await make()
        finally:
            del self._under_way[name]
        if isinstance(made, MadeFile):
            self._made[name] = made
            while len(self._made) > 1 and sum(len(each.content) for each in self._made.values()) > self._most_bytes:
                self._made.popitem(last=False)
        return made
