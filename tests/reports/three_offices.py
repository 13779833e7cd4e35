"""Three offices of two districts with an October behind them, in one database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.alerts.cases import outages
from monitor.alerts.cases.due import do_what_is_due
from monitor.alerts.cases.entered import Entered
from monitor.charter.offices import Offices
from monitor.configuration import load_installation
from monitor.domain.reasons import TIMEOUT
from monitor.judging.decisions import Decision, OutageClosed, OutageOpened, SiteChanged
from monitor.judging.health import State
from monitor.settings.installation import Installation
from monitor.store.database import Store
from monitor.store.work import Work
from tests.settings.many_offices import installation as made
from tests.store.migrated import new_store

SITES = {"bheramara": "udc-juniadaha", "mirpur": "mirpur.udc", "gangni": "gangni.udc"}
BEFORE = datetime(2026, 7, 1, tzinfo=UTC)
LATER = datetime(2026, 11, 2, 4, tzinfo=UTC)


@dataclass(frozen=True)
class ThreeOffices:
    """Their home, configuration and database."""

    home: Path
    installation: Installation
    offices: Offices
    store: Store

    def decide(self, office: str, decision: Decision, at: datetime) -> None:
        with self.store.of(office).write() as session:
            outages.apply(Work(session, self.offices.office(office), at), decision)

    def look(self, at: datetime) -> None:
        """Do in each office what is due then: open tickets, let stages begin."""
        for id_, office in self.offices.others.items():
            with self.store.of(id_).write() as session:
                do_what_is_due(Work(session, office, at))

    def down(self, office: str, began: datetime, length: timedelta) -> None:
        self.decide(office, OutageOpened(SITES[office], began, began, None, TIMEOUT), began)
        self.look(began + timedelta(hours=1))
        if length > timedelta(days=1):
            self.look(began + length - timedelta(minutes=1))
        self.decide(office, OutageClosed(SITES[office], began + length), began + length)
        self.look(began + length + timedelta(hours=1))


@contextmanager
def three_offices(home: Path) -> Iterator[ThreeOffices]:
    """Bheramara: an outage of two hours and one of three days, Mirpur: one of two hours, Gangni: none."""
    installation = load_installation(made(home))
    store = new_store(home / "var")
    found = ThreeOffices(home, installation, Entered().offices(installation), store)
    for id_, site in SITES.items():
        found.decide(id_, SiteChanged(site, State.UP, BEFORE), BEFORE)
    found.down("bheramara", datetime(2026, 10, 6, 4, tzinfo=UTC), timedelta(hours=2))
    found.down("mirpur", datetime(2026, 10, 7, 5, tzinfo=UTC), timedelta(hours=2))
    found.down("bheramara", datetime(2026, 10, 11, 4, tzinfo=UTC), timedelta(days=3))
    try:
        yield found
    finally:
        store.close()
