"""The routes that an application has, by its own tables: whatever is added there is found."""

from collections.abc import Iterator, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount, Route


def routes_of(app: Starlette) -> set[str]:
    """'METHOD /path' of each, with the path as it is written in the table; HEAD goes with GET."""
    return set(_names(app.routes, ""))


def _names(routes: Sequence[Any], before: str) -> Iterator[str]:
    for route in routes:
        if isinstance(route, Mount):
            yield from _names(route.routes, before + route.path)
        elif (included := getattr(route, "original_router", None)) is not None:  # as FastAPI keeps those of a module
            yield from _names(included.routes, before + route.include_context.prefix)
        elif isinstance(route, Route):
            yield from (f"{method} {before}{route.path}" for method in route.methods or () if method != "HEAD")
        else:
            raise AssertionError(f"{route!r} is of a kind that this does not know")
