"""Render the page in both languages, and as data, from one status; cached for a second.

Rendering runs in threads beside the probing loop, one at a time, in steps so short that the loop turns meanwhile.
"""

import asyncio
import json
from collections.abc import Callable

from monitor.charter.services import Charter
from monitor.domain.clock import NS_PER_S, Clock
from monitor.net.pool import Pool
from monitor.reports.status_document import LiveStatus
from monitor.runtime.live import RuntimeView
from monitor.settings.load import Settings
from monitor.store.sqlite import Store
from monitor.web.page import render
from monitor.web.status import status

FRESH_NS = NS_PER_S

PageName = str
"""A language, or 'json'."""


class Pages:
    """The cached pages, on the event loop that feeds ``live``; ``settings_of``: returns the configuration in force."""

    def __init__(self, live: RuntimeView, store: Store, settings_of: Callable[[], Settings], clock: Clock) -> None:
        self._live, self._store, self._settings_of, self._clock = live, store, settings_of, clock
        self._status: LiveStatus | None = None
        self._made_ns = 0
        self._pages: dict[PageName, bytes] = {}
        self._one_at_a_time = asyncio.Lock()
        self._threads = Pool("page", threads=2, backlog=2)

    async def page(self, name: PageName) -> bytes:
        """Return one of them, at most a second old."""
        async with self._one_at_a_time:
            if self._status is None or self._clock.mono_ns() - self._made_ns > FRESH_NS:
                made: LiveStatus = await asyncio.wrap_future(
                    self._threads.submit(status, self._live, self._store, self._clock)
                )
                self._status, self._made_ns, self._pages = made, self._clock.mono_ns(), {}
            if name not in self._pages:
                self._pages[name] = await asyncio.wrap_future(self._threads.submit(self._written, self._status, name))
            return self._pages[name]

    def _written(self, now: LiveStatus, name: PageName) -> bytes:
        if name == "json":
            return _json(now).encode()
        return render(now, Charter.of(self._settings_of().charter), name).encode()


def _json(now: LiveStatus) -> str:
    """Encode site by site: encoding all at once would keep other threads from running."""
    sites = ",".join(map(_compact, now["sites"]))
    others = _compact({name: value for name, value in now.items() if name != "sites"})
    return f'{{"sites":[{sites}],{others[1:]}'


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
