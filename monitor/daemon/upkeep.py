"""The coarse work, once a night: APScheduler, which has no types of its own, behind one small door.

It runs by the wall clock and may come late or twice after a clock step, so only work that may stands here: every job
is idempotent, coalesced and never overlaps itself. Nothing that anybody was promised hangs on it.
"""

import logging
from collections.abc import Callable
from datetime import UTC

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import DatabaseError

from monitor.store.errors import StoreError

log = logging.getLogger(__name__)

NIGHTLY_HOUR_UTC = 19  # one in the morning in Dhaka


class Nightly:
    """Runs ``jobs`` every night in a thread."""

    def __init__(self, jobs: dict[str, Callable[[], object]]) -> None:
        self._scheduler = BackgroundScheduler(timezone=UTC)
        for name, job in jobs.items():
            self._scheduler.add_job(
                _guarded,
                "cron",
                args=(name, job),
                hour=NIGHTLY_HOUR_UTC,
                minute=7,
                id=name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)


def _guarded(name: str, job: Callable[[], object]) -> None:
    try:
        log.info("%s: %s", name, job())
    except (DatabaseError, StoreError, OSError) as error:
        cause = error.orig if isinstance(error, DatabaseError) else error
        log.error("%s failed: %s", name, cause)
    except Exception:  # one night's failure must not end the job for good
        log.exception("%s failed", name)
