"""Make the editions of reports that are asked for: one at a time, in a process of its own, so that no round is late.

What was being made when the daemon ended is begun again.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import timedelta
from typing import TypeVar

from monitor.alerts.cases import editions, report_schedule
from monitor.alerts.cases.edition_jobs import Job, MadeFile, MadeReport, NotMade
from monitor.alerts.cases.report_schedule import MonthlyReport
from monitor.charter.offices import ALONE
from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.edition_states import EditionProgress
from monitor.domain.leases import Duty, Lease
from monitor.domain.log_events import LogEvent
from monitor.domain.reasons import ReasonCode, reason
from monitor.i18n.languages import SOURCE
from monitor.i18n.reasons import reason_text
from monitor.logs.emit import emit
from monitor.net.pool import Pool
from monitor.runtime.leases import Leases
from monitor.runtime.live import RuntimeState
from monitor.runtime.part import Part
from monitor.runtime.report_process import in_process
from monitor.settings.load import Settings
from monitor.store import edition_rows
from monitor.store.database import Store
from monitor.store.errors import DatabaseError
from monitor.store.leases import LeaseLost
from monitor.store.offices import office_of, on_behalf_of
from monitor.store.session import Session
from monitor.store.work import Work

log = logging.getLogger(__name__)

T = TypeVar("T")

LOOK_S = 10.0
WITHIN_S = 600.0
ALL = "reports"
"""The name by which open pages hear that the list of reports has changed; 'report:ID' is that of one."""


class EditionMaker(Part):
    """The part that makes reports.

    ``command``: starts the process that makes one. ``publish``: called with names of what changed, for open pages;
    ``wake_delivery``: when letters may be pending.
    """

    name = "reports"

    def __init__(
        self,
        store: Store,
        live: RuntimeState,
        settings: Settings,
        clock: Clock,
        command: Sequence[str],
        publish: Callable[[Collection[str]], None],
        leases: Leases,
        wake_delivery: Callable[[], None] = lambda: None,
    ) -> None:
        self._leases = leases
        self._store, self._live, self._settings, self._clock = store, live, settings, clock
        self._command, self._publish, self._wake_delivery = command, publish, wake_delivery
        self._thread = Pool("reports", threads=1)
        self._asked = asyncio.Event()
        self._duty: Lease | None = None  # the lease under which it works
        self._taken_up: set[str] = set()  # offices, under that lease

    def reconfigure(self, settings: Settings) -> None:
        """Make reports by other settings from now on."""
        self._settings = settings

    def wake(self) -> None:
        """Look at once: a report may have been asked for. On the event loop."""
        self._asked.set()

    async def run(self) -> None:
        """Make one report after the other, until cancelled."""
        while True:
            self._asked.clear()
            if not await self.turn():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._asked.wait(), LOOK_S)

    async def turn(self) -> bool:
        """Make the report that waits longest; return whether one waited.

        One whose making becomes another daemon's duty meanwhile is made anew there.
        """
        lease = self._leases.held(Duty.REPORTS)
        if lease is None:
            return False
        if lease != self._duty:
            self._duty, self._taken_up = lease, set()
        try:
            return await self._turn()
        except LeaseLost as error:
            self._leases.lost(error.leases)
            return False

    async def _turn(self) -> bool:
        if not await self._waits():
            return False
        for office in await self._offices():
            job = await self._do(office, self._begin)
            if job is not None:
                break
        else:
            return False
        self._publish_of(job.edition)
        began_ns = self._clock.mono_ns()
        made = await in_process(self._command, job, WITHIN_S, lambda progress: self._show(job.edition, progress))
        stored = await self._do(job.stored_as, lambda work: self._end(work, job, made))
        while stored is None:  # the database refuses: what was made is not thrown away
            await asyncio.sleep(LOOK_S)
            stored = await self._do(job.stored_as, lambda work: self._end(work, job, made))
        about = f"{job.period_code} {job.scope_kind} {job.scope_id}".strip()
        seconds = (self._clock.mono_ns() - began_ns) / NS_PER_S
        if isinstance(made, NotMade):
            emit(log, LogEvent.REPORT_FAILED, "%s: %s", about, reason_text(made.why, SOURCE), kind=job.period_kind)
        else:
            for name, why in (made.lacking if isinstance(made, MadeReport) else {}).items():
                emit(log, LogEvent.REPORT_FAILED, "%s: no file %s: %s", about, name, why, kind=job.period_kind)
            emit(log, LogEvent.REPORT_MADE, "%s, in %.1f s", about, seconds, kind=job.period_kind, seconds=seconds)
        self._live.report_progress.pop(job.edition, None)
        self._wake_delivery()
        self._publish_of(job.edition)
        return True

    async def _waits(self) -> bool:
        """Return whether a report waits, or is due again by schedule; only reads, so that writers need not wait.

        Or whether one may wait since the run before.
        """

        def look() -> bool:
            try:
                return any(self._waits_in(office) for office in self._unfinished())
            except DatabaseError:
                return False

        return await asyncio.wrap_future(self._thread.submit(look))

    def _waits_in(self, id_: str) -> bool:
        if id_ not in self._taken_up:
            return True
        with self._store.of(id_).read_briefly() as session, self._of(session, id_):
            now_utc = self._clock.utc()
            again = any(report_schedule.is_due_again(session, each, now_utc) for each in self._monthly(id_))
            return again or edition_rows.next_queued(session) is not None

    def _unfinished(self) -> Sequence[str]:
        """Return the offices in which a report may wait; raises DatabaseError."""
        if not self._live.offices.several:
            return (ALONE,)
        with self._store.read_briefly() as session:
            return edition_rows.offices_with_unfinished(session)

    async def _offices(self) -> Sequence[str]:
        def look() -> Sequence[str]:
            try:
                return () if self._store.waiting else self._unfinished()
            except DatabaseError:
                return ()

        return await asyncio.wrap_future(self._thread.submit(look))

    def _begin(self, work: Work) -> Job | None:
        if office_of(work.session) not in self._taken_up:
            editions.take_up_again(work)
        monthly = self._monthly(office_of(work.session))
        for each in monthly:
            report_schedule.ask_again(work, each)
        monitor = self._settings.monitor
        kept_since_utc = work.now_utc - timedelta(days=monitor.storage.keep_days)
        page = monitor.public.url
        job = editions.begin_next(work, self._store.place, kept_since_utc, monitor.history, page, self._live.offices)
        for each in monthly:  # one that ended the daemon again and again is given up there
            report_schedule.enqueue_failure(work, each)
        return job

    def _end(self, work: Work, job: Job, made: MadeReport | MadeFile | NotMade) -> bool:
        match made:
            case MadeReport():
                editions.finish(work, job.edition, made)
            case NotMade():
                editions.fail(work, job.edition, made.why)
            case _:
                editions.fail(work, job.edition, reason(ReasonCode.REPORT_ENDED, status=0))
        for each in self._monthly(job.stored_as):
            if isinstance(made, MadeReport):
                report_schedule.enqueue_letters(work, each, job.edition, made.titles)
            else:
                report_schedule.enqueue_failure(work, each)
        return True

    def _monthly(self, office: str) -> Sequence[MonthlyReport]:
        """Return the reports that are made by themselves each month and stored as this office's."""
        return MonthlyReport.of(self._live.offices, office)

    async def _do(self, office: str, job: Callable[[Work], T]) -> T | None:
        """Do a job in a transaction of an office, in the thread; return None where the database refuses.

        Raises LeaseLost.
        """

        def does() -> T | None:
            if self._store.waiting:
                return None
            try:
                store = self._store.of(office)
                with store.write(behind=[self._duty] if self._duty else ()) as session, self._of(session, office):
                    found = job(Work(session, self._live.offices.office(office), self._clock.utc()))
            except DatabaseError:
                return None
            self._taken_up.add(office)
            return found

        return await asyncio.wrap_future(self._thread.submit(does))

    def _of(self, session: Session, office: str) -> AbstractContextManager[None]:
        """Narrow a session to an office's reports; among several '' is none of them, and has those of places."""
        return on_behalf_of(session, office) if self._live.offices.several else nullcontext()

    def _show(self, edition: int, progress: EditionProgress) -> None:
        self._live.report_progress[edition] = progress
        self._publish([f"report:{edition}"])

    def _publish_of(self, edition: int) -> None:
        self._publish([ALL, f"report:{edition}"])

    async def close(self) -> None:
        """Leave what is under way to the next start."""
        self._thread.close()
