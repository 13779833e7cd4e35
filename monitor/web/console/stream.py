"""Stream what changed to open pages (server-sent events, HTML Living Standard 9.2), and say that the monitor lives."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from monitor.domain.roles import Right
from monitor.i18n import formats
from monitor.web.auth.visitor import Visitor
from monitor.web.console.asked import Asked, PageRoute
from monitor.web.console.console import Console
from monitor.web.one_office import named_office

ALIVE_S = 15.0
LASTS_S = 600.0  # then the browser comes again, and it is seen whether its session still is
RETRY_MS = 5_000
MOST_STREAMS = 200
MOST_OF_ONE = 3  # of one session, or of one address without a name
FULL_RETRY_S = 15


class Streams:
    """The open streams, counted."""

    def __init__(self) -> None:
        self._of: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """Return how many are open."""
        return self._of.total()

    def enter(self, who: str) -> bool:
        """Count one more of ``who``; False where there is no room for it."""
        if self.open >= MOST_STREAMS or self._of[who] >= MOST_OF_ONE:
            return False
        self._of[who] += 1
        return True

    def leave(self, who: str) -> None:
        """Count one less."""
        self._of[who] -= 1
        if self._of[who] <= 0:
            del self._of[who]


class _Stream(StreamingResponse):
    """One stream, if there is room for it when it begins.

    It gives its room back however it ends: who goes away before the first event never lets the events begin, nor end.
    """

    def __init__(self, events: AsyncIterator[str], streams: Streams, who: str) -> None:
        super().__init__(events, media_type="text/event-stream", headers={"x-accel-buffering": "no"})
        self._streams, self._who = streams, who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._streams.enter(self._who):
            full = PlainTextResponse("too many open pages\n", 503, {"retry-after": str(FULL_RETRY_S)})
            await full(scope, receive, send)
            return
        try:
            connection = scope.get("state", {}).get("connection")
            if connection is not None:
                connection.keep_open()
            await super().__call__(scope, receive, send)
        finally:
            self._streams.leave(self._who)


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of the stream."""
    streams = Streams()

    async def stream(asked: Asked) -> Response:
        who = f"session {asked.visitor.session_id}" if asked.visitor.session_id else asked.visitor.address
        last_id = asked.request.headers.get("last-event-id") or asked.query("after")
        return _Stream(_events(console, asked, last_id), streams, who)

    async def alive(_: Asked) -> Response:
        return PlainTextResponse("alive\n")

    return [PageRoute("/stream", Right.READ, get=stream), PageRoute("/alive", Right.READ, get=alive)]


async def _events(console: Console, asked: Asked, last_id: str) -> AsyncIterator[str]:
    changes = console.changes
    now_s = asyncio.get_running_loop().time
    ends_s = now_s() + LASTS_S
    seen = changes.number_of(last_id)
    yield f"retry: {RETRY_MS}\n\n"
    if seen is None:
        seen = changes.last
        if last_id:
            yield _event("change", "reset", changes.id_of(seen))
    while now_s() < ends_s:
        for number, name in changes.after(seen):
            seen = number
            if concerns(console, asked.visitor, name):
                yield _event("change", name, changes.id_of(number))
        yield _event("alive", formats.time_text(console.clock.utc().astimezone(formats.DHAKA), asked.lang), "")
        await changes.wait(ALIVE_S)
        await asyncio.sleep(0)


def concerns(console: Console, visitor: Visitor, name: str) -> bool:
    """Return whether a visitor may know that it changed: a site or ticket of their scope, and of an office they see."""
    kind, _, id_ = name.partition(":")
    if visitor.node and kind in {"site", "ticket"}:
        seen = console.installation_of and console.installation_of().seen_from(visitor.node)
        if not (seen and named_office(seen, {"id" if kind == "site" else "number": id_})):
            return False
    site = console.live.fleet.sites.get(id_) if kind == "site" else None
    return site is None or visitor.sees(site)


def _event(event: str, data: str, id_: str) -> str:
    return f"event: {event}\n" + (f"id: {id_}\n" if id_ else "") + f"data: {data}\n\n"
