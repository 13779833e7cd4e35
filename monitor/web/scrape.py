"""Serve /metrics in pieces, at the reader's pace.

All readers share one page, and none keeps more of it in memory than its present piece. Readers that stop in the middle
keep old pages alive: beyond a few of those, they are dropped.
"""

import asyncio
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from monitor.metrics.exposition import Exposition, Page
from monitor.web.connections import GRACE_S, Connection

MOST_PAGES = 4
PIECE_BYTES = 65_536


class Scrape:
    """The route."""

    def __init__(self, exposition: Exposition) -> None:
        self._exposition = exposition
        self._readers: dict[Connection, Page] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Request(scope).headers
        compressed = "gzip" in headers.get("accept-encoding", "")
        page = await self._exposition.page(headers.get("accept", ""), compressed=compressed)
        if not self._has_room(page):
            full = PlainTextResponse("others read this page just now; ask again\n", 503, {"retry-after": "1"})
            await full(scope, receive, send)
            return
        reader: Connection = scope["state"]["connection"]
        self._readers[reader] = page
        try:
            await _send(page, reader, send)
        finally:
            del self._readers[reader]

    def _has_room(self, page: Page) -> bool:
        """Drop readers stalled on old pages while too many pages are kept; return whether few enough are left."""
        while len({id(page), *map(id, self._readers.values())}) > MOST_PAGES:
            stalled = [reader for reader, old in self._readers.items() if old is not page and reader.is_open]
            longest = max(stalled, key=Connection.stalled_s, default=None)
            if longest is None or longest.stalled_s() <= GRACE_S:
                return False
            longest.drop()
            self._readers[longest] = page  # it takes nothing any more
        return True


async def _send(page: Page, reader: Connection, send: Send) -> None:
    headers = {
        "content-type": page.content_type,
        "content-length": str(len(page)),
        "vary": "accept, accept-encoding",
        **({"content-encoding": "gzip"} if page.compressed else {}),
    }
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 200, "headers": raw})
    for piece in _pieces(page):
        if not reader.is_open:
            await asyncio.sleep(0)  # uvicorn gets it in this turn, and takes the answer to be complete
            return
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(0)  # others have their turn, and it is seen whether the reader is still there
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _pieces(page: Page) -> Iterator[bytes]:
    """Split a body into pieces, not too large for a slow reader nor too small to be worth sending."""
    waiting = bytearray()
    for piece in page.pieces:
        for start in range(0, len(piece), PIECE_BYTES):
            waiting += memoryview(piece)[start : start + PIECE_BYTES]
            if len(waiting) >= PIECE_BYTES:
                yield bytes(waiting)
                waiting.clear()
    if waiting:
        yield bytes(waiting)
