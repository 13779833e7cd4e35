"""Ping an outside service (a URL as of healthchecks.io) with our state; it alerts when the pings stop."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from monitor.domain.log_events import LogEvent
from monitor.domain.reasons import ReasonCode, reason
from monitor.logs.emit import emit
from monitor.net import http
from monitor.net.deadline import Cancellation, Deadline
from monitor.net.pool import Pool
from monitor.runtime.part import Part
from monitor.settings.heartbeat_section import Heartbeat
from monitor.settings.load import Settings
from monitor.store import notice_queries
from monitor.store.database import Store
from monitor.store.errors import DatabaseError

log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
SICK_AFTER_S = 120.0  # older than this, and the word is that we fail


class HeartbeatSender(Part):
    """The part that pings. ``ages``: of round, outbox and last write, in seconds; called in a thread."""

    name = "heartbeat"

    def __init__(self, wanted: Heartbeat, ages: Callable[[], Mapping[str, float]]) -> None:
        self._wanted = wanted
        self._ages = ages
        self._changed = asyncio.Event()
        self._failing = False
        self._thread = Pool("heartbeat", threads=1)
        self._cancellation = Cancellation()

    def reconfigure(self, settings: Settings) -> None:
        """Ping that URL from now on."""
        self._wanted = settings.monitor.heartbeat
        self._changed.set()

    async def run(self) -> None:
        """Ping at the configured interval, until cancelled."""
        while True:
            self._changed.clear()
            if self._wanted.url:
                await asyncio.wrap_future(self._thread.submit(self.post, self._wanted.url))
            try:
                await asyncio.wait_for(self._changed.wait(), self._wanted.interval_s)
            except TimeoutError:
                continue

    async def close(self) -> None:
        """Cancel what is under way."""
        self._cancellation.cancel()
        self._thread.close()

    def post(self, url: str) -> None:
        """Ping once; an address that does not answer is logged when that begins and ends."""
        try:
            ages = self._ages()
            sick = any(age > SICK_AFTER_S for age in ages.values())
            body = "".join(f"{name}_s={age:.1f}\n" for name, age in ages.items())
            deadline = Deadline.after(TIMEOUT_S, self._cancellation)
            answer = http.request(
                "POST", failure_url(url) if sick else url, deadline, body=body.encode(), most_bytes=0, redirects=0
            )
            if not 200 <= answer.status < 300:
                raise http.HttpError(reason(ReasonCode.HTTP_STATUS, status=answer.status))
        except Exception as error:  # whatever it is, it must not cost the monitor anything
            if not self._failing:
                kind = type(error).__name__  # its text may hold the address, which is a secret
                emit(log, LogEvent.HEARTBEAT_FAILED, "the heartbeat was not taken: %s", kind)
            self._failing = True
        else:
            if self._failing:
                emit(log, LogEvent.HEARTBEAT_BACK, "the heartbeat is taken again")
            self._failing = False


def failure_url(url: str) -> str:
    """Return the URL for failures, by healthchecks.io's convention: the same path with /fail."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/fail"))


def oldest_pending_s(store: Store, now_utc: datetime) -> float | None:
    """Return the age of the oldest pending mail, in seconds; None while the database cannot be read.

    The ping is sent then, too: the age of the last write in it shows the fault.
    """
    try:
        with store.read_briefly() as session:
            oldest_utc = notice_queries.outbox(session, now_utc).oldest_due_utc
    except DatabaseError:
        return None
    return max((now_utc - oldest_utc).total_seconds(), 0.0) if oldest_utc else 0.0
