"""Three offices of two districts at one desk: what is judged is stored as the writer of a daemon stores it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.alerts.cases.entered import Entered
from monitor.alerts.cases.of_offices import Works
from monitor.configuration import load_installation
from monitor.domain.reasons import TIMEOUT
from monitor.domain.sample import Sample, Verdict
from monitor.settings.installation import Installation
from tests.settings.many_offices import installation as made
from tests.store.migrated import new_store
from tests.web.console.visits import Visits
from tests.web.desk import Desk


class OfficesDesk(Desk):
    """The desk of an installation of several offices."""

    def _round(self, site: str, verdict: Verdict, device: str, lost: int = 0) -> None:
        received = 3 - lost if verdict is Verdict.OK else 0
        now = self.clock.utc()
        rtts = (4_000_000,) * received
        sample = Sample(f"{site}/{device}", "icmp", now, self.clock.mono_ns(), verdict, 3, received, rtts, TIMEOUT)
        self.live.observe(sample)
        with self.store.write() as session:
            works = Works(session, self.live.offices, now)
            works.store([(decision, now) for decision in self.board.observe(sample)], certain=True)
            works.do_what_is_due(500)


@contextmanager
def visited(home: Path) -> Iterator[tuple[Visits, Installation]]:
    """The console of the three offices, served."""
    installation = load_installation(made(home))
    store = new_store(home)
    desk = OfficesDesk(installation.host, store)
    desk.live.offices = Entered().offices(installation)
    try:
        with Visits(desk, installation=installation) as visits:
            yield visits, installation
    finally:
        store.close()
