"""Route requests: the console's pages, metrics, health, and the status that the command line asks for."""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from monitor.doctor.examiner import Examiner
from monitor.domain.clock import Clock
from monitor.metrics.exposition import Exposition
from monitor.runtime.asked_probes import AskedProbes
from monitor.runtime.changes import Changes
from monitor.runtime.history_keeper import HistoryKeeper
from monitor.runtime.live import RuntimeView
from monitor.runtime.part import stale
from monitor.settings.installation import Installation
from monitor.settings.load import Settings
from monitor.store.database import Store
from monitor.web.api.app import PREFIX, make_api
from monitor.web.api.asked import Api
from monitor.web.api.callers import Callers
from monitor.web.api.documentation import problem
from monitor.web.api.office_apis import OfficeApis
from monitor.web.api.verification import Verification
from monitor.web.auth.visitors import Visitors
from monitor.web.console.console import Console
from monitor.web.console.dispatch import nothing_there, starlette_routes
from monitor.web.console.office_consoles import OfficeConsoles
from monitor.web.console.rendering import compile_templates
from monitor.web.console.routes import page_routes
from monitor.web.console.static_files import static_route
from monitor.web.guard import AllowedHost, AnswerDeadline, SafeHeaders
from monitor.web.overview import Overviews
from monitor.web.papers import Papers
from monitor.web.proxies import ForwardedClient, SecuredLine
from monitor.web.public.publisher import Publisher
from monitor.web.scrape import Scrape
from monitor.web.status_cache import StatusDocument


def make_app(
    live: RuntimeView,
    exposition: Exposition,
    store: Store,
    settings_of: Callable[[], Settings],
    ages: Callable[[], Mapping[str, float]],
    clock: Clock,
    changes: Changes | None = None,
    wake_delivery: Callable[[], None] = lambda: None,
    probes: AskedProbes | None = None,
    keeper: HistoryKeeper | None = None,
    papers: Papers | None = None,
    examiner: Examiner | None = None,
    installation_of: Callable[[], Installation] | None = None,
    overviews: Overviews | None = None,
) -> Starlette:
    """Build the whole site.

    ``settings_of``: returns the configuration in force; ``ages``: seconds since each part last turned; ``changes``:
    what open pages are told of; ``wake_delivery``: called when notices may be pending; ``probes``: probes
    that people ask for; ``keeper``: what is not in the history's file yet; ``papers``: what is set as PDF;
    ``examiner``: what was found wrong with the installation; ``installation_of``: returns all offices in force, left
    out for one that stands alone; ``overviews``: the sites counted.
    """
    document = StatusDocument(live, store, clock)
    compile_templates()
    changes, overviews = changes or Changes(live.instance), overviews or Overviews(live)
    papers = papers or Papers()
    console = Console(
        live, store, clock, settings_of, changes, overviews, wake_delivery, probes, keeper, papers, examiner
    )
    installation_of = installation_of or (lambda: Installation.of(settings_of()))
    consoles = OfficeConsoles.of(console, page_routes, installation_of)
    web = settings_of().monitor.web  # of the start, as what listens is
    visitors = Visitors(store, clock, web, lambda: live.office)

    callers = Callers(store, clock, lambda: live.office, visitors.of, visitors.is_own_form)
    whole = Api(
        live,
        store,
        clock,
        settings_of,
        document.document,
        ages,
        callers.of,
        callers.of_feed,
        Publisher(store, lambda: live.office, settings_of, clock),
        Verification(store),
        overviews,
        console.papers,
        partial(_publish, console),
        examiner=examiner,
        installation_of=installation_of,
    )
    api = make_api(whole, OfficeApis(whole, installation_of).of)

    async def api_status(_: Request) -> Response:
        return RedirectResponse(f"{PREFIX}/status", 308)

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
        "/metrics": Scrape(exposition),
        "/api/status": api_status,
        "/healthz": healthz,
        "/readyz": readyz,
    }
    return Starlette(
        routes=[
            *[Route(path, endpoint, methods=["GET"]) for path, endpoint in routes.items()],
            _mounted(PREFIX, api),
            Route("/problems/{name}", problem, methods=["GET"]),
            static_route(),
            *starlette_routes(consoles, visitors.of, visitors.is_own_form),
        ],
        middleware=[
            Middleware(ForwardedClient, proxies=web.behind_proxy),
            Middleware(SafeHeaders),
            Middleware(AllowedHost, names=lambda: settings_of().monitor.web.names),
            Middleware(SecuredLine, web=web),
            Middleware(AnswerDeadline),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=6),
        ],
        exception_handlers={404: nothing_there(consoles, visitors.of)},
    )


def _mounted(prefix: str, app: ASGIApp) -> Mount:
    """Mount an application; paths with line breaks in them are its own to refuse."""
    mount = Mount(prefix, app)
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


def _publish(console: Console, names: Collection[str]) -> None:
    """Tell open pages what a program changed, and look for notices that it owes."""
    console.wake_delivery()
    console.changes.publish(names)
