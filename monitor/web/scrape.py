"""/metrics: given out in pieces, at the reader's pace, to few readers at a time.

However many read it: they share one page, and none makes us keep more of it than the piece that it is taking.
"""

import asyncio
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from monitor.metrics.exposition import Exposition, Page

MOST_READERS = 4
PIECE_BYTES = 65_536


class Scrape:
    """The route."""

    def __init__(self, exposition: Exposition) -> None:
        self._exposition = exposition
        self._readers = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._readers >= MOST_READERS:
            full = PlainTextResponse("others read this page just now; ask again\n", 503, {"retry-after": "1"})
            await full(scope, receive, send)
            return
        self._readers += 1
        try:
            headers = Request(scope).headers
            compressed = "gzip" in headers.get("accept-encoding", "")
            await _send(await self._exposition.page(headers.get("accept", ""), compressed=compressed), send)
        finally:
            self._readers -= 1


async def _send(page: Page, send: Send) -> None:
    headers = {
        "content-type": page.content_type,
        "content-length": str(len(page)),
        "vary": "accept, accept-encoding",
        **({"content-encoding": "gzip"} if page.compressed else {}),
    }
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 200, "headers": raw})
    for piece in _pieces(page):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(0)  # others have their turn, and it is seen whether the reader is still there
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _pieces(page: Page) -> Iterator[bytes]:
    """Neither too large to keep for a slow reader nor too small to be worth sending."""
    waiting = bytearray()
    for piece in page.pieces:
        for start in range(0, len(piece), PIECE_BYTES):
            waiting += memoryview(piece)[start : start + PIECE_BYTES]
            if len(waiting) >= PIECE_BYTES:
                yield bytes(waiting)
                waiting.clear()
    if waiting:
        yield bytes(waiting)
