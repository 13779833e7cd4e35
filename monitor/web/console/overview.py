"""Count all sites by state, kind and union, once for all pages that show them; cached for a second.

Counting runs in a thread, for a country takes some 15 ms; who asks meanwhile gets the same.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.roles import Scope
from monitor.judging.board import Board
from monitor.judging.health import State
from monitor.net.pool import Pool
from monitor.runtime.live import RuntimeView
from monitor.settings.fleet import Site

FRESH_NS = NS_PER_S
MOST_SCOPES = 50


@dataclass(frozen=True, slots=True)
class Overview:
    """The sites of a scope with their states, and how many are in each state: in all, by kind and by union."""

    sites: Mapping[str, Site]
    states: Mapping[str, str]
    total: Counter[str] = field(default_factory=Counter)
    by_kind: Mapping[str, Counter[str]] = field(default_factory=dict)
    by_union: Mapping[str, Counter[str]] = field(default_factory=dict)

    @property
    def broken(self) -> int:
        """Return how many sites do not answer."""
        return self.total[State.DOWN] + self.total[State.UNREACHABLE]

    @property
    def answering(self) -> set[str]:
        """Return the sites that answer."""
        return {site for site, state in self.states.items() if state in (State.UP, State.DEGRADED)}


def overview_of(board: Board, sites: Mapping[str, Site]) -> Overview:
    """Count the sites; callable from any thread."""
    states: dict[str, str] = {id_: board.state(id_) for id_ in sites}
    groups = Counter((site.kind, site.union, states[id_]) for id_, site in sites.items())
    total: Counter[str] = Counter()
    by_kind: defaultdict[str, Counter[str]] = defaultdict(Counter)
    by_union: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (kind, union, state), count in groups.items():
        total[state] += count
        by_kind[kind][state] += count
        if union:
            by_union[union][state] += count
    return Overview(sites, states, total, by_kind, by_union)


class Overviews:
    """The cached overviews, one for each scope that asks. On the event loop."""

    def __init__(self, live: RuntimeView, clock: Clock) -> None:
        self._live, self._clock = live, clock
        self._made: dict[Scope, tuple[int, asyncio.Future[Overview]]] = {}
        self._thread = Pool("overview", threads=1, backlog=MOST_SCOPES)

    async def of(self, scope: Scope) -> Overview:
        """Return the overview of a scope, at most a second old; raises PoolFull."""
        now_ns = self._clock.mono_ns()
        made_ns, made = self._made.get(scope, (0, None))
        if made is None or now_ns - made_ns > FRESH_NS:
            if len(self._made) >= MOST_SCOPES:
                self._made.clear()
            made = asyncio.wrap_future(self._thread.submit(self._count, scope))
            self._made[scope] = now_ns, made
        return await asyncio.shield(made)

    def _count(self, scope: Scope) -> Overview:
        sites = self._live.fleet.sites
        if not scope.is_all:
            sites = {id_: site for id_, site in sites.items() if scope.covers(site.union or "", site.kind)}
        return overview_of(self._live.board, sites)
