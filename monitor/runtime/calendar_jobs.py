"""Run the jobs of the calendar, at night or at office opening: APScheduler runs them, trusted time decides when.

APScheduler's own triggers follow the wall clock: a step back would delay them by its length, and a suspect clock would
run them all. So every `LOOK_S` the jobs that fell due since the last look, by trusted time, are run at once: one after
the other in a thread, never the same one twice at a time, and once however often it fell due meanwhile. Nothing is
stored: what is due follows from the time alone. A night that falls into a time of a suspect clock is made up for
afterwards.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.domain.leases import Duty
from monitor.domain.log_events import LogEvent
from monitor.logs.emit import emit
from monitor.runtime.leases import Leases
from monitor.runtime.part import Part
from monitor.settings.load import Settings
from monitor.store.errors import DatabaseError, StoreError
from monitor.store.leases import LeaseLost

log = logging.getLogger(__name__)

LOOK_S = 20.0
LATE = timedelta(minutes=10)  # so long a daemon may take to do what is due; then it was done


@dataclass(frozen=True, slots=True)
class Job:
    """A job. ``last_due``: the last moment up to that time, UTC, at which it fell due; None when it need not run.

    ``work`` runs in a thread; its result is logged, unless it is None. With ``makes_up`` it also runs at the start and
    after each change of the configuration, and again at every look until it succeeds: so it must be idempotent.
    ``duty``: of which it is a part, so that one of several daemons does it; None: each daemon does it.
    """

    name: str
    last_due: Callable[[datetime], datetime | None]
    work: Callable[[], object]
    makes_up: bool = False
    duty: Duty | None = None


class _Scheduler(BackgroundScheduler):  # type: ignore[misc]
    """A scheduler that may be shut down while its thread hands out a job, which it then no longer finds to remove."""

    def remove_job(self, job_id: str, jobstore: str | None = None) -> None:
        with suppress(JobLookupError):
            super().remove_job(job_id, jobstore)


class CalendarJobs(Part):
    """The part that runs the jobs. ``now``: the trusted time, or None while there is none.

    What falls due while it is another daemon's duty is left to that one, unless the duty comes here within LATE.
    """

    name = "calendar"

    def __init__(self, now: Callable[[], datetime | None], jobs: Sequence[Job], leases: Leases) -> None:
        self._now, self._jobs, self._leases = now, jobs, leases
        self._done_utc: dict[str, datetime | None] = {}  # for which moment each was done last; missing: it never was
        self._under_way: set[str] = set()
        self._failures: dict[str, str] = {}
        self._changes = 0  # of the configuration
        self._scheduler = _Scheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(1)})

    async def open(self) -> None:
        """Start the scheduler."""
        self._scheduler.start()

    async def close(self) -> None:
        """Begin no more jobs; one under way ends by itself or with the process."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def reconfigure(self, settings: Settings) -> None:
        """Run the ``makes_up`` jobs again: other recipients may have a brief due."""
        self._changes += 1
        for job in self._jobs:
            if job.makes_up:
                self._done_utc.pop(job.name, None)

    async def run(self) -> None:
        """Look every `LOOK_S`, until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_S)

    def look(self) -> list[str]:
        """Run all that fell due since the last look; return the names of the jobs begun."""
        now_utc = self._now()
        if now_utc is None:
            return []
        return [job.name for job in self._jobs if self._begin_if_due(job, job.last_due(now_utc), now_utc)]

    def _begin_if_due(self, job: Job, due_utc: datetime | None, now_utc: datetime) -> bool:
        if job.name in self._under_way:
            return False
        if job.duty is not None and self._leases.held(job.duty) is None:
            if due_utc is not None and due_utc < now_utc - LATE and not job.makes_up:
                self._done_utc[job.name] = due_utc
            return False
        done_utc = self._done_utc.get(job.name, None if job.makes_up else due_utc)
        is_due = due_utc is not None and (done_utc is None or due_utc > done_utc)
        if not (is_due and job.makes_up):
            self._done_utc[job.name] = due_utc  # also backwards: the trusted time may have been far ahead
        if is_due:
            self._under_way.add(job.name)
            self._scheduler.add_job(
                self._do,
                args=(job, due_utc, self._changes),
                id=job.name,
                replace_existing=True,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        return is_due

    def _do(self, job: Job, due_utc: datetime, changes: int) -> None:
        """Run a job, in the jobs' thread; a failure does not end it for good."""
        try:
            said = job.work()
        except LeaseLost as error:
            self._leases.lost(error.leases)
        except Exception as error:
            self._record_failure(job, error)
        else:
            self._failures.pop(job.name, None)
            if job.makes_up and changes == self._changes:
                self._done_utc[job.name] = due_utc
            if said is not None:
                emit(log, LogEvent.JOB_DONE, "%s: %s", job.name, said, job=job.name)
        finally:
            self._under_way.discard(job.name)

    def _record_failure(self, job: Job, error: Exception) -> None:
        """Log a failure once for each reason, since it may be retried every few seconds."""
        why = str(error.orig if isinstance(error, DatabaseError) else error)
        is_foreseen = isinstance(error, DatabaseError | StoreError | OSError)
        if not job.makes_up or self._failures.get(job.name) != why:
            fault = None if is_foreseen else error
            emit(log, LogEvent.JOB_FAILED, "%s failed: %s", job.name, why, error=fault, job=job.name)
        self._failures[job.name] = why
