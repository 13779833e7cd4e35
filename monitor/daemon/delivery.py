"""Runs the outbox worker, each channel in a thread of its own: a slow server holds up neither probing nor others."""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

from sqlalchemy.exc import DatabaseError

from monitor.alerts.channels.base import Channel
from monitor.alerts.channels.registry import CHANNELS
from monitor.alerts.delivery import Outcome, deliver_next
from monitor.alerts.office import Office
from monitor.alerts.outbox import pause
from monitor.clock import NS_PER_S, Clock
from monitor.settings.notices_section import ChannelName
from monitor.store.session import Store

log = logging.getLogger(__name__)

LOOK_S = 5.0
LONGEST_AWAY = timedelta(minutes=5)  # then a channel that was away is tried again


class Delivery:
    """Delivers until cancelled; `wake` makes it look at once. ``office`` and ``channels`` may be replaced meanwhile.

    While ``held`` says so, because nobody knows what time it is, nothing is delivered.
    """

    def __init__(
        self,
        store: Store,
        office: Office,
        channels: Mapping[ChannelName, Channel],
        clock: Clock,
        look_s: float = LOOK_S,
    ) -> None:
        self.office = office
        self.channels = channels
        self.held: Callable[[], bool] = bool
        self._looked_mono_ns = dict.fromkeys(CHANNELS, clock.mono_ns())
        self._store = store
        self._clock = clock
        self._look_s = look_s
        self._threads = ThreadPoolExecutor(len(CHANNELS), thread_name_prefix="delivery")
        self._woken = {name: asyncio.Event() for name in CHANNELS}

    @property
    def last_look_mono_ns(self) -> int:
        """When the channel that has been quiet for longest looked last."""
        return min(self._looked_mono_ns.values())

    def wake(self) -> None:
        for event in self._woken.values():
            event.set()

    async def run(self) -> None:
        await asyncio.gather(*(self._serve(name) for name in CHANNELS))

    async def _serve(self, name: ChannelName) -> None:
        tries = 0
        while True:
            self._woken[name].clear()
            outcome = await self._deliver(name)
            self._looked_mono_ns[name] = self._clock.mono_ns()
            tries = tries + 1 if outcome == "away" else 0
            if outcome == "away":
                length = pause(tries, self.office.mail.retry_s, random.random(), LONGEST_AWAY)
                await self._rest(name, length.total_seconds())
            elif outcome == "idle":
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken[name].wait(), self._look_s)

    async def _rest(self, name: ChannelName, seconds: float) -> None:
        """Sleeps, whoever wakes it; the watchdog need not worry about that."""
        ends_ns = self._clock.mono_ns() + round(seconds * NS_PER_S)
        while (left_s := (ends_ns - self._clock.mono_ns()) / NS_PER_S) > 0:
            await asyncio.sleep(min(left_s, LOOK_S))
            self._looked_mono_ns[name] = self._clock.mono_ns()

    async def _deliver(self, name: ChannelName) -> Outcome:
        channel = self.channels.get(name)
        if channel is None or self.held():
            return "idle"
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(
                self._threads, deliver_next, self._store, self.office, name, channel, self._clock
            )
        except DatabaseError as error:
            log.warning("the outbox cannot be read now: %s", error.orig)
            return "idle"

    def close(self) -> None:
        """Lets the threads go; a letter under way is sent once more under its old Message-ID, or not at all."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for channel in self.channels.values():
            channel.break_off()
