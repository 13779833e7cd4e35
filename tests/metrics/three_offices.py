"""The three offices of `many_offices` as their metrics show them; outages are stored as the writer stores them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from monitor.alerts.cases.entered import Entered
from monitor.alerts.cases.of_offices import Works
from monitor.charter.offices import Offices
from monitor.configuration import load_installation
from monitor.domain.clock import VirtualClock
from monitor.domain.reasons import TIMEOUT
from monitor.judging.board import Board
from monitor.judging.decisions import Decision, OutageClosed, OutageOpened, SiteChanged
from monitor.judging.health import Rules, State
from monitor.metrics.exposition import Exposition
from monitor.runtime.live import RuntimeState
from monitor.store.database import Store
from tests.metrics.pages import value
from tests.settings.many_offices import installation
from tests.store.migrated import new_store

OFFICES = ("bheramara", "mirpur", "gangni")
OWN_SITE = {"bheramara": "udc-juniadaha", "mirpur": "mirpur.udc", "gangni": "gangni.udc"}


@dataclass
class ThreeOffices:
    """What readers get of them."""

    offices: Offices
    store: Store
    clock: VirtualClock = field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        fleet = self.offices.host.fleet
        self.live = RuntimeState(self.clock, fleet, Board(fleet, Rules()), self.offices.host)
        self.live.offices = self.offices
        self.exposition = Exposition(self.live, self.store, self.clock)

    def know(self) -> None:
        """Every site answers."""
        now_utc = self.clock.utc()
        self.decide(*(SiteChanged(site, State.UP, now_utc) for site in self.offices.host.fleet.sites))

    def down(self, site: str) -> None:
        """It goes down now."""
        now_utc = self.clock.utc()
        self.decide(OutageOpened(site, now_utc, now_utc, None, TIMEOUT))

    def up(self, site: str) -> None:
        """Its outage ends now."""
        self.decide(OutageClosed(site, self.clock.utc()))

    def decide(self, *decisions: Decision) -> None:
        """What the writer does in one transaction, and then all that is due."""
        now_utc = self.clock.utc()
        with self.store.write() as session:
            works = Works(session, self.offices, now_utc)
            works.store([(decision, now_utc) for decision in decisions], certain=True)
            works.do_what_is_due(500)

    def values(self, name: str, **labels: str) -> dict[str, float | None]:
        """The value of a series in each office, on a page made now."""
        self.clock.advance(2)
        page = self.exposition.render().body.decode()
        return {office: value(page, name, office=office, **labels) for office in OFFICES}


@contextmanager
def three_offices(home: Path) -> Iterator[ThreeOffices]:
    """With an empty database."""
    store = new_store(home / "state")
    try:
        yield ThreeOffices(Entered().offices(load_installation(installation(home))), store)
    finally:
        store.close()
