"""Give out the documentation of the API: as OpenAPI for programs, and as a plain page for people."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from monitor.web.api import pages
from monitor.web.api.answers import Found, made
from monitor.web.api.asked import SCOPE, Asking, GuardedRoute
from monitor.web.api.callers import language
from monitor.web.api.problems import KINDS

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@router.get("/openapi.json", openapi_extra={SCOPE: ""})
async def openapi(asked: Asking) -> Response:
    """Read the description of all paths."""
    return await made(asked, lambda: Found(asked.request.app.state.openapi))


@router.get("/docs", openapi_extra={SCOPE: ""})
async def docs(asked: Asking) -> Response:
    """Read it as a page."""
    document, lang = asked.request.app.state.openapi, asked.caller.lang
    return HTMLResponse(await asked.api.run(lambda: pages.documentation_page(document, lang)))


async def problem(request: Request) -> Response:
    """Show what a kind of problem means; for the path /problems/NAME beside the API."""
    name = request.path_params["name"]
    if name not in KINDS:
        return PlainTextResponse("there is no such problem\n", 404)
    return HTMLResponse(pages.problem_page(name, language(request)))
