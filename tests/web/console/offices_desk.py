"""Three offices of two districts at one desk: what is judged is stored as the writer of a daemon stores it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from monitor.accounts import tokens, users
from monitor.accounts.nodes import Places
from monitor.accounts.users import Profile
from monitor.alerts.cases.entered import Entered
from monitor.alerts.cases.of_offices import Works
from monitor.configuration import load_installation
from monitor.domain.api_scopes import STATUS_READ
from monitor.domain.reasons import TIMEOUT
from monitor.domain.roles import Role
from monitor.domain.sample import Sample, Verdict
from monitor.settings.installation import Installation
from monitor.store.models import Ticket
from monitor.store.work import Work
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


KUSHTIA = frozenset({"bheramara", "mirpur"})
EVERYWHERE = KUSHTIA | {"gangni"}
SEES = {
    **{"": EVERYWHERE, "khulna": EVERYWHERE, "kushtia": KUSHTIA, "meherpur": frozenset({"gangni"})},
    **{office: frozenset({office}) for office in sorted(EVERYWHERE)},
    "gone": frozenset[str](),
}
"""Which offices somebody at a place sees; 'gone' is a place that is not in the tree any more."""

SITE = {"bheramara": "udc-juniadaha", "mirpur": "mirpur.udc", "gangni": "gangni.udc"}


def with_a_ticket_each(desk: OfficesDesk) -> dict[str, str]:
    """Open a ticket in each office, as its site is down for long; return their numbers."""
    for site in SITE.values():
        desk.goes_down(site)
    desk.clock.advance(40 * 86_400)
    for site in SITE.values():
        desk.round(site, Verdict.FAILED)
    with desk.store.read() as session:
        return {row.office: row.number for row in session.scalars(select(Ticket))}


def with_people(desk: OfficesDesk, installation: Installation) -> None:
    """Add for each place a user `user-PLACE` and a token `program-PLACE`, and the administrator rahim for the whole."""
    places = Places.of(installation, "")
    with desk.store.write() as session:
        work = Work(session, desk.office, desk.clock.utc(), "cli:test", via="cli")
        users.add(work, "rahim", Profile(Role.ADMIN), places=places)
        for node in installation.tree.nodes:
            users.add(work, f"user-{node}", Profile(Role.ADMIN, node=node), places=places)
            tokens.give_out(work, tokens.Wanted(f"program-{node}", [STATUS_READ], node=node), places)


def marks_of(installation: Installation, office: str) -> set[str]:
    """Texts that stand in nothing but what is about this office: its sites, its tickets' numbers, its people."""
    sites = [site for site in installation.offices[office].fleet.sites.values() if site.kind not in {"office"}]
    found = {f"/sites/{site.id}" for site in sites} | {f'"{site.id}"' for site in sites}
    found |= {site.name_en for site in sites if office != "bheramara"} | {f"Upazila Office, {office.capitalize()}"}
    return found | {
        f"user-{office}",
        f"program-{office}",
        f"{installation.offices[office].charter.office.ticket_prefix}-2",
    }
