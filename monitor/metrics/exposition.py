"""Build the page that Prometheus scrapes from its parts.

A page younger than a second is served again. It is built on the event loop, in slices so short that probing is not
delayed; the database is queried and the page compressed in threads. What a page shares with the next one is written
before anybody asks, once the first round is judged, and again after a reload: a first scrape costs hardly more than a
later one. A device removed from the configuration has no series from that moment on. When the database does not answer
at once, the probes' series still come, and ``upazila_store_readable`` is 0.

What is about the whole installation, and not about this daemon or the sites that it watches, is shown by one of several
daemons: the one that holds the duty of it. Alone, a daemon holds all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, choose_encoder
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST

from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.leases import Duty
from monitor.metrics.charter import INFO, Charter, Readable, offices
from monitor.metrics.helpdesk import HelpDesk
from monitor.metrics.leases import FAMILIES as OF_LEASES
from monitor.metrics.leases import leases
from monitor.metrics.network import network
from monitor.metrics.notices import AWAY, Notices, channels
from monitor.metrics.pieces import Lines, Packed, Piece, all_packed, gzip_stream, unpacked
from monitor.metrics.self import FAMILIES as OF_ITSELF
from monitor.metrics.self import Process, daemon
from monitor.metrics.services import services
from monitor.metrics.sla import SlaSource
from monitor.metrics.snmp import snmp
from monitor.metrics.text import Asked, Body, Part, UncachedLines
from monitor.net.pool import Pool, PoolFull
from monitor.runtime.live import RuntimeView
from monitor.runtime.part import Part as OfDaemon
from monitor.settings.load import Settings
from monitor.store.database import Store

FRESH_NS = NS_PER_S
ASK_WITHIN_S = 0.5  # so long a page waits for the database
SLICE_NS = 2_000_000
TURNS = 4  # of the loop after each slice: a page of the console takes dozens until it is answered
AFTER_S = 5.0  # what pages of the console need is made first
REST_S = 0.02  # after each slice, or some pieces, while nobody waits for the page
PIECES = 8


@dataclass(frozen=True)
class Page:
    """The page as a gzip stream that many scrapes may share; ``length``: of its text, in bytes.

    Where it is not to be ``compressed``, each reader unpacks it as it reads: no text of the whole is kept.
    """

    stream: tuple[bytes, ...]
    length: int
    content_type: str
    compressed: bool = False

    @property
    def pieces(self) -> Iterator[bytes]:
        return iter(self.stream) if self.compressed else unpacked(self.stream)

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    def __len__(self) -> int:
        return sum(map(len, self.stream)) if self.compressed else self.length


@dataclass
class _Snapshot:
    """The lines of one moment, and the pages built of them."""

    made_ns: int
    bodies: list[Body]
    pages: dict[tuple[bool, bool], Page] = field(default_factory=dict)

    def contents(self, *, openmetrics: bool) -> Iterator[Piece]:
        """Yield the page's pieces in one of the two formats, which differ in their headers."""
        for family, pieces in self.bodies:
            yield Lines([family.head(openmetrics=openmetrics)])
            yield from pieces
        if openmetrics:
            yield Lines([b"# EOF\n"])


async def _turned() -> bool:
    """Let the loop turn TURNS times."""
    for _ in range(TURNS):
        await asyncio.sleep(0)
    return True


