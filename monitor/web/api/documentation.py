"""Give out the documentation of the API: as OpenAPI for programs, and as a plain page for people."""

from typing import Any

from fastapi import APIRouter
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from monitor.domain.api_scopes import SCOPES
from monitor.i18n.catalogue import tr
from monitor.web.api.answers import Found, made
from monitor.web.api.asked import SCOPE, Asking, GuardedRoute
from monitor.web.console.rendering import asset

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_templates = Environment(
    loader=PackageLoader("monitor.web.api", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@router.get("/openapi.json", openapi_extra={SCOPE: ""})
async def openapi(asked: Asking) -> Response:
    """Read the description of all paths."""
    return await made(asked, lambda: Found(asked.request.app.state.openapi))


@router.get("/docs", openapi_extra={SCOPE: ""})
async def docs(asked: Asking) -> Response:
    """Read it as a page."""
    document = asked.request.app.state.openapi

    def write() -> str:
        lang = asked.caller.lang
        return _templates.get_template("docs.html.j2").render(
            lang=lang,
            document=document,
            operations=list(_operations(document)),
            scopes=SCOPES.items(),
            asset=asset,
            _=lambda text, **values: tr(lang, text, **values),
        )

    return HTMLResponse(await asked.api.run(write))


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return all operations in the order of their paths."""
    return [
        {
            "path": document["servers"][0]["url"] + path,
            "method": method.upper(),
            "summary": operation.get("description", "").partition("\n")[0],
            "scope": next((scope for need in operation["security"] for scope in need.get("token", [])), ""),
            "parameters": operation.get("parameters", []),
            "takes_body": "requestBody" in operation,
            "statuses": sorted(operation["responses"]),
        }
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
