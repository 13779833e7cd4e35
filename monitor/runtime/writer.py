"""Store decisions, in order, and every second do what has fallen due.

One thread owns all writing. A locked or full database delays a decision but never loses it: it is retried until it is
stored, with its original time, while probing goes on.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime

from monitor.alerts.cases import outages, recount, redate, set_aside
from monitor.alerts.cases.clock import note_trust, settle
from monitor.alerts.cases.due import MOST_AT_ONCE, do_what_is_due
from monitor.alerts.cases.entered import Entered, entered_by
from monitor.alerts.cases.ticket_log import log_history
from monitor.charter.office import Office
from monitor.domain.clock import NS_PER_S
from monitor.domain.log_events import LogEvent
from monitor.judging.clock_trust import ClockTrust, next_trust
from monitor.judging.decisions import Decision, OutageClosed, OutageOpened
from monitor.logs.emit import emit
from monitor.net.pool import Pool, PoolFull
from monitor.runtime.decision_lines import log_decision
from monitor.runtime.leases import Leases
from monitor.runtime.live import RuntimeState
from monitor.runtime.office_in_force import OfficeInForce
from monitor.runtime.part import Part
from monitor.runtime.trusted_clock import TrustedClock
from monitor.store import board_state, operations, ticket_history
from monitor.store.database import Store
from monitor.store.errors import DatabaseError
from monitor.store.work import Work

log = logging.getLogger(__name__)

LOOK_S = 1.0
SHARE = 0.05  # of its time that the writer spends looking when nothing happens, however much there is to look at
LONGEST_LOOK_S = 15.0
RETRY_S = 2.0
LAST_WRITE_S = 4.0  # when the daemon stops
HEARTBEAT_NS = 10 * NS_PER_S
MOST_WAITING = 100_000


class DecisionWriter(Part):
    """The one writer; it also updates the clock's trust.

    ``wake_delivery``: called, on the loop, when notices may be pending.

    ``changed``: called, on the loop, with the names of tickets and sites whose stored state has changed, by whomever.

    Changes of planned work, of orders about the calendar and of the trusted time that it reads go to ``in_force``.
    """

    name = "writing"

    def __init__(
        self,
        clock: TrustedClock,
        store: Store,
        live: RuntimeState,
        in_force: OfficeInForce,
        leases: Leases,
        wake_delivery: Callable[[], None],
        changed: Callable[[Collection[str]], None] = lambda _: None,
    ) -> None:
        self._clock, self._store, self._live, self._in_force = clock, store, live, in_force
        self._leases = leases
        self._wake_delivery, self._changed = wake_delivery, changed
        self._last_event: int | None = None
        self._attempts = operations.Attempts[tuple[Decision, datetime]]()
        self._waiting: deque[tuple[Decision, datetime]] = deque()
        self._thread = Pool("writer", threads=1, backlog=1)
        self._writing: (
            tuple[Future[tuple[bool, Entered, ClockTrust, list[str]]], list[tuple[Decision, datetime]]] | None
        ) = None
        self._has_work = asyncio.Event()
        self._last_heartbeat_ns = 0
        self._counted_by: Office | None = None
        self._last_commit_mono_ns = clock.mono_ns()
        live.clock_suspect = clock.trust.suspect

    @property
    def last_turn_mono_ns(self) -> int:
        """Return when it last committed, also without decisions to store."""
        return self._last_commit_mono_ns

    @property
    def failing(self) -> str:
        """Return why the database refuses to write; empty while it writes."""
        return self._live.store_refuses

    @property
    def clock_suspect(self) -> bool:
        """Return whether the wall clock is suspect."""
        return self._live.clock_suspect

    @property
    def waiting(self) -> int:
        """Return how many decisions are not stored yet."""
        return len(self._waiting)

    def put(self, decisions: Sequence[Decision]) -> None:
        """Queue decisions; they are stored in this order."""
        now_utc = self._clock.utc()
        for decision in decisions:
            log_decision(decision)
            self._waiting.append((decision, now_utc))
        if len(self._waiting) > MOST_WAITING:
            self._make_room()
        self._live.decisions_waiting = len(self._waiting)
        self._has_work.set()

    def _make_room(self) -> None:
        """Drop the oldest half of what is no outage; only if that is not enough, the oldest of all.

        A database that refuses for weeks must not cost the monitor its memory, nor a restart all that is queued.
        """
        room = MOST_WAITING // 2
        kept = [one for one in self._waiting if isinstance(one[0], OutageOpened | OutageClosed)][-room:]
        others = [one for one in self._waiting if not isinstance(one[0], OutageOpened | OutageClosed)][-room // 2 :]
        lost = len(self._waiting) - len(kept) - len(others)
        keep = {id(one) for one in (*kept, *others)}
        self._waiting = deque(one for one in self._waiting if id(one) in keep)
        text = "%d of the decisions that wait for the database are lost: there is no more room for them"
        emit(log, LogEvent.DECISIONS_LOST, text, lost, count=lost)

    async def run(self) -> None:
        """Write until cancelled; a database that fails is retried."""
        while True:
            begun_ns = self._clock.mono_ns()
            try:
                if await self.turn():
                    continue
            except DatabaseError as error:
                if not self.failing:
                    emit(
                        log, LogEvent.DATABASE_REFUSES, "the database refuses to write, decisions wait: %s", error.orig
                    )
                self._live.store_refuses = str(error.orig)
                await asyncio.sleep(RETRY_S)
                continue
            took_s = (self._clock.mono_ns() - begun_ns) / NS_PER_S
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_work.wait(), min(max(LOOK_S, took_s / SHARE), LONGEST_LOOK_S))

    async def turn(self) -> bool:
        """Store what is queued and do what has fallen due, in one transaction.

        Return whether anything new came of it.
        """
        self._has_work.clear()
        batch = list(self._waiting)
        self._writing = writing = self._thread.submit(self._write, batch, self._live.office), batch
        may_send, entered, trust, news = await asyncio.wrap_future(writing[0])
        self._writing = None
        self._stored(batch, trust)
        if entered != self._in_force.entered:
            self._take_over(entered)
        self._last_commit_mono_ns = self._clock.mono_ns()
        if self.failing:
            emit(log, LogEvent.DATABASE_WRITES, "the database writes again")
            self._live.store_refuses = ""
        if may_send:
            self._wake_delivery()
        sites = {str(getattr(decision, "site", "")) for decision, _ in batch} - {""}
        self._changed([*news, *(f"site:{site}" for site in sorted(sites))])
        return may_send

    def _take_over(self, entered: Entered) -> None:
        before = self._in_force.entered
        self.put(self._in_force.replan(entered))
        self._changed(["all"])
        if entered.plans != before.plans:
            emit(log, LogEvent.PLANNED_WORK, "planned work by command: %s", ", ".join(entered.plans) or "none")
        if entered.orders != before.orders:
            text, count = "%d orders about the calendar are in force", len(entered.orders)
            emit(log, LogEvent.CALENDAR_ORDERED, text, count, count=count)

    def _stored(self, batch: Sequence[tuple[Decision, datetime]], trust: ClockTrust) -> None:
        """Remove what is stored from the queue; some may have been dropped meanwhile for lack of room."""
        stored = set(map(id, batch))
        while self._waiting and id(self._waiting[0]) in stored:
            self._waiting.popleft()
        self._live.decisions_waiting = len(self._waiting)
        self._apply_clock_trust(trust)

    async def close(self) -> None:
        """Store what is queued and end the thread; what cannot be stored is judged again at the next start."""
        try:
            async with asyncio.timeout(LAST_WRITE_S):
                if self._writing is not None and not self._writing[0].cancelled():
                    # what was under way when the daemon was stopped
                    _, _, trust, _ = await asyncio.wrap_future(self._writing[0])
                    self._stored(self._writing[1], trust)
                await self.turn()
        except (DatabaseError, TimeoutError, PoolFull) as error:
            why = error.orig if isinstance(error, DatabaseError) else error or "the database is busy"
            text, count = "%d decisions could not be stored at the end: %s", len(self._waiting)
            emit(log, LogEvent.DECISIONS_UNSTORED, text, count, why, count=count)
        self._thread.close()

    def _apply_clock_trust(self, trust: ClockTrust) -> None:
        """Apply the stored trust of the clock, on the loop, so that nothing is dated in between."""
        before, self._clock.trust = self._clock.trust, trust
        self._live.clock_suspect = trust.suspect
        _say_trust(trust, was_suspect=before.suspect)
        if (move := trust.move) is not None:
            dated = [(redate.redated(each, at_utc, move), at_utc + move.by) for each, at_utc in self._waiting]
            self._waiting = deque(dated)
            self.put(self._in_force.redate(move))

    def _write(
        self, batch: Sequence[tuple[Decision, datetime]], office: Office
    ) -> tuple[bool, Entered, ClockTrust, list[str]]:
        before = self._clock.trust
        with self._store.write() as session:
            trust = next_trust(before, self._clock.look(), board_state.operator_confirmation(session))
            now_utc = trust.date(trust.last.utc, trust.last.boot_ns)
            work = Work(session, office, now_utc)
            operation = ""
            if batch:
                stored, operation = operations.begin(session, operations.DECISIONS)
                left = self._attempts.left(stored, batch)
                set_aside.apply_all(work, left, certain=not (before.suspect or trust.suspect))
            if trust.move is not None:
                settle(work, trust.move)
            if trust.suspect != before.suspect:
                note_trust(work, trust)
            anything_new, entered = False, entered_by(session, now_utc)
            if not trust.suspect:
                if before.suspect and trust.move is None:
                    outages.catch_up(work, before.unproven_since_utc)
                if office is not self._counted_by and (moved := recount.open_deadlines(work)):
                    text = "%d deadlines were counted again: the charter or the calendar has changed"
                    emit(log, LogEvent.DEADLINES_RECOUNTED, text, moved, count=moved)
                anything_new = do_what_is_due(work, MOST_AT_ONCE)
            clock_changed = trust.suspect != before.suspect or trust.move is not None
            if clock_changed or trust.last.boot_ns - self._last_heartbeat_ns >= HEARTBEAT_NS:
                board_state.store_heartbeat(session, trust, self._leases.daemon)
                self._last_heartbeat_ns = trust.last.boot_ns
            news = self._news(work)
            if operation:
                self._attempts.committing(operation, batch)
        self._attempts.confirmed()
        log_history(work)
        if not trust.suspect:
            self._counted_by = office
        return anything_new or bool(batch), entered, trust, news

    def _news(self, work: Work) -> list[str]:
        """Return the names of tickets and sites with lines of history since the last turn, by whomever."""
        before, self._last_event = self._last_event, ticket_history.last_event(work.session)
        if before is None or before == self._last_event:
            return []
        found = ticket_history.tickets_after(work.session, before)
        return [name for number, site in found for name in (f"ticket:{number}", f"site:{site}") if name != "site:"]


def _say_trust(trust: ClockTrust, *, was_suspect: bool) -> None:
    if trust.suspect and not was_suspect:
        emit(log, LogEvent.CLOCK_SUSPECT, "the wall clock has jumped to %s; nothing is escalated", trust.last.utc)
    elif was_suspect and not trust.suspect:
        emit(log, LogEvent.CLOCK_TRUSTED, "the wall clock is trusted again: %s", trust.last.utc)
    elif trust.move is not None:
        moved_s = trust.move.by.total_seconds()
        text = "the wall clock was corrected by %s: %s"
        emit(log, LogEvent.CLOCK_CORRECTED, text, trust.move.by, trust.last.utc, seconds=moved_s)