class Exposition(OfDaemon):
    """The page's builder, on the event loop that feeds ``live``; a part, for it begins unasked."""

    name = "metrics"

    def __init__(self, live: RuntimeView, store: Store, clock: Clock) -> None:
        self._live, self._clock = live, clock
        stored: tuple[Asked, ...] = tuple(part(live, store, clock) for part in (Charter, SlaSource, Notices, HelpDesk))
        self._asking = (Readable(live, store, clock), *stored)
        sending = UncachedLines((AWAY,), lambda: channels(live))
        named = UncachedLines((INFO,), lambda: offices(live))
        self._duties: Mapping[Part, Duty] = {**dict.fromkeys((named, *stored), Duty.CASES), sending: Duty.OUTBOX}
        self._left: frozenset[Part] = frozenset()  # to other daemons
        self._asked: dict[Asked, asyncio.Future[Callable[[], None]]] = {}
        self._threads = Pool("metrics", threads=len(self._asking) + 2, backlog=1)
        self._parts: list[Part] = [
            *network(live),
            services(live),
            named,
            *self._asking,
            sending,
            UncachedLines(OF_ITSELF, lambda: daemon(live)),
            UncachedLines(OF_LEASES, lambda: leases(live)),
            Process(live),
            *snmp(live),  # last, because modules give names of their own to what they bring
        ]
        self._fleet = live.fleet
        self._snapshot = _Snapshot(0, [])
        self._one_at_a_time = asyncio.Lock()
        self._begun = 0  # pages
        self._to_prepare = asyncio.Event()
        self._to_prepare.set()

    def reconfigure(self, settings: Settings) -> None:
        """Write everything again: the fleet is another one."""
        self._to_prepare.set()

    async def run(self) -> None:
        """Prepare a page of each fleet, after the first round, which takes precedence."""
        while await self._to_prepare.wait():
            self._to_prepare.clear()
            await self._live.judged.wait()
            await asyncio.sleep(AFTER_S)
            await self.prepare()

    async def prepare(self) -> None:
        """Write and compress what any page shares with the next one, at leisure.

        As soon as a page is asked for, or the fleet is another one, the rest is left to that page.
        """
        async with self._one_at_a_time:
            self._begin()
            self._ask_in_threads()
        begun = self._begun

        async def rested() -> bool:
            await asyncio.sleep(REST_S)
            return self._begun == begun and self._live.fleet is self._fleet

        parts = [part for part in self._parts if part not in self._asking]
        if not await self._in_slices(self._looked(parts), rested):
            return
        bodies = [body for part in parts if part not in self._left for body in part.bodies()]
        unpacked = (piece for _, pieces in bodies for piece in pieces if piece.packed is None)
        while some := list(islice(unpacked, PIECES)):
            made = await asyncio.wrap_future(self._threads.submit(_packed, some))
            if not await rested():
                return
            _put(made)

    async def page(self, accept: str = "", *, compressed: bool = False) -> Page:
        """Return the page: OpenMetrics where ``accept`` asks for it, else the plain text format."""
        openmetrics = wants_openmetrics(accept)
        async with self._one_at_a_time:
            if not self._is_fresh():
                until_s = asyncio.get_running_loop().time() + ASK_WITHIN_S
                self._begin()
                self._ask_in_threads()
                others = [part for part in self._parts if part not in self._asking]
                await self._in_slices(self._looked(others))  # while the database thinks
                await self._answered(until_s)
                await self._in_slices(self._looked(self._asking))
                await self._in_slices(self._renewed())
                asyncio.get_running_loop().call_later(FRESH_NS / NS_PER_S, self._release, self._snapshot)
            return await self._page_of(self._snapshot, openmetrics=openmetrics, compressed=compressed)

    async def _page_of(self, snapshot: _Snapshot, *, openmetrics: bool, compressed: bool) -> Page:
        """Compress in a thread what is not compressed yet: until then nobody looks for changes."""
        if (openmetrics, compressed) not in snapshot.pages:
            making = self._threads.submit(_made, snapshot, openmetrics=openmetrics)
            _keep(snapshot, *await asyncio.wrap_future(making), openmetrics=openmetrics)
        return snapshot.pages[openmetrics, compressed]

    async def _in_slices(self, steps: Iterable[None], between: Callable[[], Awaitable[bool]] = _turned) -> bool:
        """Take the steps; return whether all were taken.

        ``between``: awaited whenever SLICE_NS is over, returns whether the rest is still wanted.
        """
        begun_ns = self._clock.mono_ns()
        for _ in steps:
            if self._clock.mono_ns() - begun_ns > SLICE_NS:
                if not await between():
                    return False
                begun_ns = self._clock.mono_ns()
        return True

    def _release(self, snapshot: _Snapshot) -> None:
        """Free a page that is no longer fresh, until somebody asks again."""
        if self._snapshot is snapshot:
            self._snapshot = _Snapshot(0, [])

    def render(self, accept: str = "") -> Page:
        """Return the page in one go: for callers without an event loop to keep turning."""
        if not self._is_fresh():
            self._begin()
            for part in self._asked_now():
                part.ask()()
            for _ in chain(self._looked(self._parts), self._renewed()):
                pass
        snapshot, openmetrics = self._snapshot, wants_openmetrics(accept)
        if (openmetrics, False) not in snapshot.pages:
            _keep(snapshot, *_made(snapshot, openmetrics=openmetrics), openmetrics=openmetrics)
        return snapshot.pages[openmetrics, False]

    def _begin(self) -> None:
        """Leave out of the next page what other daemons show by their duties; write all anew for another fleet."""
        self._begun += 1
        self._left = frozenset(part for part, duty in self._duties.items() if self._live.leases.held(duty) is None)
        for asked in self._asking:
            if asked in self._left:
                self._asked.pop(asked, None)
                asked.left()
        if self._live.fleet is not self._fleet:
            self._fleet = self._live.fleet
            for part in self._parts:
                part.forget()

    def _asked_now(self) -> list[Asked]:
        return [part for part in self._asking if part not in self._left]

    def _ask_in_threads(self) -> None:
        """Query the database; a query still under way is not repeated."""
        for part in self._asked_now():
            if (answer := self._asked.get(part)) is not None and answer.done():
                self._take(part)
            if part not in self._asked:
                with suppress(PoolFull):
                    self._asked[part] = asyncio.wrap_future(self._threads.submit(part.ask))

    async def _answered(self, until_s: float) -> None:
        """Take in the database's answers that come by then, in the loop's time."""
        awaited = [answer for part, answer in self._asked.items() if part.is_awaited]
        if awaited:
            await asyncio.wait(awaited, timeout=max(until_s - asyncio.get_running_loop().time(), 0))
        for part in self._asked_now():
            if (answer := self._asked.get(part)) is not None and answer.done():
                self._take(part)
            else:
                part.unanswered()

    def _take(self, part: Asked) -> None:
        self._asked.pop(part).result()()

    def _is_fresh(self) -> bool:
        return bool(self._snapshot.bodies) and self._clock.mono_ns() - self._snapshot.made_ns <= FRESH_NS

    def _looked(self, parts: Iterable[Part]) -> Iterator[None]:
        for part in parts:
            if part not in self._left:
                yield from part.look()

    def _renewed(self) -> Iterator[None]:
        """Build another snapshot, in small steps."""
        bodies: dict[str, Body] = {}
        for part in self._parts:
            for family, lines in part.bodies() if part not in self._left else ():
                # A name that a module of monitor.toml gives a second time would make the whole page unreadable.
                bodies.setdefault(family.name.removesuffix("_total"), (family, lines))
                yield
        self._snapshot = _Snapshot(self._clock.mono_ns(), list(bodies.values()))


