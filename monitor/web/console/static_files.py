"""Serve the console's own files: styles, script, icons, font. Their URLs change with their contents."""

import gzip
from functools import cache

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from monitor.web.console.rendering import static_bytes

TYPES = {
    "charts.js": "text/javascript",
    "console.css": "text/css",
    "console.js": "text/javascript",
    "htmx.min.js": "text/javascript",
    "uplot.css": "text/css",
    "uplot.min.js": "text/javascript",
    "icons.svg": "image/svg+xml",
    "noto-sans-bengali-400.woff2": "font/woff2",
}
FOR_GOOD = "public, max-age=31536000, immutable"


def static_route() -> Route:
    """Return the route of all static files."""
    return Route("/static/{name}", _static, methods=["GET"])


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in TYPES:
        return PlainTextResponse("there is no such file\n", 404)
    headers = {"cache-control": FOR_GOOD, "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", "") and not name.endswith(".woff2"):
        return Response(_compressed(name), headers={**headers, "content-encoding": "gzip"}, media_type=TYPES[name])
    return Response(static_bytes(name), headers=headers, media_type=TYPES[name])


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(static_bytes(name), 9, mtime=0)
