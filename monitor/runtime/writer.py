"""Store decisions, in order, and every second do what has fallen due.

One thread owns all writing. A locked or full database delays a decision but never loses it: it is retried until it is
stored, with its original time, while probing goes on.

Where several daemons work on one database, a decision is stored by the lease of its shard, as it was held when the
decision was made: what was decided by a lease that is another's now is dropped. What has fallen due is done by the one
that holds the duty of it.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from monitor.alerts.cases import outages, recount
from monitor.alerts.cases.clock import note_trust, settle
from monitor.alerts.cases.due import MOST_AT_ONCE
from monitor.alerts.cases.entered import Entered, entered_by
from monitor.alerts.cases.of_offices import Works
from monitor.alerts.cases.ticket_log import log_history
from monitor.charter.office import Office
from monitor.charter.offices import ALONE, Offices
from monitor.domain.clock import NS_PER_S
from monitor.domain.leases import Duty, Lease
from monitor.domain.log_events import LogEvent
from monitor.judging.clock_trust import ClockTrust, next_trust
from monitor.judging.decisions import Decision, SiteChanged
from monitor.logs.emit import emit
from monitor.net.pool import Pool, PoolFull
from monitor.runtime.decision_lines import log_decision
from monitor.runtime.decision_queue import DecisionQueue, Waiting
from monitor.runtime.leases import Leases
from monitor.runtime.live import RuntimeState
from monitor.runtime.office_in_force import OfficeInForce
from monitor.runtime.part import Part
from monitor.runtime.redating import Redating
from monitor.runtime.trusted_clock import TrustedClock
from monitor.store import board_state, operations, ticket_history
from monitor.store.database import Store
from monitor.store.errors import DatabaseError
from monitor.store.leases import LeaseLost
from monitor.store.session import Session

log = logging.getLogger(__name__)

LOOK_S = 1.0
SHARE = 0.05  # of its time that the writer spends looking when nothing happens, however much there is to look at
LONGEST_LOOK_S = 15.0
RETRY_S = 2.0
LAST_WRITE_S = 4.0  # when the daemon stops
PORTION = 1_000  # first states in one transaction: whatever is decided meanwhile comes in the next, without a pause
HEARTBEAT_NS = 10 * NS_PER_S


class Written(NamedTuple):
    """What a transaction found. ``news``: names of tickets and sites with new lines of history, by whomever.

    ``anything_new``: something was due.
    """

    anything_new: bool
    entered: Entered
    trust: ClockTrust
    news: list[str]


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
        self._leases, self._redating = leases, Redating(leases)
        self._operations = leases.holder or operations.DECISIONS
        self._wake_delivery, self._changed = wake_delivery, changed
        self._last_event: int | None = None
        self._attempts = operations.Attempts[Waiting]()
        self._waiting = DecisionQueue(lambda: len(live.fleet.sites), self._office_of)
        self._thread = Pool("writer", threads=1, backlog=1)
        self._writing: tuple[Future[Written], list[Waiting]] | None = None
        self._has_work = asyncio.Event()
        self._last_heartbeat_ns = 0
        self._counted_by: Mapping[str, Office] = {}
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
        """Queue decisions; they are stored in this order. What is about a site of another daemon is dropped."""
        now_utc = self._clock.utc()
        for decision in decisions:
            behind = list(self._in_force.shards.behind_leases(decision))
            if behind:
                log_decision(decision)
            waiting = [Waiting(each, now_utc, lease) for each, lease in behind]
            if self._live.in_first_round and isinstance(decision, SiteChanged) and decision.is_first_answer:
                for each in waiting:
                    self._waiting.set_aside(decision.site, each)
            else:
                self._waiting.add(waiting)
                self._has_work.set()
        self._live.decisions_waiting = len(self._waiting)

    def _office_of(self, site: str) -> str:
        return self._live.offices.of_site(site)

    def begins(self, leases: Collection[Lease], now_utc: datetime) -> None:
        """Note since when sites are judged here by these leases."""
        self._redating.begins(leases, now_utc)

    async def stored(self, leases: Collection[Lease]) -> None:
        """Wait until nothing that was decided by these leases is left to store."""
        self._waiting.take_up()
        self._has_work.set()
        await self._waiting.without(leases)

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

        Return whether anything new came of it; what was set aside is none, and takes its share of the time alone.
        """
        self._has_work.clear()
        decided = any(True for _ in self._waiting)
        if not self._live.in_first_round:
            self._waiting.take_up(PORTION)
        batch, cases = list(self._waiting), self._leases.held(Duty.CASES)
        if cases is not None and not self._leases.is_sole:
            self._redating.begins([cases], self._clock.utc())
        self._writing = writing = self._thread.submit(self._write, batch, self._live.offices, cases), batch
        try:
            written: Written = await asyncio.wrap_future(writing[0])
        except LeaseLost as lost:
            self._refused(lost)
            return True
        anything_new, entered, trust, news = written
        self._writing = None
        self._stored(batch, trust)
        if entered != self._in_force.entered:
            self._take_over(entered)
        self._last_commit_mono_ns = self._clock.mono_ns()
        if self.failing:
            emit(log, LogEvent.DATABASE_WRITES, "the database writes again")
            self._live.store_refuses = ""
        if may_send := anything_new or decided:
            self._wake_delivery()
        sites = {str(getattr(each.decision, "site", "")) for each in batch} - {""}
        self._changed([*news, *(f"site:{site}" for site in sorted(sites))])
        return may_send

    def _refused(self, lost: LeaseLost) -> None:
        """Drop what another daemon decides now; the rest waits for the next turn."""
        names = ", ".join(sorted(each.name for each in lost.leases))
        text = "nothing is stored any more for what another daemon holds: %s"
        emit(log, LogEvent.WRITE_REFUSED, text, names, count=len(lost.leases))
        self._writing = None
        self._waiting.drop(lost.leases)
        self._live.decisions_waiting = len(self._waiting)
        self._leases.lost(lost.leases)

    def _take_over(self, entered: Entered) -> None:
        before = self._in_force.entered
        self.put(self._in_force.replan(entered))
        self._changed(["all"])
        if entered.plans != before.plans:
            emit(log, LogEvent.PLANNED_WORK, "planned work by command: %s", ", ".join(entered.plans) or "none")
        if entered.orders != before.orders:
            text, count = "%d orders about the calendar are in force", len(entered.orders)
            emit(log, LogEvent.CALENDAR_ORDERED, text, count, count=count)

    def _stored(self, batch: Sequence[Waiting], trust: ClockTrust) -> None:
        """Remove what is stored from the queue; some may have been dropped meanwhile for lack of room."""
        self._waiting.remove(batch)
        self._live.decisions_waiting = len(self._waiting)
        self._apply_clock_trust(trust)

    async def close(self) -> None:
        """Store what is queued and end the thread; what cannot be stored is judged again at the next start."""
        try:
            async with asyncio.timeout(LAST_WRITE_S):
                if self._writing is not None and not self._writing[0].cancelled():
                    # what was under way when the daemon was stopped
                    written = await asyncio.wrap_future(self._writing[0])
                    self._stored(self._writing[1], written.trust)
                await self.turn()
        except LeaseLost as lost:
            self._refused(lost)
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
            self._waiting.redate(move)
            self.put(self._in_force.redate(move))

    def _write(self, batch: Sequence[Waiting], offices: Offices, cases: Lease | None) -> Written:
        """Store the batch, and do what is due where ``cases`` is held. Raises DatabaseError, LeaseLost."""
        before = self._clock.trust
        wrote = {lease for lease in (cases, *(each.lease for each in batch)) if lease is not None}
        several = not self._leases.is_sole
        behind = wrote | self._redating.wanted() if several else wrote
        with self._store.write(behind) as session:
            trust = next_trust(before, self._clock.look(), board_state.operator_confirmation(session))
            now_utc = trust.date(trust.last.utc, trust.last.boot_ns)
            works = Works(session, offices, now_utc)
            operation = ""
            if batch:
                stored, operation = operations.begin(session, self._operations)
                left = [(each.decision, each.decided_utc) for each in self._attempts.left(stored, batch)]
                works.store(left, certain=not (before.suspect or trust.suspect))
            if several:
                self._redating.turn(works, self._in_force.shards.fleet, wrote, behind, before, trust)
            elif trust.move is not None:
                for work in works.each():
                    settle(work, trust.move)
            if trust.suspect != before.suspect:
                with works.of(ALONE) as work:
                    note_trust(work, trust)
            anything_new, entered = False, entered_by(session, now_utc)
            if cases is not None and not trust.suspect:
                if before.suspect and trust.move is None and not several:
                    for work in works.each():
                        outages.catch_up(work, before.unproven_since_utc)
                self._count_again(works)
                anything_new = works.do_what_is_due(MOST_AT_ONCE)
            clock_changed = trust.suspect != before.suspect or trust.move is not None
            if clock_changed or trust.last.boot_ns - self._last_heartbeat_ns >= HEARTBEAT_NS:
                board_state.store_heartbeat(session, trust, self._leases.daemon)
                self._last_heartbeat_ns = trust.last.boot_ns
            news = self._news(session)
            if operation:
                self._attempts.committing(operation, batch)
        self._attempts.confirmed()
        log_history(works.history)
        if cases is not None and not trust.suspect:
            self._counted_by = offices.by_id
        return Written(anything_new, entered, trust, news)

    def _count_again(self, works: Works) -> None:
        """Count the running deadlines of each office again whose rules are others than the last time."""
        for id_, office in works.offices.by_id.items():
            if office is not self._counted_by.get(id_):
                with works.of(id_) as work:
                    moved = recount.open_deadlines(work)
                if moved:
                    text = "%d deadlines were counted again: the charter or the calendar has changed"
                    emit(log, LogEvent.DEADLINES_RECOUNTED, text, moved, count=moved)

    def _news(self, session: Session) -> list[str]:
        """Return the names of tickets and sites with lines of history since the last turn, by whomever."""
        before, self._last_event = self._last_event, ticket_history.last_event(session)
        if before is None or before == self._last_event:
            return []
        found = ticket_history.tickets_after(session, before)
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
