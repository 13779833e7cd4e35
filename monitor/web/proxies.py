"""Take a proxy's word for who asks and how, if it is one of ours; refuse to be asked in the clear past it.

X-Forwarded-For and X-Forwarded-Proto count only from the addresses of [web] behind_proxy: anybody else could write
anything there.
"""

from collections.abc import Collection, Sequence
from ipaddress import ip_address

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.settings.web_section import Web, is_loopback

FOR_MACHINES = frozenset({"/metrics", "/healthz", "/readyz"})
"""Paths that take no password and no token: Prometheus may read them past the proxy."""
IN_THE_CLEAR = "Not over this line: others could read it. Ask through the proxy, by https.\n"


class ForwardedClient:
    """Middleware that puts the client and scheme that a trusted proxy names into the scope."""

    def __init__(self, app: ASGIApp, proxies: Collection[str]) -> None:
        self._app, self._proxies = app, frozenset(map(_plain, proxies))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if client is not None and _plain(client[0]) in self._proxies:
            forwarded, schemes = _values(scope, b"x-forwarded-for"), _values(scope, b"x-forwarded-proto")
            scope = {
                **scope,
                "client": (client_of(forwarded, _plain(client[0]), self._proxies), 0),
                "scheme": schemes[-1].lower() if schemes and schemes[-1].lower() in {"http", "https"} else "http",
                "by_proxy": True,
            }
        await self._app(scope, receive, send)


class SecuredLine:
    """Middleware that answers 403 where passwords and tokens would travel in the clear: past the proxy.

    A client on this machine may ask directly.
    """

    def __init__(self, app: ASGIApp, web: Web) -> None:
        self._app, self._web = app, web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        stays_here = client is None or is_loopback(client[0])
        is_open = scope["scheme"] == "http" and not scope.get("by_proxy") and not stays_here
        if self._web.behind_proxy and is_open and scope["path"] not in FOR_MACHINES:
            await PlainTextResponse(IN_THE_CLEAR, 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def client_of(forwarded: Sequence[str], peer: str, proxies: Collection[str]) -> str:
    """Return who asked: the last address of X-Forwarded-For that is none of our ``proxies``, else the first of them.

    Each proxy appends the address that it saw; what stands before one that we do not know, that one made up.
    """
    last = peer
    for written in reversed(forwarded):
        address = _plain(_without_port(written))
        if not address:
            return last
        last = address
        if address not in proxies:
            return address
    return last


def _values(scope: Scope, wanted: bytes) -> list[str]:
    """Return the values of a header, in order, whether they stand in one line or in several."""
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
    return [value for line in lines for each in line.split(",") if (value := each.strip())]


def _without_port(written: str) -> str:
    if written.startswith("["):
        return written[1:].partition("]")[0]
    return written.partition(":")[0] if written.count(":") == 1 else written


def _plain(text: str) -> str:
    """Return an address in the form in which it is compared; '' for what is none."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)
