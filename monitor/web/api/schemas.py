"""Describe the documents that the API gives out as JSON schemas, made from their types. Pure.

Documents are `TypedDict`s, the same that `--json` prints; what programs send are pydantic models.
"""

import types
from collections.abc import Mapping
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints, is_typeddict

from monitor.web.api.problems import KINDS, MEDIA_TYPE

Schema = dict[str, Any]

_PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    object: {},
    Any: {},
}

PROBLEM: Schema = {
    "title": "Problem",
    "description": "Why a request was refused (RFC 9457).",
    "type": "object",
    "properties": {
        "type": {"type": "string", "description": "Path of a page that explains it."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON pointer into the body, or a parameter's name.",
                    },
                    "detail": {"type": "string"},
                },
                "required": ["pointer", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "instance"],
}


def schema_of(kind: Any, named: dict[str, Schema]) -> Schema:
    """Return the schema of a type; those of documents in it are added to ``named``, and referred to."""
    if is_typeddict(kind):
        if kind.__name__ not in named:
            named[kind.__name__] = {}
            named[kind.__name__] = _of_document(kind, named)
        return {"$ref": f"#/components/schemas/{kind.__name__}"}
    if isinstance(kind, type) and kind in _PLAIN:
        return dict(_PLAIN[kind])
    origin, args = get_origin(kind), get_args(kind)
    if origin in {NotRequired, Required}:
        return schema_of(args[0], named)
    if origin is Literal:
        return {"type": "string", "enum": list(args)}
    if origin in {Union, types.UnionType}:
        return {"anyOf": [schema_of(arg, named) for arg in args]}
    if origin is list:
        return {"type": "array", "items": schema_of(args[0], named)}
    if origin is tuple:
        items = [schema_of(arg, named) for arg in args]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(args[1], named)}
    return {}


def _of_document(kind: Any, named: dict[str, Schema]) -> Schema:
    hints = get_type_hints(kind, include_extras=True)
    optional = {name for name, hint in hints.items() if get_origin(hint) is NotRequired} | kind.__optional_keys__
    return {
        "title": kind.__name__,
        "description": (kind.__doc__ or "").strip().partition("\n")[0],
        "type": "object",
        "properties": {name: schema_of(hint, named) for name, hint in hints.items()},
        "required": [name for name in hints if name not in optional],
    }


def page_of(kind: Any, named: dict[str, Schema]) -> Schema:
    """Return the schema of a page of a list."""
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": schema_of(kind, named)},
            "count": {"type": "integer", "description": "How many there are in all; with ?count=1 only."},
        },
        "required": ["items"],
    }


def problems(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """Return the answers of these kinds of problems, as OpenAPI has them."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    titles: dict[int, list[str]] = {}
    for kind in kinds:
        titles.setdefault(KINDS[kind].status, []).append(KINDS[kind].title)
    return {status: {"description": "; ".join(said), "content": content} for status, said in titles.items()}
