"""An office as its page and its metrics show it: what the daemon would feed, fed by the test."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette

from monitor.alerts.cases import outages
from monitor.alerts.cases.due import do_what_is_due
from monitor.charter.office import Office
from monitor.configuration import load
from monitor.doctor.examiner import Examiner
from monitor.domain.clock import NS_PER_S, VirtualClock
from monitor.domain.reasons import TIMEOUT
from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.health import Rules
from monitor.metrics.exposition import Exposition
from monitor.runtime.asked_probes import AskedProbes
from monitor.runtime.changes import Changes
from monitor.runtime.history_keeper import HistoryKeeper
from monitor.runtime.live import RuntimeState
from monitor.runtime.tracing import Hops
from monitor.settings.installation import Installation
from monitor.settings.load import Settings
from monitor.store.database import Store
from monitor.store.work import Work
from monitor.web.app import make_app
from monitor.web.papers import Papers
from tests.places import SHIPPED
from tests.store.migrated import new_store


@dataclass
class Desk:
    """The shipped office, judged round by round; ``live``, ``exposition`` and ``store`` are what readers get.

    ``installation``: of which ``settings`` are the host's, where there are several offices.
    """

    settings: Settings
    store: Store
    clock: VirtualClock = field(default_factory=VirtualClock)
    keeper: HistoryKeeper | None = None
    papers: Papers = field(default_factory=Papers)
    installation: Installation | None = None

    def __post_init__(self) -> None:
        self.board = Board(self.settings.fleet, Rules())
        self.live = RuntimeState(self.clock, self.settings.fleet, self.board, Office.of(self.settings))
        self.turned_mono_ns = {"probing": 0}
        self.exposition = Exposition(self.live, self.store, self.clock)
        self.changes = Changes(self.live.instance)
        self.examiner = Examiner(self.clock, self.live, self.store, self.settings, lambda: None)

    @property
    def office(self) -> Office:
        """The office in force; a test may replace it."""
        return self.live.office

    @office.setter
    def office(self, office: Office) -> None:
        self.live.office = office

    def ages(self) -> dict[str, float]:
        """How many seconds ago each part turned last, as the test says in ``turned_mono_ns``."""
        now_ns = self.clock.mono_ns()
        return {part: (now_ns - at_ns) / NS_PER_S for part, at_ns in self.turned_mono_ns.items()}

    def round(self, site: str, verdict: Verdict = Verdict.OK, device: str = "gateway", lost: int = 0) -> None:
        """One round of one device, judged, shown and stored."""
        self._round(site, verdict, device, lost)
        self.clock.advance(5)

    def _round(self, site: str, verdict: Verdict, device: str, lost: int = 0) -> None:
        received = 3 - lost if verdict is Verdict.OK else 0
        rtts = (4_000_000,) * received
        now = self.clock.utc()
        sample = Sample(f"{site}/{device}", "icmp", now, self.clock.mono_ns(), verdict, 3, received, rtts, TIMEOUT)
        self.live.observe(sample)
        with self.store.write() as session:
            for decision in self.board.observe(sample):
                outages.apply(Work(session, self.office, now), decision)
            do_what_is_due(Work(session, self.office, now))

    def goes_down(self, site: str) -> None:
        """By its own fault: whoever it lies behind answers."""
        for ancestor in self.settings.fleet.ancestors(site):
            self._round(ancestor, Verdict.OK, "gateway")
        for _ in range(3):
            self.round(site, Verdict.FAILED)

    def app(self) -> Starlette:
        """All that is served of it."""
        return make_app(
            self.live,
            self.exposition,
            self.store,
            lambda: self.settings,
            self.ages,
            self.clock,
            self.changes,
            probes=self.probes(),
            keeper=self.keeper,
            papers=self.papers,
            examiner=self.examiner,
            installation_of=lambda: self.installation or Installation.of(self.settings),
        )

    def probes(self) -> AskedProbes:
        """The probes that people ask for, of an engine that answers at once."""
        return AskedProbes(self.clock, self.live, self._answers_at_once, self.changes.publish, _reached_in_two_hops)

    def _answers_at_once(self, device: str) -> None:
        """What the engine does when a probe is asked for."""
        now_ns = self.clock.mono_ns()
        self.live.observe(Sample(device, "icmp", self.clock.utc(), now_ns, Verdict.OK, 3, 3, (2_100_000,) * 3))

    def text(self) -> str:
        self.clock.advance(timedelta(seconds=2).total_seconds())  # past the age at which a page is given out again
        return self.exposition.render().body.decode()


async def _reached_in_two_hops(address: str) -> Hops:
    return [(1, "127.77.0.1"), (2, address)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Desk]:
    store = new_store(tmp_path)
    yield Desk(load(SHIPPED), store)
    store.close()
