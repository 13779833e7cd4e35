"""The routes: page, metrics, health, and the status that the command line asks for. All of them only read."""

from collections.abc import Awaitable, Callable
from importlib.resources import files

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.clock import Clock
from monitor.metrics.exposition import Exposition
from monitor.metrics.live import Live
from monitor.settings.load import Settings
from monitor.store.session import Store
from monitor.web.pages import Pages
from monitor.web.scrape import Scrape

ALIVE_S = 45.0
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


def make_app(
    live: Live, exposition: Exposition, store: Store, settings_of: Callable[[], Settings], clock: Clock
) -> Starlette:
    """The whole site; ``settings_of`` gives the configuration that is in force."""
    pages = Pages(live, store, settings_of, clock)

    async def page(request: Request) -> Response:
        html = await pages.page("en" if request.query_params.get("lang") == "en" else "bn")
        return Response(html, media_type="text/html")

    async def style(_: Request) -> Response:
        css = files("monitor.web").joinpath("templates/style.css").read_text(encoding="utf-8")
        return Response(css, media_type="text/css")

    async def api_status(_: Request) -> Response:
        return Response(await pages.page("json"), media_type="application/json")

    async def healthz(_: Request) -> Response:
        ago = live.turned_s_ago()
        alive = ago < ALIVE_S
        return PlainTextResponse(
            "ok\n" if alive else f"the probing loop turned {ago:.0f} s ago\n", 200 if alive else 503
        )

    async def readyz(_: Request) -> Response:
        ready = live.judged
        return PlainTextResponse("ready\n" if ready else "the first round is under way\n", 200 if ready else 503)

    routes: dict[str, Callable[[Request], Awaitable[Response]] | ASGIApp] = {
        "/": page,
        "/style.css": style,
        "/metrics": Scrape(exposition),
        "/api/status": api_status,
        "/healthz": healthz,
        "/readyz": readyz,
    }
    return Starlette(
        routes=[Route(path, endpoint, methods=["GET"]) for path, endpoint in routes.items()],
        middleware=[Middleware(_SafeHeaders)],
    )


class _SafeHeaders:
    """Puts the security headers on every answer, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    *[(name.encode(), value.encode()) for name, value in HEADERS.items()],
                ]
            await send(message)

        await self._app(scope, receive, with_headers)
