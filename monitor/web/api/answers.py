"""Make the answers of the API: documents and pages of lists as JSON, with entity tags; describe them for OpenAPI."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from fastapi import Header, Query
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.message import said_by
from monitor.store.keyset_queries import Page, Span
from monitor.store.session import Session
from monitor.web.api import keyset
from monitor.web.api.asked import SCOPE, Asked
from monitor.web.api.problems import bad_parameter
from monitor.web.api.schemas import Schema, page_of, problems, schema_of
from monitor.web.api.versions import matches, tag_of

T = TypeVar("T")

JSON = "application/json"
NAMED: dict[str, Schema] = {}
"""The schemas of all documents that routes give out, by name."""

ALWAYS = ("malformed", "no-token", "no-scope", "too-many", "busy")
"""Kinds of problems with which any route that needs a scope may refuse."""

_CHANGES = ("foreign-form", "too-large", "no-json", "not-allowed")


@dataclass(frozen=True, slots=True)
class Found:
    """What an answer says. ``version``: of what it is about, which becomes its entity tag."""

    document: Any
    status: int = 200
    version: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def written(document: Any) -> bytes:
    """Return a document as JSON; for threads, as it may be large."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def response(request: Request, found: Found, body: bytes, media_type: str = JSON) -> Response:
    """Return the answer, or 304 to a reader who has it already."""
    headers = dict(found.headers)
    if found.version is not None:
        headers["etag"] = tag_of(found.version)
    if request.method == "GET" and "etag" in headers and matches(_if_none_match(request), headers["etag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, found.status, headers, media_type)


def digest_tag(body: bytes) -> str:
    """Return the entity tag of a body without a version."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


async def reading(asked: Asked, job: Callable[[Session], Found]) -> Response:
    """Answer with what ``job`` reads of the database; it runs, and is written as JSON, in a thread."""

    def reads(session: Session) -> tuple[Found, bytes]:
        found = job(session)
        return found, written(found.document)

    return response(asked.request, *await asked.api.read(reads))


async def made(asked: Asked, job: Callable[[], Found]) -> Response:
    """Answer with what ``job`` makes without the database, in a thread."""

    def makes() -> tuple[Found, bytes]:
        found = job()
        return found, written(found.document)

    return response(asked.request, *await asked.api.run(makes))


Limit = Annotated[int, Query(ge=1, le=keyset.MOST, description="How many at most.")]
After = Annotated[
    str,
    Query(max_length=keyset.LONGEST, description="Where the page begins: what the header Link of the last one has."),
]
Counted = Annotated[bool, Query(description="Count all of them, too.")]


IfMatch = Annotated[str, Header(description="The entity tag (ETag) of what was read; needed.")]
IdempotencyKey = Annotated[
    str, Header(description="Repeats of a request with the same key are answered as the first, for a day.")
]


def span_of(limit: int, after: str, counted: bool, key: Sequence[type]) -> Span:
    """Return the part of a list that is wanted; ``key``: the kinds of its places. Raises Problem."""
    try:
        return Span(limit, keyset.read(after, key) if after else None, counted)
    except ValueError as error:
        raise bad_parameter("after", said_by(error)) from None


def page(asked: Asked, found: Page[T], document: Callable[[T], Any]) -> Found:
    """Return a page of a list, with the link to the next one."""
    headers = {}
    if found.next is not None:
        url = asked.request.url
        query = {name: value for name, value in asked.request.query_params.items() if name != "after"}
        headers["link"] = keyset.next_link(url.path, query, found.next)
    content: dict[str, Any] = {"items": [document(entry) for entry in found.entries]}
    if found.count is not None:
        content["count"] = found.count
    return Found(content, headers=headers)


def route(
    scope: str, kind: Any, *refusals: str, of_list: bool = False, status: int = 200, also: Sequence[int] = (304,)
) -> dict[str, Any]:
    """Return what a route's decorator says: the scope it needs, the document it answers with, why it may refuse.

    ``refusals``: kinds of problems beside those that every route has; ``also``: other statuses of the same answer.
    """
    if kind is None:
        answer: dict[str, Any] = {"description": "Done."}
    else:
        schema = page_of(kind, NAMED) if of_list else schema_of(kind, NAMED)
        answer = {"description": "The answer.", "content": {JSON: {"schema": schema}}}
    others = {each: answer if each < 300 else {"description": "The same as before."} for each in also}
    return {
        "responses": {status: answer, **others, **problems(*ALWAYS, "bad-values", "database-away", *refusals)},
        "openapi_extra": {SCOPE: scope},
        "response_model": None,
        "status_code": status,
    }


def change(scope: str, kind: Any, *refusals: str, status: int = 200, also: Sequence[int] = ()) -> dict[str, Any]:
    """Return as `route` does for one that changes something."""
    return route(scope, kind, *_CHANGES, *refusals, status=status, also=also)


def _if_none_match(request: Request) -> str:
    return ", ".join(request.headers.getlist("if-none-match"))
