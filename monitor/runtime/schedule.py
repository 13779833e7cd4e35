"""Schedule ICMP rounds, SNMP readings and checks alike: a timer wheel on the monotonic clock.

Every key (the id of a device or a service) has its own phase inside the interval, derived from its id: turns are spread
evenly and a restart does not move them together. Time is cut into ticks, so that keys fall due in batches.
"""

import asyncio
import heapq
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from zlib import crc32

from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.log_events import LogEvent
from monitor.logs.emit import emit

log = logging.getLogger(__name__)

TICK_NS = NS_PER_S // 10
LONGEST_PAUSE_NS = NS_PER_S  # at least: a part that has not turned for longer was blocked

Due = Sequence[tuple[str, int]]  # keys, each with the time at which it was due


class Schedule:
    """Keys by the tick at which they are due; each key is on the wheel at most once."""

    def __init__(self, interval_s: float) -> None:
        self.interval_ns = round(interval_s * NS_PER_S)
        self._due_ns: dict[str, int] = {}
        self._slots: dict[int, list[str]] = {}  # with keys, too, that are due at another time by now
        self._ticks: list[int] = []  # a heap of the ticks that have a slot
        self._is_sooner = asyncio.Event()  # somebody is due before all who stood on the wheel

    def __len__(self) -> int:
        return len(self._due_ns)

    def restart(self, interval_s: float) -> dict[str, int]:
        """Take all keys off the wheel, for another interval; return who was due when."""
        was_due_ns = self._due_ns
        self.interval_ns = round(interval_s * NS_PER_S)
        self._due_ns, self._slots, self._ticks = {}, {}, []
        self._is_sooner.set()
        return was_due_ns

    async def serve(self, clock: Clock, turn: Callable[[Due], None]) -> None:
        """Call ``turn`` with the keys that are due, and with none after `LONGEST_PAUSE_NS`, until cancelled."""
        while True:
            turn(self.due(clock.mono_ns()))
            self._is_sooner.clear()
            next_ns = self.next_tick_ns()
            pause_ns = LONGEST_PAUSE_NS if next_ns is None else next_ns - clock.mono_ns()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(max(pause_ns, 0), LONGEST_PAUSE_NS) / NS_PER_S):
                    await self._is_sooner.wait()

    def next_turn_ns(self, key: str, now_ns: int) -> int:
        """Return the key's next turn after ``now_ns``, by its phase in the interval."""
        phase_ns = crc32(key.encode()) * self.interval_ns >> 32
        turns = (now_ns - phase_ns) // self.interval_ns + 1
        return phase_ns + turns * self.interval_ns

    def put(self, key: str, at_ns: int) -> None:
        """Make ``key`` due at ``at_ns``, wherever it was before."""
        tick = at_ns // TICK_NS
        slot = self._slots.get(tick)
        if slot is None:
            slot = self._slots[tick] = []
            heapq.heappush(self._ticks, tick)
            if self._ticks[0] == tick:
                self._is_sooner.set()
        slot.append(key)
        self._due_ns[key] = at_ns

    def put_again(self, key: str, due_ns: int, now_ns: int) -> None:
        """Schedule ``key``, which was taken off as due at ``due_ns``, for its next turn.

        A tick is taken off as soon as it begins, so that ``due_ns`` may lie ahead: the key must not come again in it.
        """
        self.put(key, self.next_turn_ns(key, max(due_ns, now_ns)))

    def put_earlier(self, key: str, at_ns: int) -> None:
        """Make ``key`` due at ``at_ns`` if it is on the wheel and would be due later."""
        if self._due_ns.get(key, at_ns) > at_ns:
            self.put(key, at_ns)

    def due_ns(self, key: str) -> int | None:
        """Return when ``key`` is due; None when it is not on the wheel."""
        return self._due_ns.get(key)

    def remove(self, key: str) -> None:
        """Take ``key`` off the wheel, if it is there."""
        self._due_ns.pop(key, None)

    def due(self, now_ns: int) -> list[tuple[str, int]]:
        """Take off all keys whose tick has come; return each with the time at which it was due."""
        found: list[tuple[str, int]] = []
        while self._ticks and self._ticks[0] <= now_ns // TICK_NS:
            tick = heapq.heappop(self._ticks)
            for key in sorted(set(self._slots.pop(tick))):
                at_ns = self._due_ns.get(key)
                if at_ns is not None and at_ns // TICK_NS == tick:
                    found.append((key, self._due_ns.pop(key)))
        return found

    def next_tick_ns(self) -> int | None:
        """Return when the next key is due, monotonic ns; None for an empty wheel."""
        return self._ticks[0] * TICK_NS if self._ticks else None


class DueTasks:
    """One task per due key, never two of the same key at a time. On the running event loop.

    ``work``: what is done with a key; ``doing``: its name in the log.
    """

    def __init__(
        self, clock: Clock, schedule: Schedule, doing: str, work: Callable[[str], Coroutine[None, None, None]]
    ) -> None:
        self._clock, self._schedule, self._doing, self._work = clock, schedule, doing, work
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()  # asked for while they were under way
        self._rests_until_ns: dict[str, int] = {}

    def begin(self, due: Due) -> None:
        """Schedule each key's next turn, and begin those that are not still under way."""
        now_ns = self._clock.mono_ns()
        for key, due_ns in due:
            self._schedule.put_again(key, due_ns, now_ns)
            if key not in self._under_way:
                self._under_way[key] = task = asyncio.create_task(self._work(key))
                task.add_done_callback(partial(self._done, key))

    def soon(self, key: str) -> None:
        """Make ``key`` due as soon as its rest is over, if it has turns at all.

        A task under way may have passed what has changed since: then it has another turn after this one.
        """
        if key in self._under_way:
            self._again.add(key)
        else:
            self._schedule.put_earlier(key, max(self._clock.mono_ns(), self._rests_until_ns.get(key, 0)))

    def rest(self, key: str, until_ns: int) -> None:
        """Keep ``key`` from an extra turn before that time."""
        self._rests_until_ns[key] = until_ns

    def cancel(self) -> None:
        """Cancel what is under way, and drop requests for extra turns."""
        for task in self._under_way.values():
            task.cancel()
        for known in (self._under_way, self._again, self._rests_until_ns):
            known.clear()

    def _done(self, key: str, task: "asyncio.Task[None]") -> None:
        if self._under_way.get(key) is task:
            del self._under_way[key]
            if key in self._again:
                self._again.discard(key)
                self.soon(key)
        if not task.cancelled() and (error := task.exception()) is not None:
            emit(log, LogEvent.TASK_FAILED, "%s %s failed", self._doing, key, error=error, task=f"{self._doing} {key}")
