"""Route requests: page, metrics, health, and the status that the command line asks for. All of them only read."""

from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from monitor.domain.clock import Clock
from monitor.i18n.languages import BOTH, languages
from monitor.metrics.exposition import Exposition
from monitor.runtime.live import RuntimeView
from monitor.runtime.part import stale
from monitor.settings.load import Settings
from monitor.store.sqlite import Store
from monitor.web.guard import AllowedHost, AnswerDeadline, SafeHeaders
from monitor.web.pages import Pages
from monitor.web.proxies import ForwardedClient, SecuredLine
from monitor.web.scrape import Scrape


def make_app(
    live: RuntimeView,
    exposition: Exposition,
    store: Store,
    settings_of: Callable[[], Settings],
    ages: Callable[[], Mapping[str, float]],
    clock: Clock,
) -> Starlette:
    """Build the whole site.

    ``settings_of``: returns the configuration in force; ``ages``: seconds since each part last turned.
    """
    pages = Pages(live, store, settings_of, clock)
    web = settings_of().monitor.web  # of the start, as what listens is

    async def page(request: Request) -> Response:
        wanted = request.query_params.get("lang", "")
        html = await pages.page(wanted if wanted in languages() else BOTH[0])
        return Response(html, media_type="text/html")

    async def style(_: Request) -> Response:
        css = files("monitor.web").joinpath("templates/style.css").read_text(encoding="utf-8")
        return Response(css, media_type="text/css")

    async def api_status(_: Request) -> Response:
        return Response(await pages.page("json"), media_type="application/json")

    async def healthz(_: Request) -> Response:
        turned_s_ago = ages()
        late = stale(turned_s_ago)
        lines = [f"{part} stands still" for part in late] or ["ok"]
        lines += [f"{part} {age_s:.1f} s ago" for part, age_s in turned_s_ago.items()]
        return PlainTextResponse("\n".join(lines) + "\n", 503 if late else 200)

    async def readyz(_: Request) -> Response:
        ready = live.is_judged
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
        middleware=[
            Middleware(ForwardedClient, proxies=web.behind_proxy),
            Middleware(SafeHeaders),
            Middleware(AllowedHost, names=lambda: settings_of().monitor.web.names),
            Middleware(SecuredLine, web=web),
            Middleware(AnswerDeadline),
        ],
    )
