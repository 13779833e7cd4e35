"""Run the mirror to an outside help desk in a thread of its own; nothing else waits for it."""

import asyncio
import logging
import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from monitor.alerts.helpdesks.base import Helpdesk
from monitor.alerts.helpdesks.registry import key_of, open_desk
from monitor.alerts.mirror import queue
from monitor.alerts.mirror.sync import Mirror, Outcome
from monitor.charter.offices import ALONE
from monitor.domain.clock import Clock
from monitor.domain.leases import Duty
from monitor.domain.log_events import LogEvent
from monitor.logs.emit import emit
from monitor.net.deadline import Cancellation
from monitor.net.pool import Pool
from monitor.runtime.leases import Leases, store_for
from monitor.runtime.live import RuntimeState
from monitor.runtime.part import Part
from monitor.settings.helpdesk_section import Helpdesk as Section
from monitor.settings.load import Settings
from monitor.settings.secrets import SecretError
from monitor.store import helpdesk_queries
from monitor.store.database import Store
from monitor.store.errors import DatabaseError
from monitor.store.leases import LeaseLost

log = logging.getLogger(__name__)

LOOK_S = 5.0
TOKEN_S = 60.0


class HelpdeskWorker(Part):
    """The part that mirrors. Its only state is how long to back off from a desk that is unavailable."""

    name = "help desk"

    def __init__(self, store: Store, live: RuntimeState, settings: Settings, clock: Clock, leases: Leases) -> None:
        self._store, self._live, self._clock, self._leases = store, live, clock, leases
        self._opened: tuple[Section, Helpdesk] | None = None
        self._cancellation = Cancellation()
        self._failures, self._served = 0, ALONE
        self._thread = Pool("help desk", threads=1)
        self._changed = asyncio.Event()
        self._begin(settings)

    def reconfigure(self, settings: Settings) -> None:
        """Mirror to that help desk from now on; its token is read again."""
        self._begin(settings)
        self._changed.set()

    def _begin(self, settings: Settings) -> None:
        self._section, self._home, self._opened = settings.monitor.helpdesk, settings.home, None
        self._failures = 0
        self._live.helpdesk = key_of(self._section) if self._section.kind else ""

    async def run(self) -> None:
        """Mirror one ticket after the other, until cancelled."""
        while True:
            self._changed.clear()
            wait_s: float | None = None
            store = store_for(self._leases, Duty.HELPDESK, self._store)
            if self._section.configured and store is None:
                wait_s = LOOK_S
            elif self._section.configured and store is not None:
                wait_s = await asyncio.wrap_future(self._thread.submit(self._turn, store, self._section, self._home))
            if wait_s != 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), wait_s)

    def _turn(self, store: Store, section: Section, home: Path) -> float:
        """Mirror one ticket; return the seconds until the next."""
        try:
            opened = self._opened
            if opened is None or opened[0] != section:
                opened = self._opened = (section, open_desk(section, home, self._cancellation))
            desk = opened[1]
            poll = timedelta(seconds=section.poll_s)
            outcome = self._next(store, desk, key_of(section), poll)
        except SecretError as error:
            emit(log, LogEvent.HELPDESK_SECRET_UNREADABLE, "tickets are not mirrored: %s", error)
            return TOKEN_S
        except LeaseLost as error:
            self._leases.lost(error.leases)
            return LOOK_S
        except DatabaseError as error:
            text = "what is pending for the help desk cannot be read now: %s"
            emit(log, LogEvent.HELPDESK_QUEUE_UNREADABLE, text, error.orig)
            return LOOK_S
        if outcome in {Outcome.AWAY, Outcome.REFUSED}:
            return self._left_alone(outcome)
        if self._failures and outcome is Outcome.MORE:
            self._failures = 0
            emit(log, LogEvent.HELPDESK_BACK, "the help desk takes tickets again")
        return 0.0 if outcome is Outcome.MORE else LOOK_S

    def _next(self, store: Store, desk: Helpdesk, key: str, poll: timedelta) -> Outcome:
        """Mirror the next ticket, of each office in its turn. Raises DatabaseError, LeaseLost."""
        offices = self._live.offices
        concerned: Sequence[str] = (ALONE,)
        if offices.several:
            with store.read() as session:
                concerned = helpdesk_queries.offices_in_turn(session, key, self._clock.utc())
            # An office that has named a help desk of its own gives nothing to this one.
            concerned = [id_ for id_ in concerned if offices.office(id_).helpdesk == self._section]
        for id_ in sorted(concerned, key=lambda each: (each <= self._served, each)):
            outcome = Mirror(store.of(id_), offices.office(id_), desk, key, poll, self._clock).next()
            if outcome is not Outcome.IDLE:
                self._served = id_
                return outcome
        return Outcome.IDLE

    def _left_alone(self, outcome: Outcome) -> float:
        self._failures += 1
        if self._failures == 1:
            emit(log, LogEvent.HELPDESK_AWAY, "%s: tickets wait until it is back", outcome.value)
        if outcome is Outcome.REFUSED:
            self._opened = None  # the token may have been replaced
        backoff = queue.backoff_after(self._failures, random.random(), away=outcome is Outcome.AWAY)
        return backoff.total_seconds()

    async def close(self) -> None:
        """Abort what is under way; it is found again, done or not, at the next start."""
        self._cancellation.cancel()
        self._thread.close()
