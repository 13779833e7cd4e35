"""Guard every route: allowed hosts, form of requests, time of answers.

The order is: whom a proxy speaks for ─ headers that keep foreign code out ─ form of the request (400) ─ Host (421) ─
line (403) ─ time (503) ─ routes.
"""

import asyncio
import re
from collections.abc import Callable, Iterable
from ipaddress import IPv6Address, ip_address

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.net.names import NoSuchName, ascii_name
from monitor.net.pool import PoolFull

LATE_S = 6.0  # shorter than what a connection may take for its answer, longer than the database may keep a reader
RETRY_AFTER_S = 2
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "same-origin",  # with 'no-referrer' a form's Origin would be 'null'
    "x-content-type-options": "nosniff",
}
UNLESS_GIVEN = {"cache-control": "no-store"}
OVER_TLS = {"strict-transport-security": "max-age=31536000"}
FOREIGN = (
    "This page is not served under that name. Ask by the address on which it listens, or add the name to monitor.toml: "
    '[web] names = ["…"]\n'
)
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+(?:%[\w.~%-]+)?\]|[^\s:/?#@\[\]\\]+)(?P<port>:\d{0,5})?")


class SafeHeaders:
    """Middleware that sets the security headers on every answer, errors included; HSTS where TLS was spoken."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = {**HEADERS, **(OVER_TLS if scope["scheme"] == "https" else {})}

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.decode("latin-1").lower() for name, _ in message["headers"]}
                further = {name: value for name, value in UNLESS_GIVEN.items() if name not in given}
                kept = [(name, value) for name, value in message["headers"] if name.decode("latin-1") not in ours]
                message["headers"] = [*kept, *((n.encode(), v.encode()) for n, v in {**ours, **further}.items())]
            await send(message)

        await self._app(scope, receive, with_headers)


class AllowedHost:
    """Middleware that answers 421 for foreign Host names.

    A foreign page whose name was made to resolve here reads nothing.

    ``names``: those the configuration in force allows besides loopback and the address that was connected to.
    """

    def __init__(self, app: ASGIApp, names: Callable[[], Iterable[str]]) -> None:
        self._app, self._names = app, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        found = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        refused: PlainTextResponse | None = None
        if found is None or not scope["path"].startswith("/"):
            refused = PlainTextResponse("Expected a request such as: GET /metrics, with one Host\n", 400)
        elif not is_ours(found["name"], scope.get("server"), self._names()):
            refused = PlainTextResponse(FOREIGN, 421)
        await (refused or self._app)(scope, receive, send)


class AnswerDeadline:
    """Middleware that answers 503 when the route has not begun its answer after LATE_S."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = asyncio.timeout(LATE_S)

        async def in_time(message: Message) -> None:
            if limit.expired():
                await asyncio.sleep(0)  # raises: the answer came together with the end of its time
            limit.reschedule(None)  # from here on the connection's own limit counts
            await send(message)

        try:
            async with limit:
                await self._app(scope, receive, in_time)
        except ClientDisconnect:  # in the middle of the request's body: there is nobody to answer, and no fault of ours
            return
        except PoolFull:
            words = "others ask for this just now; ask again\n"
        except TimeoutError:
            if not limit.expired():
                raise
            words = f"no answer within {LATE_S:g} s: the database or this machine is busy; ask again\n"
        else:
            return
        late = PlainTextResponse(words, 503, {"retry-after": str(RETRY_AFTER_S)})
        await late(scope, receive, send)


def is_ours(name: str, server: tuple[str, int | None] | None, allowed: Iterable[str]) -> bool:
    """Return whether a Host (without port) is loopback, the connected address ``server``, or allowed."""
    wanted = _plain(name)
    if wanted == "localhost" or wanted in map(_plain, allowed):
        return True
    try:
        address = ip_address(wanted)
    except ValueError:
        return False
    return address.is_loopback or (server is not None and wanted == _plain(server[0]))


def _plain(name: str) -> str:
    """Return a name or address in the form in which it is compared."""
    bare = name.strip("[]").partition("%")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        try:
            return ascii_name(bare).lower()
        except NoSuchName:
            return bare.lower()
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)
