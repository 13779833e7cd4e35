"""Store the usual round-trip times every few hours: a crash costs at most the last hours of learning."""

import asyncio
import logging
from contextlib import suppress

from monitor.domain.log_events import LogEvent
from monitor.judging.baseline import Baselines
from monitor.logs.emit import emit
from monitor.net.pool import Pool, PoolFull
from monitor.runtime.live import RuntimeState
from monitor.runtime.part import Part
from monitor.store import board_state
from monitor.store.database import Store
from monitor.store.errors import DatabaseError

log = logging.getLogger(__name__)

EVERY_S = 6 * 3_600.0
LAST_WITHIN_S = 1.5  # when the daemon stops


class BaselineKeeper(Part):
    """The part that stores them, in a thread of its own, while the event loop goes on changing them.

    ``knows_before``: whether the stored values were loaded at the start; otherwise they must not be dropped.
    """

    name = "baselines"

    def __init__(self, store: Store, live: RuntimeState, *, knows_before: bool) -> None:
        self._store, self._live, self._knows_before = store, live, knows_before
        self._thread = Pool("baselines", threads=1, backlog=1)

    @property
    def _baselines(self) -> Baselines:
        return self._live.board.baselines

    async def run(self) -> None:
        """Store every few hours, until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            await asyncio.wrap_future(self._thread.submit(self._write))

    async def close(self) -> None:
        """Store once more, unless the database is slow: the machine may be shutting down."""
        if not self._live.store_refuses:
            with suppress(TimeoutError, PoolFull):
                async with asyncio.timeout(LAST_WITHIN_S):
                    await asyncio.wrap_future(self._thread.submit(self._write))
        self._thread.close()

    def _write(self) -> None:
        if not self._knows_before:
            return
        changed = set(self._baselines.changed)
        try:
            with self._store.write() as session:
                elsewhere = self._live.fleet.devices.keys() - self._live.board.fleet.devices.keys()
                board_state.write_usual_times(session, self._baselines, elsewhere)
            self._baselines.changed -= changed
        except DatabaseError as error:
            emit(log, LogEvent.BASELINE_UNWRITTEN, "usual round-trip times could not be stored: %s", error.orig)
