"""One run: sites go down and come back, the cluster is disturbed, and in the end all is held against the truth."""

import heapq
import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.cluster import fleet
from tests.cluster.cluster import Cluster
from tests.cluster.disturbances import Disturbance, Plan, drawn
from tests.lab.waiting import until

SETTLED_WITHIN_S = 180.0


FOR_A_DIGEST = """(
    EXISTS (SELECT FROM notices WHERE thread_id = n.thread_id AND kind = 'resolved' AND sent_utc IS NULL) AND NOT EXISTS
    (SELECT FROM notices WHERE thread_id = n.thread_id AND sent_utc IS NOT NULL AND folded_into IS NULL))"""
"""A letter about a case that ended before any was sent, and to a reader who has just had a digest."""


@dataclass(frozen=True)
class Faults:
    """How sites go down: one every so often, each for so long, in seconds; none after the first ``begin_s``.

    They last longer than two takeovers in a row and what judging takes: what is shorter may rightly be missed.
    """

    every_s: float
    last_s: tuple[float, float]
    begin_s: float = float("inf")


IN_WHOLE, IN_SMALL = Faults(every_s=3.0, last_s=(45.0, 100.0)), Faults(every_s=1.0, last_s=(21.0, 26.0), begin_s=8.0)


@dataclass
class Down:
    """A fault as it was made: of a whole tree (place 0) or of one branch. Times in seconds since 1970."""

    tree: int
    place: int
    began_s: float
    ended_s: float | None = None

    @property
    def where(self) -> str:
        return fleet.prefix(self.tree) if self.place == 0 else fleet.address(self.tree, self.place)

    @property
    def site(self) -> str:
        return fleet.site_id(self.tree, self.place)


@dataclass(frozen=True)
class Done:
    """A disturbance that was made, by the clock of the test, in seconds since 1970."""

    what: Disturbance
    began_s: float
    ended_s: float


@dataclass(frozen=True)
class Played:
    """A run that is over: what was done, and between which moments sites were to be watched, in seconds since 1970."""

    done: Sequence[Done]
    downs: Sequence[Down]
    began_s: float
    ended_s: float
    trouble: Sequence[str] = ()
    """A daemon that ended by itself, or what did not become well in the end."""


@dataclass
class Player:
    """Plays a plan on a cluster, in the one thread that may start processes: they end with it."""

    cluster: Cluster
    plan: Plan
    faults: Faults
    say: Callable[[str], None] = lambda _: None
    _due: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def play(self) -> Played:
        """All of it, to the end."""
        self._luck = random.Random(self.plan.seed)
        self._choice = fleet.Choice(self._luck, self.cluster.size.trees)
        self._down: list[Down] = []
        self._done: list[Done] = []
        self._trouble: list[str] = []
        self.cluster.start()
        self._begun_s = time.time()
        self._zero = time.monotonic()
        plan = list(drawn(self.plan))
        last_s = max(each.until_s for each in plan)
        for each in plan:
            self._at(each.after_s, lambda each=each: self._disturb(each))  # type: ignore[misc]
        at_s = 0.0
        while at_s < min(last_s, self.faults.begin_s):
            self._at(at_s, self._one_goes_down)
            at_s += self.faults.every_s * self._luck.uniform(0.5, 1.5)
        while self._due:
            at, _, act = heapq.heappop(self._due)
            time.sleep(max(0.0, at - time.monotonic()))
            act()
            self.cluster.tend()
        self._settle()
        return Played(self._done, self._down, self._begun_s, self._ended_s, self._trouble)

    def _at(self, after_s: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self._zero + after_s, next(self._numbers), act))

    def _in(self, seconds: float, act: Callable[[], None]) -> None:
        self._at(time.monotonic() - self._zero + seconds, act)

    def _one_goes_down(self) -> None:
        chosen = self._choice.next()
        if chosen is None:
            return
        down = Down(*chosen, began_s=time.time())
        self.cluster.network.down(down.where)
        self._down.append(down)
        self._in(self._luck.uniform(*self.faults.last_s), lambda: self._comes_back(down))

    def _comes_back(self, down: Down) -> None:
        self.cluster.network.up(down.where)
        down.ended_s = time.time()
        self._choice.well_again(down.tree)

    def _disturb(self, what: Disturbance) -> None:
        self.say(f"{what.after_s:7.1f} s  {what.kind.value}, for {what.lasts_s:.1f} s (daemon {what.who})")
        began_s = time.time()
        end = self.cluster.disturb(what)

        def ends() -> None:
            end()
            self._done.append(Done(what, began_s, time.time()))

        self._in(what.lasts_s, ends)

    def _settle(self) -> None:
        """Until everything is well again and told, then stop the daemons."""
        self.say("all disturbances are over; waiting until everything is well and told")
        try:
            until(self._is_settled, "everything well and told", SETTLED_WITHIN_S)
        except AssertionError as error:
            self._trouble.append(str(error))
        self._ended_s = time.time()
        for number, daemon in enumerate(self.cluster.daemons):
            if daemon.running:
                daemon.stop()
            else:
                self._trouble.append(f"daemon {number} has ended by itself: {daemon.log().strip()[-300:]}")

    def _is_settled(self) -> bool:
        from psycopg import OperationalError

        self.cluster.tend()
        try:
            with self.cluster.server.connect() as connection:
                row = connection.execute(
                    "SELECT (SELECT count(*) FROM outages WHERE ended_utc IS NULL) "
                    "+ (SELECT count(*) FROM tickets WHERE state <> 'resolved') "
                    f"+ (SELECT count(*) FROM notices n WHERE sent_utc IS NULL AND NOT {FOR_A_DIGEST})"
                ).fetchone()
        except OperationalError:
            return False
        assert row is not None
        return row[0] == 0
