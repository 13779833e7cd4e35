"""Count the sites of each scope by state, kind and union: all of them once, and then those that change.

Counting runs in a thread, for a country takes some 20 ms. From then on a reader's request looks again at the sites
that the board has touched since the request before: what a page costs does not grow with the number of sites.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.domain.roles import Scope
from monitor.judging.board import Board
from monitor.judging.health import State
from monitor.net.pool import Pool
from monitor.runtime.live import RuntimeView
from monitor.settings.fleet import Fleet, Site
from monitor.web.site_index import SiteIndex

MOST_SCOPES = 50


@dataclass(slots=True)
class Overview:
    """The sites of a scope with their states, and how many are in each state: in all, by kind and by union.

    Changed on the event loop as states change; other threads may read single values of it, and look for ids in it.
    """

    index: SiteIndex
    sites: Mapping[str, Site]
    states: dict[str, State] = field(default_factory=dict)
    in_state: dict[str, set[str]] = field(default_factory=lambda: {state: set() for state in State})
    total: Counter[str] = field(default_factory=Counter)
    by_kind: dict[str, Counter[str]] = field(default_factory=dict)
    by_union: dict[str, Counter[str]] = field(default_factory=dict)
    of_kind: dict[str, list[Site]] = field(default_factory=dict)
    placed: list[Site] = field(default_factory=list)

    @property
    def broken(self) -> int:
        """Return how many sites do not answer."""
        return self.total[State.DOWN] + self.total[State.UNREACHABLE]

    def answers(self, site: str) -> bool:
        """Return whether it is a site of the scope that answers."""
        return self.states.get(site) in {State.UP, State.DEGRADED}

    def put(self, id_: str, state: State) -> None:
        """Count a site of the scope as being in that state now."""
        old = self.states[id_]
        if old is not state:
            self.in_state[old].discard(id_)
            self._count(self.sites[id_], old, -1)
            self.add(self.sites[id_], state)

    def add(self, site: Site, state: State) -> None:
        """Count a site that was not counted yet."""
        self.states[site.id] = state
        self.in_state[state].add(site.id)
        self._count(site, state, 1)

    def _count(self, site: Site, state: State, more: int) -> None:
        self.total[state] += more
        self.by_kind[site.kind][state] += more
        if site.union:
            self.by_union[site.union][state] += more


def overview_of(board: Board, index: SiteIndex, scope: Scope) -> Overview:
    """Count the sites of a scope; callable from any thread."""
    fleet = index.fleet
    sites = fleet.sites
    if not scope.is_all:
        sites = {id_: site for id_, site in sites.items() if scope.covers(site.union or "", site.kind)}
    found = Overview(index, sites)
    for site in sites.values():
        found.of_kind.setdefault(site.kind, []).append(site)
        found.by_kind.setdefault(site.kind, Counter())
        if site.union:
            found.by_union.setdefault(site.union, Counter())
        if site.position is not None:
            found.placed.append(site)
        found.add(site, board.state(site.id))
    return found


@dataclass(slots=True)
class _Kept:
    """What is being, or was, counted for a scope; ``seen``: how much of what the board touched is in it."""

    board: Board
    fleet: Fleet
    seen: int
    counted: "asyncio.Future[Overview]"

    def serves(self, live: RuntimeView) -> bool:
        """Return whether it can be brought up to date."""
        if self.counted.done() and (self.counted.cancelled() or self.counted.exception() is not None):
            return False
        is_same = self.board is live.board and self.fleet is live.fleet
        return is_same and self.board.touched.after(self.seen) is not None

    def follow(self, overview: Overview) -> None:
        """Look again at what was touched; more than is remembered is left to the next reader, who has all counted."""
        touched = self.board.touched.after(self.seen)
        if touched is None:
            return
        self.seen = self.board.touched.last
        for id_ in touched:
            site = self.fleet.judged.get(id_, id_)
            if site in overview.states:
                overview.put(site, self.board.state(site))


class Overviews:
    """The overviews, one for each scope that asks, and the index of the fleet in force. On the event loop."""

    def __init__(self, live: RuntimeView) -> None:
        self._live = live
        self._kept: dict[Scope, _Kept] = {}
        self._index: tuple[Fleet, asyncio.Future[SiteIndex]] | None = None
        self._thread = Pool("overview", threads=1, backlog=MOST_SCOPES)

    async def of(self, scope: Scope) -> Overview:
        """Return the overview of a scope as it is now; raises PoolFull."""
        kept = self._kept.get(scope)
        if kept is None or not kept.serves(self._live):
            if len(self._kept) >= MOST_SCOPES:
                self._kept.clear()
            board, fleet = self._live.board, self._live.fleet
            seen = board.touched.last  # before the counting begins: what changes meanwhile is looked at again
            counted = asyncio.ensure_future(self._counted(board, fleet, scope))
            kept = self._kept[scope] = _Kept(board, fleet, seen, counted)
        overview = await asyncio.shield(kept.counted)
        kept.follow(overview)
        return overview

    async def _counted(self, board: Board, fleet: Fleet, scope: Scope) -> Overview:
        index = await self._index_of(fleet)
        return await asyncio.wrap_future(self._thread.submit(overview_of, board, index, scope))

    def _index_of(self, fleet: Fleet) -> "asyncio.Future[SiteIndex]":
        made = self._index
        if made is None or made[0] is not fleet or (made[1].done() and made[1].exception() is not None):
            made = self._index = (fleet, asyncio.wrap_future(self._thread.submit(SiteIndex, fleet)))
        return made[1]
