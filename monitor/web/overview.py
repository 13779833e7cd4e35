"""Count the sites of each scope by state, kind and union: all of them once, and then those that change.

Counting runs in a thread, for a country takes a fifth of a second. From then on a reader's request looks again at the
sites that the board has touched since the request before: what a page costs does not grow with the number of sites. No
reader waits until many sites are counted anew, after another configuration or a round that changed more than is
remembered: until then he gets what was counted before.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field

from monitor.domain.roles import Scope
from monitor.judging.board import Board
from monitor.judging.health import State
from monitor.net.pool import Pool
from monitor.runtime.live import RuntimeView
from monitor.runtime.part import Part
from monitor.settings.fleet import Fleet, Site
from monitor.settings.load import Settings
from monitor.web.site_index import SiteIndex

MOST_SCOPES = 50
LOOK_S = 0.2
FEW_SITES = 2_000  # are counted while a reader waits: in a few milliseconds


@dataclass(slots=True)
class Overview:
    """The sites of a scope with their states, and how many are in each state: in all, and by what they share.

    Changed on the event loop as states change; other threads may read single values of it, and look for ids in it.
    """

    index: SiteIndex
    sites: Mapping[str, Site]
    states: dict[str, State] = field(default_factory=dict)
    in_state: dict[str, set[str]] = field(default_factory=lambda: {state: set() for state in State})
    total: Counter[str] = field(default_factory=Counter)
    by_kind: dict[str, Counter[str]] = field(default_factory=dict)
    by_union: dict[str, Counter[str]] = field(default_factory=dict)
    by_office: dict[str, Counter[str]] = field(default_factory=dict)
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
        old, site = self.states[id_], self.sites[id_]
        if old is state:
            return
        self.states[id_] = state
        self.in_state[old].discard(id_)
        self.in_state[state].add(id_)
        counters = (
            self.total,
            self.by_kind[site.kind],
            self.by_union.get(site.union or ""),
            self.by_office.get(site.office),
        )
        for counter in counters:
            if counter is not None:
                counter[old] -= 1
                counter[state] += 1


def overview_of(board: Board, index: SiteIndex, scope: Scope) -> Overview:
    """Count the sites of a scope; callable from any thread."""
    sites = index.fleet.sites
    if not scope.is_all:
        sites = {id_: site for id_, site in sites.items() if scope.covers(site.union or "", site.kind)}
    states = {id_: board.state(id_) for id_ in sites}
    found = Overview(index, sites, states, total=Counter(states.values()))
    for id_, state in states.items():
        found.in_state[state].add(id_)
    of_kind: defaultdict[str, list[Site]] = defaultdict(list)
    for site in sites.values():
        of_kind[site.kind].append(site)
        if site.position is not None:
            found.placed.append(site)
    found.of_kind = dict(of_kind)
    found.by_kind = _counted((site.kind for site in sites.values()), states.values())
    found.by_union = _counted((site.union for site in sites.values()), states.values())
    found.by_office = _counted((site.office for site in sites.values()), states.values())
    return found


def _counted(groups: Iterable[str | None], states: Iterable[State]) -> dict[str, Counter[str]]:
    """Count the states of each group that has a name."""
    found: dict[str, Counter[str]] = {}
    for (group, state), count in Counter(zip(groups, states, strict=True)).items():
        if group:
            found.setdefault(group, Counter())[state] = count
    return found


@dataclass(slots=True)
class _Kept:
    """What is being, or was, counted for a scope.

    ``seen``: how much of what the board touched is in it; ``before``: what readers get until many sites are counted.
    """

    board: Board
    fleet: Fleet
    seen: int
    counted: "asyncio.Future[Overview]"
    before: "_Kept | None" = None

    @property
    def is_there(self) -> bool:
        """Return whether it is counted."""
        return self.counted.done() and not self.counted.cancelled() and self.counted.exception() is None

    def serves(self, live: RuntimeView) -> bool:
        """Return whether it can be brought up to date."""
        if self.board is not live.board or self.fleet is not live.fleet:
            return False
        if not self.counted.done():
            return True
        return self.is_there and self.board.touched.after(self.seen) is not None

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


@dataclass(slots=True)
class _Index:
    """The index of a fleet: ``begun``, as it can be used, and when the ``whole`` of it is made (None: not yet)."""

    fleet: Fleet
    begun: Future[SiteIndex]
    whole: Future[SiteIndex] | None = None

    @property
    def has_failed(self) -> bool:
        """Return whether it could not be made."""
        done = [each for each in (self.begun, self.whole) if each is not None and each.done()]
        return any(each.cancelled() or each.exception() is not None for each in done)


def _completed(begun: Future[SiteIndex]) -> SiteIndex:
    index = begun.result()
    index.prepare()
    return index


class Overviews(Part):
    """The overviews, one for each scope that asks, and the index of the fleet in force. On the event loop.

    As a part of the daemon they are made ahead of the first reader, at the start and after each change. What takes long
    is left until a large fleet has been judged: what is asked for before is made then, for who asks.
    """

    name = "overview"

    def __init__(self, live: RuntimeView) -> None:
        self._live = live
        self._kept: dict[Scope, _Kept] = {}
        self._index: _Index | None = None
        self._threads = Pool("overview", threads=2, backlog=MOST_SCOPES)

    async def open(self) -> None:
        """Begin to index the fleet."""
        self._index_of(self._live.fleet)

    async def run(self) -> None:
        """Make the whole index when the first round no longer needs the machine."""
        while self._live.in_first_round:  # noqa: ASYNC110  (it ends by the time as well, for which there is no event)
            await asyncio.sleep(LOOK_S)
        self._whole_of(self._live.fleet)

    def reconfigure(self, settings: Settings) -> None:
        """Index the fleet that is in force now, and count anew what was asked for before."""
        self._whole_of(self._live.fleet)
        for scope in list(self._kept):
            self._up_to_date(scope)

    async def of(self, scope: Scope) -> Overview:
        """Return the overview of a scope as it is now; of many sites as it was before, while it is counted.

        Raises PoolFull.
        """
        kept = self._up_to_date(scope)
        if not kept.counted.done() and kept.before is not None and len(kept.fleet.sites) > FEW_SITES:
            kept = kept.before
        overview = await asyncio.shield(kept.counted)
        kept.follow(overview)
        return overview

    def _up_to_date(self, scope: Scope) -> _Kept:
        kept = self._kept.get(scope)
        if kept is not None and kept.serves(self._live):
            return kept
        if kept is None and len(self._kept) >= MOST_SCOPES:
            self._kept.clear()
        before = kept if kept is None or kept.is_there else kept.before
        board, fleet = self._live.board, self._live.fleet
        seen = board.touched.last  # before the counting begins: what changes meanwhile is looked at again
        counted = asyncio.ensure_future(self._counted(board, fleet, scope, whole=before is not None))
        made = self._kept[scope] = _Kept(board, fleet, seen, counted, before)
        counted.add_done_callback(lambda _: setattr(made, "before", None))
        return made

    async def _counted(self, board: Board, fleet: Fleet, scope: Scope, *, whole: bool) -> Overview:
        """Count a scope; ``whole``: there is time until the whole index is made."""
        made = await asyncio.wrap_future(self._whole_of(fleet) if whole else self._index_of(fleet).begun)
        return await asyncio.wrap_future(self._threads.submit(overview_of, board, made, scope))

    def _index_of(self, fleet: Fleet) -> _Index:
        index = self._index
        if index is None or index.fleet is not fleet or index.has_failed:
            index = self._index = _Index(fleet, self._threads.submit(SiteIndex, fleet))
        return index

    def _whole_of(self, fleet: Fleet) -> Future[SiteIndex]:
        index = self._index_of(fleet)
        if index.whole is None:
            index.whole = self._threads.submit(_completed, index.begun)
        return index.whole
