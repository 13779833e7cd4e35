"""Read what other daemons store of the sites that they watch, so that pages show all sites wherever they are asked."""

import asyncio
from collections.abc import Callable, Collection, Set

from monitor.domain.clock import NS_PER_S, Clock
from monitor.net.pool import Pool
from monitor.runtime.leases import Leases
from monitor.runtime.live import RuntimeState
from monitor.runtime.part import Part
from monitor.store import shard_rows
from monitor.store.database import Store
from monitor.store.errors import DatabaseError

LOOK_S = 2.0
SHARE = 0.05  # of its time that is spent reading, however many sites there are


class ElsewhereReader(Part):
    """The part that reads it; it has nothing to do where the database is a file.

    ``changed``: called, on the loop, with the names of sites whose state is another now.
    """

    name = "elsewhere"

    def __init__(
        self,
        clock: Clock,
        store: Store,
        live: RuntimeState,
        leases: Leases,
        changed: Callable[[Collection[str]], None],
    ) -> None:
        self._clock, self._store, self._live, self._leases, self._changed = clock, store, live, leases, changed
        self._thread = Pool("elsewhere", threads=1, backlog=1)

    async def run(self) -> None:
        """Read every few seconds, until cancelled."""
        while not self._leases.is_sole:
            begun_ns = self._clock.mono_ns()
            await self.turn()
            took_s = (self._clock.mono_ns() - begun_ns) / NS_PER_S
            await asyncio.sleep(max(LOOK_S, took_s / SHARE))

    async def turn(self) -> None:
        """Read once; what cannot be read stays as it was."""
        board = self._live.board
        sites = self._live.fleet.sites.keys() - board.fleet.sites.keys()
        try:
            found = await asyncio.wrap_future(self._thread.submit(self._read, sites))
        except DatabaseError:
            return
        self._live.elsewhere = found
        changed = board.see_elsewhere(found.states)
        self._changed([f"site:{site}" for site in sorted(changed)])

    def _read(self, sites: Set[str]) -> shard_rows.SeenElsewhere:
        if not sites:
            return shard_rows.NOTHING_ELSEWHERE
        with self._store.read_briefly() as session:
            return shard_rows.seen_elsewhere(session, sites)

    async def close(self) -> None:
        """Release the thread."""
        self._thread.close()
