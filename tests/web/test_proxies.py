"""What a proxy says counts if it is ours; and nobody is asked for a password in the clear."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from monitor.settings.web_section import Web
from monitor.web.proxies import ForwardedClient, SecuredLine, client_of
from monitor.web.server import serve
from tests.web.asking import ask

OURS = frozenset({"127.0.0.1", "10.0.0.1", "10.0.0.2"})


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ([], "127.0.0.1"),
        (["203.0.113.9"], "203.0.113.9"),
        (["198.51.100.1", "203.0.113.9"], "203.0.113.9"),  # who asks may write what he likes before it
        (["203.0.113.9", "10.0.0.2"], "203.0.113.9"),
        (["10.0.0.2", "10.0.0.1"], "10.0.0.2"),
        (["203.0.113.9:4711"], "203.0.113.9"),
        (["[2001:db8::7]:4711"], "2001:db8::7"),
        (["2001:db8::7"], "2001:db8::7"),
        (["::ffff:203.0.113.9"], "203.0.113.9"),
        (["203.0.113.9", "unknown"], "127.0.0.1"),
        (["<script>"], "127.0.0.1"),
    ],
)
def test_the_last_address_that_none_of_our_proxies_has_is_who_asks(forwarded: Sequence[str], client: str) -> None:
    assert client_of(forwarded, "127.0.0.1", OURS) == client


async def seen(request: Request) -> Response:
    assert request.client is not None
    return PlainTextResponse(f"{request.client.host} {request.url.scheme}")


@pytest.fixture
async def port(request: pytest.FixtureRequest) -> AsyncIterator[int]:
    """A server that says who asks it how; the test's parameter: the addresses of its proxies."""
    web = Web(behind_proxy=request.param)
    listener = socket.create_server(("127.0.0.1", 0))
    middleware = [Middleware(ForwardedClient, proxies=web.behind_proxy), Middleware(SecuredLine, web=web)]
    app = Starlette(routes=[Route("/{any:path}", seen)], middleware=middleware)
    running = await serve(app, [listener])
    yield int(listener.getsockname()[1])
    await running.stop()
    listener.close()


@pytest.mark.parametrize("port", [("127.0.0.1",)], indirect=True)
async def test_our_proxy_says_for_whom_it_asks_and_that_he_speaks_tls(port: int) -> None:
    told = await ask(port, "/login", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="https")
    assert told.text == "203.0.113.9 https"
    assert (await ask(port, "/login", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="ftp")).text.endswith(" http")


@pytest.mark.parametrize("port", [("192.0.2.7",)], indirect=True)
async def test_nobody_else_does(port: int) -> None:
    told = await ask(port, "/login", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="https")
    assert told.text == "127.0.0.1 http"


@pytest.mark.parametrize(
    ("client", "path", "status"),
    [
        ("203.0.113.9", "/login", 403),
        ("203.0.113.9", "/api/v1/tickets", 403),
        ("203.0.113.9", "/", 403),
        ("203.0.113.9", "/metrics", 200),
        ("127.0.0.1", "/login", 200),
        ("192.0.2.7", "/login", 200),
    ],
)
async def test_past_the_proxy_nothing_is_asked_for_that_others_must_not_read(
    client: str, path: str, status: int
) -> None:
    async def inner(scope: object, receive: object, send: object) -> None:
        statuses.append(200)

    async def take(message: object) -> None:
        assert isinstance(message, dict)
        statuses.append(message.get("status", 0))

    async def none() -> "dict[str, object]":
        await asyncio.Event().wait()
        return {}

    statuses = list[int]()
    web = Web(listen="0.0.0.0:9786", behind_proxy=("192.0.2.7",))
    app = ForwardedClient(SecuredLine(inner, web), web.behind_proxy)
    scope = {"type": "http", "scheme": "http", "path": path, "headers": [], "client": (client, 1), "method": "GET"}
    await app(scope, none, take)
    assert statuses[0] == status
