"""The coarse work, once a night: APScheduler runs the jobs, the time that is believed says when.

APScheduler's own triggers go by the wall clock: one that was set back keeps them waiting for as long as it was ahead,
one that is suspect would run them all. So a look at the believed time, every `LOOK_S`, hands the night's jobs over to
be run at once: one after the other in a thread, never the same one twice at a time. A night that comes while the clock
is suspect is made up for afterwards, and a clock that was wrong for a while leaves no night out. Nothing that anybody
was promised hangs on it.
"""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.store.errors import DatabaseError, StoreError

log = logging.getLogger(__name__)

AT_UTC = time(19, 7)  # one in the morning in Dhaka, and some minutes
LOOK_S = 20.0


class Nightly:
    """Runs ``jobs`` every night in a thread. ``now`` says what time it is, or None while nobody knows."""

    def __init__(self, now: Callable[[], datetime | None], jobs: dict[str, Callable[[], object]]) -> None:
        self._now, self._jobs = now, jobs
        self._done_utc: datetime | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="nightly", daemon=True)
        self._scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(1)})

    def start(self) -> None:
        self._scheduler.start()
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def look(self) -> bool:
        """Has the night's work done if a night has come since the last look; whether one has."""
        now_utc = self._now()
        if now_utc is None:
            return False
        due_utc, done_utc = last_night(now_utc), self._done_utc
        self._done_utc = due_utc  # also backwards: the time that was believed before may have been far ahead
        if done_utc is None or due_utc <= done_utc:
            return False
        for name, job in self._jobs.items():
            self._scheduler.add_job(
                _guarded,
                args=(name, job),
                id=name,
                replace_existing=True,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        return True

    def _run(self) -> None:
        while not self._stopped.wait(LOOK_S):
            self.look()


def last_night(now_utc: datetime) -> datetime:
    """The last moment at which the night's work fell due."""
    today = datetime.combine(now_utc.date(), AT_UTC, now_utc.tzinfo)
    return today if today <= now_utc else today - timedelta(days=1)


def _guarded(name: str, job: Callable[[], object]) -> None:
    try:
        log.info("%s: %s", name, job())
    except (DatabaseError, StoreError, OSError) as error:
        cause = error.orig if isinstance(error, DatabaseError) else error
        log.error("%s failed: %s", name, cause)
    except Exception:  # one night's failure must not end the job for good
        log.exception("%s failed", name)
