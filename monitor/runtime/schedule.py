"""Who is due when: one wheel on the monotonic clock for all devices, never a timer each.

Every device has a phase of its own inside the interval, derived from its id: rounds are spread evenly and a restart
does not move them together. Time is cut into ticks, so that devices come off the wheel in batches.
"""

import heapq
from zlib import crc32

from monitor.domain.clock import NS_PER_S

TICK_NS = NS_PER_S // 10


class Schedule:
    """Keys (device ids) by the tick at which they are due; each key stands on the wheel at most once."""

    def __init__(self, interval_s: float) -> None:
        self.interval_ns = round(interval_s * NS_PER_S)
        self._due_ns: dict[str, int] = {}
        self._slots: dict[int, set[str]] = {}
        self._ticks: list[int] = []  # a heap of the ticks that have a slot

    def __len__(self) -> int:
        return len(self._due_ns)

    def next_turn_ns(self, key: str, now_ns: int) -> int:
        """The key's next turn after ``now_ns``, by its own phase of the interval."""
        phase_ns = crc32(key.encode()) * self.interval_ns >> 32
        turns = (now_ns - phase_ns) // self.interval_ns + 1
        return phase_ns + turns * self.interval_ns

    def put(self, key: str, at_ns: int) -> None:
        """Makes ``key`` due at ``at_ns``, wherever it stood before."""
        self.remove(key)
        tick = at_ns // TICK_NS
        slot = self._slots.get(tick)
        if slot is None:
            slot = self._slots[tick] = set()
            heapq.heappush(self._ticks, tick)
        slot.add(key)
        self._due_ns[key] = at_ns

    def put_again(self, key: str, due_ns: int, now_ns: int) -> None:
        """Puts ``key``, which was taken off as due at ``due_ns``, at its next turn.

        A tick is taken off as soon as it begins, so that ``due_ns`` may lie ahead: it must not come again in it.
        """
        self.put(key, self.next_turn_ns(key, max(due_ns, now_ns)))

    def put_earlier(self, key: str, at_ns: int) -> None:
        """As `put`, but only if ``key`` stands on the wheel and would be due later."""
        if self._due_ns.get(key, at_ns) > at_ns:
            self.put(key, at_ns)

    def due_ns(self, key: str) -> int | None:
        """When ``key`` is due; None when it does not stand on the wheel."""
        return self._due_ns.get(key)

    def remove(self, key: str) -> None:
        """Takes ``key`` off the wheel, if it is there."""
        at_ns = self._due_ns.pop(key, None)
        if at_ns is not None:
            self._slots[at_ns // TICK_NS].discard(key)

    def due(self, now_ns: int) -> list[tuple[str, int]]:
        """Takes off all keys whose tick has come, each with the time at which it was due."""
        found: list[tuple[str, int]] = []
        while self._ticks and self._ticks[0] <= now_ns // TICK_NS:
            slot = self._slots.pop(heapq.heappop(self._ticks))
            found.extend((key, self._due_ns.pop(key)) for key in sorted(slot))
        return found

    def next_tick_ns(self) -> int | None:
        """When the next key is due, in nanoseconds of the monotonic clock; None for an empty wheel."""
        return self._ticks[0] * TICK_NS if self._ticks else None
