"""Open a database that could not be opened at the start, and examine it after the first round."""

import asyncio
import logging
from collections.abc import Callable

from monitor.domain.log_events import LogEvent
from monitor.logs.emit import emit
from monitor.net.pool import Pool
from monitor.runtime import gc_tuning
from monitor.runtime.live import RuntimeState
from monitor.runtime.part import Part
from monitor.runtime.trusted_clock import TrustedClock
from monitor.store.database import Store
from monitor.store.errors import DatabaseError
from monitor.store.opening import FIRST_TRY_S, MEND, try_again
from monitor.store.session import Session
from monitor.store.soundness import examine

log = logging.getLogger(__name__)

TRY_S = 2.0


class StoreOpener(Part):
    """The part that opens it. ``take_up`` runs in its first transaction.

    ``opened`` is called, on the loop, after it.
    """

    name = "store opener"

    def __init__(
        self,
        clock: TrustedClock,
        store: Store,
        live: RuntimeState,
        take_up: Callable[[Session], None],
        opened: Callable[[], None],
    ) -> None:
        self._clock, self._store, self._live = clock, store, live
        self._take_up: Callable[[Session], None] | None = take_up
        self._opened = opened
        self._thread = Pool("store keeper", threads=1)
        live.store_refuses = store.waiting

    async def run(self) -> None:
        """Open it if need be, and examine it after the first round of all devices, which takes precedence.

        What storing that round and the examination have taken is given back then.

        Raises StoreError when the database can be reached and must not be used.
        """
        if self._store.waiting:
            await self._open()
        self._take_up = None  # it holds the configuration of the start, which may be another by and by
        await self._live.judged.wait()
        await asyncio.wrap_future(self._thread.submit(self.examine))
        await asyncio.wrap_future(self._thread.submit(gc_tuning.trim_heap))

    async def _open(self) -> None:
        text = "the database cannot be used yet, decisions wait in memory: %s"
        emit(log, LogEvent.DATABASE_AWAITED, text, self._store.waiting)
        assert self._take_up is not None
        while True:
            if await asyncio.wrap_future(self._thread.submit(try_again, self._store, FIRST_TRY_S, self._take_up)):
                break
            await asyncio.sleep(TRY_S)
        emit(log, LogEvent.DATABASE_READY, "the database can be used now")
        self._live.clock_suspect = self._clock.trust.suspect  # by what the run before thought of it
        self._opened()

    async def close(self) -> None:
        """Release the thread."""
        self._thread.close()

    def examine(self) -> str:
        """Examine all that is stored and keep the faults for readers; return the result for people."""
        try:
            with self._store.read() as session:
                found = examine(session, self._store.state)
        except DatabaseError as error:
            return f"not examined: {error.orig}"
        problems = [str(problem) for problem in found.problems]
        if problems and problems != self._live.store_faults:
            how = MEND if found.damage else "upazila-monitor audit verify"
            emit(log, LogEvent.DATABASE_UNSOUND, "the database is not sound: %s. See: %s", "; ".join(problems), how)
        self._live.store_faults = problems
        return "; ".join(problems) or f"sound, {found.events} events of history"
