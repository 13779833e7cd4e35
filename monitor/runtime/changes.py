"""Publish what changed, for pages that are open: a ring of names, each with a growing number.

A name is 'site:ID', 'ticket:NUMBER', or 'all' for what may concern any page. A reader who comes back gets what it
missed while the ring holds it, else 'reset'.
"""

import asyncio
from collections import deque
from collections.abc import Collection

KEPT = 1_000
RESET = "reset"


class Changes:
    """The latest changes. On the event loop; ``instance``: the name of this run, which begins each id."""

    def __init__(self, instance: str) -> None:
        self._instance = instance
        self._ring: deque[tuple[int, str]] = deque(maxlen=KEPT)
        self._last = 0
        self._more = asyncio.Event()

    @property
    def last(self) -> int:
        """Return the number of the latest change; 0 before any."""
        return self._last

    def publish(self, names: Collection[str]) -> None:
        """Add changes and wake all readers."""
        for name in dict.fromkeys(names):
            self._last += 1
            self._ring.append((self._last, name))
        if names:
            self._more.set()
            self._more = asyncio.Event()

    def id_of(self, number: int) -> str:
        """Return the id by which a reader names what it has seen."""
        return f"{self._instance}-{number}"

    def number_of(self, last_id: str) -> int | None:
        """Return the number of a reader's last id; None for one of another run, or none."""
        instance, _, number = last_id.rpartition("-")
        known = instance == self._instance and number.isascii() and number.isdigit() and len(number) < 20
        return min(int(number), self._last) if known else None

    def after(self, number: int) -> list[tuple[int, str]]:
        """Return the changes after that one, the oldest first; 'reset' alone where the ring no longer holds them."""
        if self._ring and number < self._ring[0][0] - 1:
            return [(self._last, RESET)]
        return [each for each in self._ring if each[0] > number]

    async def wait(self, within_s: float) -> None:
        """Wait until anything is published, for at most so long."""
        more = self._more
        try:
            async with asyncio.timeout(within_s):
                await more.wait()
        except TimeoutError:
            pass
