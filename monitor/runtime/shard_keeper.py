"""Follow the leases of shards: judge the sites of those that this daemon holds, and drop the others.

A shard that is taken is read from the store before any of its sites is probed, in one transaction that proves the
lease: what another daemon has stored of it is known, and it can store nothing more. A shard that is lost is dropped
without a decision, and what was decided of it and not stored yet with it.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from monitor.domain.clock import Clock
from monitor.domain.leases import Lease, shard_of
from monitor.domain.log_events import LogEvent
from monitor.judging import shards
from monitor.judging.decisions import Decision, UplinkLost
from monitor.logs.emit import emit
from monitor.net.pool import Pool
from monitor.runtime.leases import LeaseChange, Leases
from monitor.runtime.live import RuntimeState
from monitor.runtime.office_in_force import OfficeInForce
from monitor.runtime.part import Part
from monitor.runtime.writer import DecisionWriter
from monitor.settings.fleet import Fleet
from monitor.settings.load import Settings
from monitor.store import shard_rows
from monitor.store.database import Store
from monitor.store.errors import DatabaseError
from monitor.store.leases import LeaseLost

log = logging.getLogger(__name__)

RETRY_S = 0.5


class ShardKeeper(Part):
    """The part that follows them; it has nothing to do where the database is a file.

    ``probing``: the parts that go on with another part of the fleet.
    """

    name = "shards"

    def __init__(
        self,
        clock: Clock,
        store: Store,
        live: RuntimeState,
        in_force: OfficeInForce,
        leases: Leases,
        writer: DecisionWriter,
        probing: Sequence[Part],
    ) -> None:
        self._clock, self._store, self._live, self._in_force = clock, store, live, in_force
        self._leases, self._writer, self._probing = leases, writer, probing
        self._leased: dict[int, Lease] = {}
        self._unheld: dict[Lease, timedelta | None] = {}  # of leases that were not taken up yet
        self._has_work = asyncio.Event()
        self._thread = Pool("shards", threads=1, backlog=1)

    def changed(self, change: LeaseChange) -> None:
        """Drop at once what was lost, and have taken up what was taken; on the loop."""
        for lease in change.lost:
            if (shard := shard_of(lease.name)) is not None and self._leased.get(shard) == lease:
                del self._leased[shard]
        for lease, unheld_s in change.taken.items():
            if (shard := shard_of(lease.name)) is not None:
                self._leased[shard] = lease
                self._unheld[lease] = None if unheld_s is None else timedelta(seconds=unheld_s)
        self._drop_lost()
        self._has_work.set()

    def _drop_lost(self) -> None:
        held = self._own
        kept = {shard: lease for shard, lease in held.items() if self._leased.get(shard) == lease}
        if kept.keys() != held.keys():
            self._in_force.drop(kept)
            self._watch()
        self._unheld = {lease: unheld for lease, unheld in self._unheld.items() if lease in self._leased.values()}

    @property
    def _own(self) -> Mapping[int, Lease]:
        return self._in_force.shards.leases or {}

    async def run(self) -> None:
        """Take up what is leased and not held yet, until cancelled; a database that fails is asked again."""
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            try:
                await self.turn()
            except DatabaseError as error:
                emit(log, LogEvent.SHARDS_UNREAD, "what is known of sites cannot be read yet: %s", error.orig)
                self._has_work.set()
                await asyncio.sleep(RETRY_S)

    async def turn(self) -> None:
        """Take up what is leased and not held yet; raises DatabaseError."""
        while coming := {shard: lease for shard, lease in self._leased.items() if shard not in self._own}:
            try:
                await self._take_up(coming)
            except LeaseLost as lost:
                self._leases.lost(lost.leases)
                self.changed(LeaseChange({}, lost.leases))

    async def _take_up(self, coming: Mapping[int, Lease]) -> None:
        """Read what is stored of these shards, and judge their sites; raises LeaseLost, DatabaseError."""
        fleet = self._in_force.settings.fleet
        unheld = {shard: self._unheld[lease] for shard, lease in coming.items() if lease in self._unheld}
        begun_utc = self._clock.utc()
        longest = 2 * timedelta(seconds=self._in_force.settings.monitor.probing.interval_s)
        found = await asyncio.wrap_future(self._thread.submit(self._read, fleet, coming, unheld, longest))
        if fleet is not self._in_force.settings.fleet:
            return  # another configuration: the shards have other sites now
        kept = {shard: lease for shard, lease in coming.items() if self._leased.get(shard) == lease}
        for lease in kept.values():
            self._unheld.pop(lease, None)
        known = found.known.only(lambda site: shards.shard_of(fleet, site) in kept)
        self._writer.begins(kept.values(), begun_utc)
        decisions = self._in_force.take({**self._own, **kept}, known, found.usual_times)
        self._writer.put([*self._blindness(kept), *decisions])
        self._watch()

    def _blindness(self, shards_taken: Collection[int]) -> list[Decision]:
        """Return what is not seen of these shards, because this daemon has lost an uplink."""
        now_utc, blind = self._clock.utc(), self._live.board.uplinks.blind
        return [
            UplinkLost(uplink, now_utc, shard)
            for uplink in sorted(blind)
            for shard in sorted(shards.shards_behind(self._in_force.settings.fleet, uplink) & set(shards_taken))
        ]

    def _read(
        self, fleet: Fleet, coming: Mapping[int, Lease], unheld: Mapping[int, timedelta | None], longest: timedelta
    ) -> shard_rows.TakenUp:
        with self._store.write(coming.values()) as session:
            shard_rows.note_handover(session, unheld, self._clock.utc(), longest)
            return shard_rows.take_up(session, fleet, coming)

    def _watch(self) -> None:
        for part in self._probing:
            part.watch(self._in_force.shards.part)

    async def open(self) -> None:
        """Probe nothing, where leases say what is probed: none of them is held yet."""
        if not self._leases.is_sole:
            self._watch()

    def reconfigure(self, settings: Settings) -> None:
        """Take up again the shards into which another configuration has moved sites."""
        self._has_work.set()

    async def close(self) -> None:
        """Release the thread."""
        self._thread.close()