def wants_openmetrics(accept: str) -> bool:
    """Return whether OpenMetrics 1.0 is asked for."""
    return choose_encoder(accept)[1].startswith("application/openmetrics-text")


def _content_type(*, openmetrics: bool) -> str:
    return CONTENT_TYPE_LATEST if openmetrics else CONTENT_TYPE_PLAIN_0_0_4


def _made(snapshot: _Snapshot, *, openmetrics: bool) -> tuple[Sequence[tuple[Piece | None, Packed]], Page]:
    """Return what becomes of each piece, and the compressed page."""
    parts = _packed(snapshot.contents(openmetrics=openmetrics))
    stream, length = gzip_stream([part for _, part in parts]), sum(part.length for _, part in parts)
    return parts, Page(stream, length, _content_type(openmetrics=openmetrics), compressed=True)


def _packed(pieces: Iterable[Piece]) -> list[tuple[Piece | None, Packed]]:
    return list(all_packed(pieces))


def _put(parts: Iterable[tuple[Piece | None, Packed]]) -> None:
    """Keep what was compressed of each piece, which has not changed meanwhile."""
    for piece, part in parts:
        if piece is not None:
            piece.packed = part


def _keep(snapshot: _Snapshot, parts: Iterable[tuple[Piece | None, Packed]], page: Page, *, openmetrics: bool) -> None:
    _put(parts)
    snapshot.pages[openmetrics, True], snapshot.pages[openmetrics, False] = page, replace(page, compressed=False)
