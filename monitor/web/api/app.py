"""Make the application that answers under /api/v1, and its documentation."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.api_scopes import SCOPES
from monitor.i18n.languages import SOURCE
from monitor.web.api import (
    accounts,
    charter,
    daemons,
    doctor,
    documentation,
    maintenance,
    notices,
    place_reports,
    places,
    publication,
    readers,
    reports,
    tickets,
)
from monitor.web.api.answers import NAMED
from monitor.web.api.asked import SCOPE, Api
from monitor.web.api.problems import Problem, invalid
from monitor.web.api.schemas import PROBLEM

PREFIX = "/api/v1"
ROUTERS = (
    places.router,
    doctor.router,
    tickets.router,
    charter.router,
    maintenance.router,
    notices.router,
    accounts.router,
    readers.router,
    daemons.router,
    publication.router,
    place_reports.router,
    reports.router,
    documentation.router,
)
_OF_STATUS = {404: "not-found", 405: "no-such-method", 413: "too-large", 400: "malformed"}
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def make_api(whole: Api, api_of: Callable[[Request, str], Api]) -> FastAPI:
    """Build the application; it is mounted at PREFIX.

    ``whole``: of all offices; ``api_of``: returns what a request of a caller at a node is answered from.
    """
    app = FastAPI(
        title="upazila-monitor",
        version=version("upazila-monitor"),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
        exception_handlers={
            Problem: _problem,
            HTTPException: _of_http,
            RequestValidationError: _invalid,
            Exception: _fault,
        },
    )
    app.state.whole, app.state.api_of = whole, api_of
    for router in ROUTERS:
        app.include_router(router)
    app.state.openapi = openapi_of(app)
    return app


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of its routes, with the scope that each needs."""
    found = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary="What an office of the government watches, promises and does, for programs.",
        routes=app.routes,
        servers=[{"url": PREFIX}],
    )
    components = found.setdefault("components", {})
    own = {name: schema for name, schema in components.get("schemas", {}).items() if "ValidationError" not in name}
    components["schemas"] = {**own, **NAMED, "Problem": PROBLEM}
    components["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "\n".join(f"- `{scope}`: {words}" for scope, words in SCOPES.items()),
        }
    }
    for path in found["paths"].values():
        for operation in path.values():
            scope = operation.pop(SCOPE, "")
            operation["security"] = [{"token": [scope]}] if scope else []
            if scope:
                operation["description"] = f"{operation.get('description', '')}\n\nScope: `{scope}`".strip()
    return found


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.answer(getattr(request.state, "lang", SOURCE), request.url.path)


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _OF_STATUS.get(error.status_code, "malformed")
    return await _problem(request, Problem(kind, headers=error.headers))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return await _problem(request, invalid(error.errors()))


async def _fault(request: Request, _: Exception) -> Response:
    return await _problem(request, Problem("fault"))
