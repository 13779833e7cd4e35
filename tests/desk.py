"""An office with the shipped configuration, a database of its own and a clock that the test turns."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.alerts.cases import actions, outages
from monitor.alerts.cases.due import do_what_is_due
from monitor.alerts.channels.base import Letter
from monitor.alerts.notices import lease, outbox
from monitor.charter.office import Office
from monitor.configuration import load
from monitor.domain.clock import VirtualClock
from monitor.domain.ticket_states import MONITOR
from monitor.judging.decisions import Decision, OutageClosed, OutageOpened
from monitor.store.database import Store
from monitor.store.models import Notice, Outage, Ticket
from monitor.store.work import Work
from tests.places import SHIPPED
from tests.store.migrated import new_store
from tests.told import said


@dataclass
class Desk:
    """What a test does to an office: decisions come in, time passes, letters are counted."""

    office: Office
    store: Store
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(datetime(2026, 11, 24, 4, 0, tzinfo=UTC)))

    def work(self, session: Session, actor: str = MONITOR) -> Work:
        """A transaction at the desk's present time."""
        return Work(session, self.office, self.clock.utc(), actor)

    def decide(self, *decisions: Decision) -> None:
        with self.store.write() as session:
            for decision in decisions:
                outages.apply(self.work(session), decision)

    def goes_down(self, site: str) -> None:
        now = self.clock.utc()
        self.decide(OutageOpened(site, now - timedelta(seconds=15), now, None, said("timeout")))

    def comes_back(self, site: str) -> None:
        self.decide(OutageClosed(site, self.clock.utc()))

    def look(self) -> None:
        """What the daemon does every second."""
        with self.store.write() as session:
            do_what_is_due(self.work(session))

    def wait(self, **length: float) -> None:
        self.clock.advance(timedelta(**length).total_seconds())
        self.look()

    def act(self, number: str, action: str, text: str = "") -> None:
        with self.store.write() as session:
            actions.act(self.work(session, "an officer"), number, action, text)

    def lease(self, channel: str = "email") -> Letter | None:
        """The next letter that is to go out through that channel."""
        with self.store.write() as session:
            return lease.lease_next(self.work(session), channel)

    def sent(self, letter: Letter, proof: str = "250 ok") -> None:
        with self.store.write() as session:
            outbox.mark_sent(self.work(session), letter, proof)

    def send_all(self) -> list[Letter]:
        """Delivers whatever is due; what it was, in that order."""
        found = []
        while (letter := self.lease()) is not None:
            found.append(letter)
            self.sent(letter)
        return found

    def tickets(self) -> list[tuple[str, str, int]]:
        """(number, state, stage) of all tickets."""
        with self.store.read() as session:
            return [(t.number, t.state, t.stage) for t in session.scalars(select(Ticket).order_by(Ticket.id))]

    def notices(self) -> list[tuple[str, str]]:
        """(kind, recipient) of all notices ever owed."""
        with self.store.read() as session:
            return [(n.kind, n.recipient) for n in session.scalars(select(Notice).order_by(Notice.id))]

    def history(self, number: str) -> list[str]:
        with self.store.read() as session:
            return [e.kind for e in session.scalars(select(Ticket).where(Ticket.number == number)).one().events]

    def outages(self) -> list[Outage]:
        with self.store.read() as session:
            return list(session.scalars(select(Outage).order_by(Outage.id)))


@pytest.fixture(scope="session")
def office() -> Office:
    return shipped_office()


@cache
def shipped_office() -> Office:
    """The office of the configuration that is shipped."""
    return Office.of(load(SHIPPED))


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Iterator[Desk]:
    store = new_store(tmp_path)
    yield Desk(office, store)
    store.close()
