"""An office whose tickets are mirrored to a help desk, as a test sees both."""

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import select

from monitor.alerts.helpdesks.base import Helpdesk
from monitor.alerts.helpdesks.registry import DESKS, open_desk
from monitor.alerts.mirror.sync import Mirror, Outcome
from monitor.charter.office import Office
from monitor.domain.ticket_states import TicketState
from monitor.i18n.reasons import history_text
from monitor.settings.helpdesk_section import Helpdesk as Section
from monitor.store import helpdesk_queries
from monitor.store.models import TicketEvent
from tests.desk import Desk
from tests.lab.glpi import APP_TOKEN
from tests.store.migrated import new_store

POLL = timedelta(seconds=60)
SITE = "backbone-north"
REAL_S = 100.0  # how long the real Request Tracker may take for a request: it needs ten seconds on a busy machine
prefixes = count(1)


class Place(Protocol):
    """A help desk as a test sees it: what stands there, and what somebody at the desk does."""

    kind: str
    queue: str

    @property
    def url(self) -> str: ...

    @property
    def token(self) -> str: ...

    def tickets(self, number: str) -> list[str]: ...

    def status(self, id_: str) -> str: ...

    def remarks(self, id_: str) -> list[tuple[str, str]]: ...

    def person_writes(self, id_: str, text: str) -> None: ...

    def person_sets(self, id_: str, status: str) -> None: ...

    def go_away(self) -> None: ...

    def come_back(self) -> None: ...


@dataclass
class Mirrored:
    """Both sides: ``here`` the office, ``place`` the help desk, and between them the mirror."""

    here: Desk
    place: Place
    section: Section
    desk: Helpdesk

    @property
    def mirror(self) -> Mirror:
        return Mirror(
            self.here.store, self.here.office, self.desk, self.section.key, POLL, self.here.clock, lambda: 1.0
        )

    def settle(self, most: int = 50) -> Outcome:
        """Gives every ticket its turn that is due; what came of the last."""
        for _ in range(most):
            outcome = self.mirror.next()
            if outcome is not Outcome.MORE:
                return outcome
        raise AssertionError(f"still not settled after {most} turns")

    def later(self, **length: float) -> Outcome:
        """So much later."""
        self.here.clock.advance(timedelta(**length).total_seconds())
        self.here.look()
        return self.settle()

    def opened(self, site: str = SITE) -> tuple[str, str]:
        """A site goes down and its ticket stands there: (our number, the id there)."""
        self.here.goes_down(site)
        self.here.look()
        number = self.here.tickets()[-1][0]
        self.settle()
        return number, self.id_of(number)

    def id_of(self, number: str) -> str:
        (only,) = self.place.tickets(number)
        return only

    def state(self, number: str) -> str:
        return {found: state for found, state, _ in self.here.tickets()}[number]

    def stands_at(self, id_: str, state: TicketState) -> bool:
        """Whether the status there stands for this state of ours."""
        return state in self.desk.means.get(self.place.status(id_), ())

    def done_there(self) -> list[tuple[str, str, str]]:
        """(actor, kind, text) of all that our history has from there."""
        with self.here.store.read() as session:
            events = session.scalars(select(TicketEvent).order_by(TicketEvent.id))
            theirs = [event for event in events if event.actor.partition("/")[0] == helpdesk_queries.ACTOR]
            return [(event.actor, event.kind, history_text(event.reason, event.text, "en")) for event in theirs]

    def told(self, number: str) -> list[int]:
        """The ids of our events that are written there, in the order in which they are."""
        marks = [text.split()[0] for who, text in self.place.remarks(self.id_of(number)) if who == "monitor"]
        return [int(mark.partition("/")[2].partition(")")[0]) for mark in marks]

    def ours(self, number: str) -> list[int]:
        """The ids of all events that are to be written there: the first message tells the opening."""
        with self.here.store.read() as session:
            events = session.scalars(select(TicketEvent).order_by(TicketEvent.id)).all()
            return [
                e.id
                for e in events
                if e.ticket.number == number
                and e.kind != "opened"
                and e.actor.partition("/")[0] != helpdesk_queries.ACTOR
            ]

    def totals(self) -> helpdesk_queries.MirrorTotals:
        with self.here.store.read() as session:
            return helpdesk_queries.totals(session)[self.section.key, self.here.office.among]


def mirrored(place: Place, office: Office, folder: Path, timeout_s: float = 10.0) -> Mirrored:
    """An office of its own, whose numbers no other test has given."""
    charter = replace(office.charter, ticket_prefix=f"T{next(prefixes):03}")
    own = replace(office, charter=charter)
    secret, app = folder / "token", folder / "app-token"
    secret.write_text(f"{place.token}\n")
    app.write_text(f"{APP_TOKEN}\n")
    keys: dict[str, Any] = {"app_token_file": app} if place.kind == "glpi" else {}
    section = DESKS[place.kind].settings(
        kind=place.kind, url=place.url, token_file=secret, queue=place.queue, timeout_s=timeout_s, **keys
    )
    return Mirrored(Desk(own, new_store(folder / "state")), place, section, open_desk(section, folder))
