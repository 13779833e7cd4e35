"""Encode the status of the office as JSON; cached for a second.

Encoding runs in a thread beside the probing loop, one at a time, in steps so short that the loop turns meanwhile.
"""

import asyncio
import json

from monitor.domain.clock import NS_PER_S, Clock
from monitor.net.pool import Pool
from monitor.reports.status_document import LiveStatus
from monitor.runtime.live import RuntimeView
from monitor.store.database import Store
from monitor.web.status import status

FRESH_NS = NS_PER_S


class StatusDocument:
    """The cached document, on the event loop that feeds ``live``."""

    def __init__(self, live: RuntimeView, store: Store, clock: Clock) -> None:
        self._live, self._store, self._clock = live, store, clock
        self._made: bytes | None = None
        self._made_ns = 0
        self._one_at_a_time = asyncio.Lock()
        self._threads = Pool("status", threads=2, backlog=2)

    async def document(self) -> bytes:
        """Return the document, at most a second old."""
        async with self._one_at_a_time:
            if self._made is None or self._clock.mono_ns() - self._made_ns > FRESH_NS:
                self._made = await asyncio.wrap_future(self._threads.submit(self._make))
                self._made_ns = self._clock.mono_ns()
            return self._made

    def _make(self) -> bytes:
        return _json(status(self._live, self._store, self._clock)).encode()


def _json(now: LiveStatus) -> str:
    """Encode site by site: encoding all at once would keep other threads from running."""
    sites = ",".join(map(_compact, now["sites"]))
    others = _compact({name: value for name, value in now.items() if name != "sites"})
    return f'{{"sites":[{sites}],{others[1:]}'


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
