"""A whole cluster: daemons, server, pooler, mail server and the watch over all probes, and what can be done to it."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.settings.storage_section import Server
from monitor.store.opening import open_store
from tests.cluster import fleet, write_log
from tests.cluster.disturbances import Disturbance, Kind
from tests.cluster.network import ClusterNetwork, daemon_address
from tests.cluster.probes import ProbeWatch
from tests.cluster.server import DATABASE, ClusterServer, Pooler
from tests.lab.clock import WallClock
from tests.lab.daemon import Daemon
from tests.lab.fleet import Settings, write_config
from tests.lab.mail import MailCatcher

READY_WITHIN_S = 120.0


@dataclass(frozen=True)
class Size:
    """How large a cluster is, and how fast it works; times in seconds. ``pooled``: the daemons behind the pooler."""

    daemons: int = 4
    pooled: frozenset[int] = frozenset({1, 3})
    trees: int = 100
    interval_s: float = 5.0
    recheck_s: float = 1.0
    term_s: float = 6.0
    clocked: int = 3

    @property
    def settings(self) -> Settings:
        """What of monitor.toml differs from that of other drills."""
        return {
            "probing": {
                "interval_s": self.interval_s,
                "recheck_s": self.recheck_s,
                "echoes": 2,
                "spacing_s": 0.05,
                "timeout_s": 0.5,
            },
            "judging": {"down_after": 3, "up_after": 2, "trace": False, "flapping_low": 0.98, "flapping_high": 0.99},
            "notices": {
                "quiet_hours": False,
                "morning": [],
                "weekly": [],
                "most_per_hour": 5_000,
                "digest_every_s": 60,
            },
            "history": {"days": 0, "years": 0},
        }


WHOLE = Size()
SMALL = Size(trees=16, interval_s=2.0, recheck_s=0.6, term_s=3.0)


def daemon_name(number: int) -> str:
    """By which the daemons know each other; the holder of a lease bears it too."""
    return f"daemon-{number}"


@dataclass
class Cluster:
    """Made in ``home`` by ``with``; its daemons are started by `start`."""

    home: Path
    size: Size
    command: Sequence[str] = ()
    """What is run in place of `upazila-monitor`."""
    blind_s: list[tuple[str, float, float]] = field(default_factory=list)
    """Whose looks count for nothing, by address, and when: its cable was cut."""

    def __enter__(self) -> Self:
        self._open = ExitStack()
        try:
            self._make()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _make(self) -> None:
        enter = self._open.enter_context
        self.network = enter(ClusterNetwork(daemons=self.size.daemons))
        self.server = enter(ClusterServer(self.network.server))
        self.pooler = enter(Pooler(self.network.pooler, self.server.folder / "pooler"))
        with self.server.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")
        open_store(self.home, self.server.here).close()
        with self.server.connect() as connection:
            write_log.install(connection)
        self.mails = enter(MailCatcher.on(self.network.hosts))
        self.probes = enter(ProbeWatch(self.network.hosts, "bridge0"))
        self.clock = WallClock(self.home)
        self.daemons = [enter(self._daemon(number)) for number in range(self.size.daemons)]
        self.stopped: set[int] = set()
        self._open.callback(self._wake_all)  # before they are asked to stop

    def _daemon(self, number: int) -> Daemon:
        home = self.home / f"daemon-{number}"
        clocked = number == self.size.clocked
        environment = self.clock.environment if clocked else None
        made = Daemon(self.network.seats[number], home, environment=environment, command=self.command)
        url = (self.pooler if number in self.size.pooled else self.server).url
        here: Settings = {"storage": {"url": url, "lease_s": self.size.term_s}, "daemon": {"name": daemon_name(number)}}
        write_config(
            made.config,
            sites=fleet.sites(self.size.trees),
            listen=made.listen,
            settings={**self.size.settings, **here},
        )
        with (made.config / "monitor.toml").open("a", encoding="utf-8") as monitor:
            monitor.write(fleet.VANTAGE)
        return made

    def _wake_all(self) -> None:
        for number in sorted(self.stopped):
            self._signal(number, signal.SIGCONT)

    def start(self) -> None:
        """Start all daemons at once, and wait until all are ready."""
        for daemon in self.daemons:
            daemon.start(ready_within_s=None)
        for daemon in self.daemons:
            daemon.wait_until_ready(READY_WITHIN_S)

    @property
    def here(self) -> Server:
        """The database, past all cables."""
        return self.server.here

    def disturb(self, what: Disturbance) -> Callable[[], None]:
        """Do it; return what ends it."""
        daemon, seat = self.daemons[what.who], self.network.seats[what.who]
        match what.kind:
            case Kind.KILL:
                daemon.kill()
                return lambda: daemon.start(ready_within_s=None)
            case Kind.STOP:
                self.stopped.add(what.who)
                self._signal(what.who, signal.SIGSTOP)
                return lambda: self._wake(what.who)
            case Kind.CUT | Kind.HALF_OPEN | Kind.CUT_DATABASE:
                begun_s = time.time()
                seat.cut(what.cut)
                return lambda: self._mend(what, begun_s)
            case Kind.SERVER_KILL:
                self.server.kill()
                return self.server.start_soon
            case Kind.SERVER_STOP:
                self.server.stop_at_once()
                return self.server.start_soon
            case Kind.POOLER_KILL:
                self.pooler.kill()
                return self.pooler.start
            case Kind.CLOCK:
                self.clock.set(what.step_s)
                return lambda: self.clock.set(0)
            case Kind.SERVER_CLOCK:
                self._shift_leases(what.step_s)
                return lambda: None

    def tend(self) -> None:
        """Start the server again where it could not begin because children of the one before were still there."""
        if self.server.process.poll() is not None:
            self.server.start_soon()

    def _signal(self, number: int, which: signal.Signals) -> None:
        daemon = self.daemons[number]
        if daemon.running:
            os.kill(daemon.pid, which)

    def _wake(self, number: int) -> None:
        self._signal(number, signal.SIGCONT)
        self.stopped.discard(number)

    def _mend(self, what: Disturbance, begun_s: float) -> None:
        self.network.seats[what.who].mend()
        if what.kind is not Kind.CUT_DATABASE:
            self.blind_s.append((daemon_address(what.who), begun_s, time.time() + 1))

    def _shift_leases(self, by_s: int) -> None:
        """As if the database's clock had jumped the other way: what it has promised lies elsewhere."""
        from psycopg import OperationalError

        with suppress(OperationalError), self.server.connect() as connection:  # it may be away just now
            for table in ("leases", "daemons"):
                connection.execute(f"UPDATE {table} SET until = until + make_interval(secs => %s)", [-by_s])
