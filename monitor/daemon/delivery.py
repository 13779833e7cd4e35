"""Runs the outbox worker in a thread of its own, so that a slow mail server never holds up probing or writing."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from sqlalchemy.exc import DatabaseError

from monitor.alerts.channels.base import Channel
from monitor.alerts.delivery import deliver_next
from monitor.alerts.office import Office
from monitor.clock import Clock
from monitor.store.session import Store

log = logging.getLogger(__name__)

LOOK_S = 5.0


class Delivery:
    """Delivers until cancelled; `wake` makes it look at once."""

    def __init__(self, store: Store, office: Office, channel: Channel, clock: Clock) -> None:
        self.office = office
        self.channel = channel
        self.last_look_mono_ns = clock.mono_ns()
        self._store = store
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="delivery")
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._woken.clear()
            try:
                more = await loop.run_in_executor(
                    self._thread, deliver_next, self._store, self.office, self.channel, self._clock
                )
            except DatabaseError as error:
                log.warning("the outbox cannot be read now: %s", error.orig)
                more = False
            self.last_look_mono_ns = self._clock.mono_ns()
            if not more:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), LOOK_S)

    def close(self) -> None:
        """Lets the thread go; a letter under way is sent once more under its old Message-ID, or not at all."""
        self._thread.shutdown(wait=False, cancel_futures=True)
