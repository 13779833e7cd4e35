"""Run the mirror to outside help desks in threads of their own; nothing else waits for them."""

import asyncio
import logging
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from monitor.alerts.helpdesks.base import Helpdesk
from monitor.alerts.helpdesks.registry import open_desk
from monitor.alerts.mirror import queue
from monitor.alerts.mirror.sync import Mirror, Outcome
from monitor.charter.offices import ALONE, Offices
from monitor.domain.clock import Clock
from monitor.domain.leases import Duty
from monitor.domain.log_events import LogEvent
from monitor.logs.emit import emit
from monitor.net.deadline import Cancellation
from monitor.net.pool import Pool
from monitor.runtime.leases import Leases, store_for
from monitor.runtime.live import RuntimeView
from monitor.runtime.part import Part
from monitor.settings.helpdesk_section import Helpdesk as Section
from monitor.settings.helpdesk_section import served_by
from monitor.settings.load import Settings
from monitor.settings.secrets import SecretError
from monitor.store import helpdesk_queries
from monitor.store.database import Store
from monitor.store.errors import DatabaseError
from monitor.store.leases import LeaseLost

log = logging.getLogger(__name__)

LOOK_S = 5.0
TOKEN_S = 60.0
THREADS = 8
"""So many help desks are asked at once; more wait, each for as long as one request of another at most."""
MOST_WAITING = 10_000


@dataclass
class ServedDesk:
    """A help desk with the offices whose tickets go there, and how long to back off from it while it is unavailable.

    ``served``: the office that had the last turn. ``desk``: None until its token has been read.
    """

    section: Section
    offices: Sequence[str]
    desk: Helpdesk | None = None
    failures: int = 0
    served: str = ALONE


def desks_of(section: Section, offices: Offices) -> list[ServedDesk]:
    """Return the help desks that are configured, each once, with its offices. Pure.

    ``section``: that of an office that stands alone. Among several each has what its own file or the installation's
    names, and those that name the same one share it.
    """
    named = (
        ((id_, office.helpdesk) for id_, office in offices.others.items()) if offices.several else [(ALONE, section)]
    )
    return [ServedDesk(each, ids) for each, ids in served_by(named).items()]


class HelpdeskWorker(Part):
    """The part that mirrors, to each help desk independently of the others. Its only state is `ServedDesk`."""

    name = "help desk"

    def __init__(self, store: Store, live: RuntimeView, settings: Settings, clock: Clock, leases: Leases) -> None:
        self._store, self._live, self._clock, self._leases = store, live, clock, leases
        self._cancellation = Cancellation()
        self._thread = Pool("help desk", THREADS, MOST_WAITING)
        self._changed = asyncio.Event()
        self._begin(settings)

    def reconfigure(self, settings: Settings) -> None:
        """Mirror to those help desks from now on; their tokens are read again."""
        self._begin(settings)
        self._changed.set()

    def _begin(self, settings: Settings) -> None:
        self._home = settings.home
        self._desks = desks_of(settings.monitor.helpdesk, self._live.offices)

    async def run(self) -> None:
        """Mirror to all help desks at once, one ticket after the other in each, until cancelled.

        Another configuration begins when the tickets under way have had their turn: no ticket has two at a time.
        """
        while True:
            self._changed.clear()
            async with asyncio.TaskGroup() as group:
                for each in self._desks:
                    group.create_task(self._mirror(each))
                await self._changed.wait()

    async def _mirror(self, to: ServedDesk) -> None:
        """Mirror one ticket after the other, until the configuration changes."""
        while not self._changed.is_set():
            store = store_for(self._leases, Duty.HELPDESK, self._store)
            wait_s = LOOK_S
            if store is not None:
                wait_s = await asyncio.wrap_future(self._thread.submit(self._turn, store, to))
            if wait_s:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), wait_s)

    def _turn(self, store: Store, to: ServedDesk) -> float:
        """Mirror one ticket; return the seconds until the next."""
        key = to.section.key
        try:
            if to.desk is None:
                to.desk = open_desk(to.section, self._home, self._cancellation)
            outcome = self._next(store, to, to.desk)
        except SecretError as error:
            emit(log, LogEvent.HELPDESK_SECRET_UNREADABLE, "%s: tickets are not mirrored: %s", key, error, desk=key)
            return TOKEN_S
        except LeaseLost as error:
            self._leases.lost(error.leases)
            return LOOK_S
        except DatabaseError as error:
            text = "what is pending for the help desk cannot be read now: %s"
            emit(log, LogEvent.HELPDESK_QUEUE_UNREADABLE, text, error.orig)
            return LOOK_S
        if outcome in {Outcome.AWAY, Outcome.REFUSED}:
            return _left_alone(to, outcome)
        if to.failures and outcome is Outcome.MORE:
            to.failures = 0
            emit(log, LogEvent.HELPDESK_BACK, "%s: the help desk takes tickets again", key, desk=key)
        return 0.0 if outcome is Outcome.MORE else LOOK_S

    def _next(self, store: Store, to: ServedDesk, desk: Helpdesk) -> Outcome:
        """Mirror the next ticket, of each office in its turn. Raises DatabaseError, LeaseLost."""
        offices, key, poll = self._live.offices, to.section.key, timedelta(seconds=to.section.poll_s)
        concerned = to.offices
        if len(concerned) > 1:
            with store.read() as session:
                concerned = helpdesk_queries.offices_in_turn(session, key, concerned, self._clock.utc())
        for id_ in sorted(concerned, key=lambda each: (each <= to.served, each)):
            outcome = Mirror(store.of(id_), offices.office(id_), desk, key, poll, self._clock).next()
            if outcome is not Outcome.IDLE:
                to.served = id_
                return outcome
        return Outcome.IDLE

    async def close(self) -> None:
        """Abort what is under way; it is found again, done or not, at the next start."""
        self._cancellation.cancel()
        self._thread.close()


def _left_alone(to: ServedDesk, outcome: Outcome) -> float:
    """Return for how many seconds a help desk that is unavailable is not asked; the first time it is logged."""
    to.failures += 1
    if to.failures == 1:
        text = "%s: %s: tickets wait until it is back"
        emit(log, LogEvent.HELPDESK_AWAY, text, to.section.key, outcome.value, desk=to.section.key)
    if outcome is Outcome.REFUSED:
        to.desk = None  # the token may have been replaced
    backoff = queue.backoff_after(to.failures, random.random(), away=outcome is Outcome.AWAY)
    return backoff.total_seconds()
