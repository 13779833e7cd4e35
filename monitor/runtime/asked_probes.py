"""Probe a site, or trace the way to it, because a person asked: by the daemon's own engine, and not too often."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.sample import Sample
from monitor.runtime.live import RuntimeView
from monitor.runtime.tracing import Hops, NoTrace, traced
from monitor.settings.fleet import Site

REST_S = 10.0  # between two probes, or two traces, of one site
LOOK_S = 0.05
LONGEST_S = 5.0  # shorter than a page may take
MOST_KEPT = 200


class TooSoon(Exception):
    """The site was asked a moment ago; ``seconds``: when it can be asked again."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class Busy(Exception):
    """Another way is being traced; one at a time."""


@dataclass(frozen=True, slots=True)
class Traced:
    """A way that was traced because somebody asked. ``hops`` None: it could not be, or took too long; ``why``."""

    at_utc: datetime
    hops: Hops | None
    reached: bool = False
    why: str = ""


class AskedProbes:
    """Probes and traces on demand, on the event loop.

    ``soon``: makes the engine probe a device next; ``changed``: informed of the names of what changed when a trace is
    done; ``trace_to``: traces the way to an address, and raises NoTrace.
    """

    def __init__(
        self,
        clock: Clock,
        live: RuntimeView,
        soon: Callable[[str], None],
        changed: Callable[[Collection[str]], object],
        trace_to: Callable[[str], Awaitable[Hops | None]] = traced,
    ) -> None:
        self._clock, self._live, self._soon, self._changed, self._trace_to = clock, live, soon, changed, trace_to
        self._asked_ns: dict[tuple[str, str], int] = {}
        self._tracing: asyncio.Task[None] | None = None
        self.traces: dict[str, Traced] = {}

    async def probe(self, site: Site) -> Sample | None:
        """Return the next round of the site's gateway; None when none came in time. Raises TooSoon."""
        self._not_too_often("probe", site.id)
        device, asked_ns = site.gateway.id, self._clock.mono_ns()
        self._soon(device)
        try:
            async with asyncio.timeout(LONGEST_S):
                while True:
                    sample = self._live.echoes.get(device)
                    if sample is not None and sample.started_mono_ns >= asked_ns:
                        return sample
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            return None

    def trace(self, site: Site) -> None:
        """Begin to trace the way to the site; the result comes into ``traces``. Raises TooSoon, Busy."""
        if self._tracing is not None and not self._tracing.done():
            raise Busy
        self._not_too_often("trace", site.id)
        self._tracing = asyncio.create_task(self._trace(site), name=f"trace {site.id}")

    async def _trace(self, site: Site) -> None:
        address = str(site.gateway.address)
        hops: Hops | None = None
        why = ""
        try:
            hops = await self._trace_to(address)
        except NoTrace as error:
            why = str(error)
        while len(self.traces) >= MOST_KEPT:
            del self.traces[next(iter(self.traces))]
        is_reached = bool(hops and hops[-1][1] == address)
        self.traces[site.id] = Traced(self._clock.utc(), hops, is_reached, why)
        self._changed([f"site:{site.id}"])

    @property
    def is_tracing(self) -> bool:
        """Return whether a way is being traced."""
        return self._tracing is not None and not self._tracing.done()

    def _not_too_often(self, what: str, site: str) -> None:
        now_ns = self._clock.mono_ns()
        last_ns = self._asked_ns.pop((what, site), None)
        if last_ns is not None and now_ns - last_ns < REST_S * NS_PER_S:
            self._asked_ns[what, site] = last_ns
            raise TooSoon(REST_S - (now_ns - last_ns) / NS_PER_S)
        while len(self._asked_ns) >= MOST_KEPT:
            del self._asked_ns[next(iter(self._asked_ns))]
        self._asked_ns[what, site] = now_ns
