"""The judging parts of two daemons on one database of a real server, with leases that a test takes and loses."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from monitor.alerts.cases.entered import Entered
from monitor.charter.office import Office
from monitor.domain.clock import VirtualClock
from monitor.domain.leases import Lease
from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.decisions import Decision
from monitor.judging.distrust import Distrust
from monitor.judging.health import Rules
from monitor.judging.shards import shard_of
from monitor.runtime.leases import LeaseChange, LeaseCounts, Member
from monitor.runtime.live import RuntimeState
from monitor.runtime.office_in_force import OfficeInForce
from monitor.runtime.part import Part
from monitor.runtime.shard_keeper import ShardKeeper
from monitor.runtime.trusted_clock import TrustedClock
from monitor.runtime.writer import DecisionWriter
from monitor.settings.fleet import Fleet
from monitor.store import leases as rows
from monitor.store.database import Store
from monitor.store.opening import open_store
from monitor.store.session import Session
from tests.judging.boards import fleet, site
from tests.runtime.built import settings_of
from tests.store import servers

TERM = timedelta(minutes=1)
FLEET = fleet(site("a"), site("b"))
A, B = (shard_of(FLEET, each) for each in "ab")


class Held:
    """A `Leases` of what a test has taken, and said to be lost."""

    is_sole = False

    def __init__(self, name: str) -> None:
        self.daemon, self.holder = name, f"{name}/1"
        self.leases: dict[str, Lease] = {}
        self.refused: set[Lease] = set()

    def held(self, name: str) -> Lease | None:
        return self.leases.get(name)

    def shards(self) -> frozenset[int]:
        return frozenset()

    def lost(self, leases: Collection[Lease]) -> None:
        self.refused |= set(leases)
        self.leases = {name: lease for name, lease in self.leases.items() if lease not in leases}

    def own(self) -> Collection[Lease]:
        return self.leases.values()

    @property
    def counts(self) -> LeaseCounts:
        return LeaseCounts()

    def members(self) -> Sequence[Member]:
        return ()

    def living(self, session: Session) -> Collection[str]:
        return ()


class Probing(Part):
    """Keeps what it is to watch."""

    def __init__(self) -> None:
        self.watched: list[str] = []

    def watch(self, fleet: Fleet) -> None:
        self.watched = list(fleet.sites)


class Node:
    """The judging parts of one daemon."""

    def __init__(self, name: str, store: Store, clock: VirtualClock) -> None:
        settings = settings_of(FLEET)
        trusted = TrustedClock(clock, name, lambda: False)
        trusted.begin(None, None)
        self.store, self.clock, self.leases, self.probing = store, clock, Held(name), Probing()
        self.live = RuntimeState(trusted, FLEET, Board(fleet(), Rules(2, 2)), Office.of(settings))
        self.in_force = OfficeInForce(trusted, settings, Entered(), self.live, Distrust(), leases={})
        self.writer = DecisionWriter(trusted, store, self.live, self.in_force, self.leases, lambda: None)
        self.shards = ShardKeeper(trusted, store, self.live, self.in_force, self.leases, self.writer, [self.probing])

    async def take(self, *names: str) -> None:
        """Takes leases, whoever had them; and what is known of their sites is read."""
        with self.store.write() as session:
            session.execute(text("UPDATE leases SET until = clock_timestamp() - interval '1 second'"))
        with self.store.for_writing.begin() as connection:
            taken = rows.take(connection, names, self.leases.holder, TERM)
        assert len(taken) == len(names)
        self.leases.leases |= {lease.name: lease for lease in taken}
        self.shards.changed(LeaseChange(taken, frozenset()))
        await self.shards.turn()

    def hold_on(self, session: Session) -> None:
        """Its leases have not run out."""
        later = text("UPDATE leases SET until = clock_timestamp() + interval '1 minute' WHERE holder = :holder")
        session.execute(later, {"holder": self.leases.holder})

    def lose(self, name: str) -> None:
        self.shards.changed(LeaseChange({}, frozenset({self.leases.leases.pop(name)})))

    def round(self, site_id: str, *, answers: bool) -> list[Decision]:
        self.clock.advance(5)
        verdict = Verdict.OK if answers else Verdict.FAILED
        got = 3 if answers else 0
        now_utc, now_ns = self.live.clock.utc(), self.clock.mono_ns()
        sample = Sample(f"{site_id}/gateway", "icmp", now_utc, now_ns, verdict, 3, got, (1_000_000,) * got)
        decided = self.live.board.observe(sample)
        self.writer.put(decided)
        return decided


@contextmanager
def two_nodes(tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    store, clock = open_store(tmp_path, servers.migrated_of(tmp_path)), VirtualClock()
    with store.for_writing.begin() as connection:
        rows.make_rows(connection)
    yield Node("one", store, clock), Node("two", store, clock)
    store.close()
