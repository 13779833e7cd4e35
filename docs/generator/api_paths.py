"""Write docs/reference/api.md: every path of the API, out of the OpenAPI document that it serves itself."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from monitor.web.api.app import make_api
from monitor.web.api.asked import Api

HEAD = """# Every path of the API
<!-- Made by scripts/docs from the API's own OpenAPI document: do not edit. -->

The same as `/api/v1/docs` and `/api/v1/openapi.json` of a running daemon. How to ask, tokens, versions and lists:
[The API](../api.md); who gets which status: [Who may ask for what](../console-access.md). Every refusal is a
`problem+json` (RFC 9457).
"""


def document() -> dict[str, Any]:
    """The OpenAPI document, of an application that nobody may ask."""
    found: dict[str, Any] = make_api(cast(Api, None), lambda _request, _node: cast(Api, None)).state.openapi
    return found


def resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, where there is only its name."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return resolved(schemas[name], schemas) if name else schema


def kind(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """What a value may be, in words."""
    schema = resolved(schema, schemas)
    if several := schema.get("anyOf") or schema.get("oneOf"):
        found = [kind(one, schemas) for one in several]
        return " or ".join(dict.fromkeys(one for one in found if one != "null"))
    if words := schema.get("enum"):
        return ", ".join(f'`"{word}"`' for word in words)
    if "const" in schema:
        return f"`{schema['const']!r}`".replace("'", '"')
    names = schema.get("type", "any")
    name = " or ".join(one for one in names if one != "null") if isinstance(names, list) else str(names)
    if name == "array":
        return f"list: {kind(schema.get('items', {}), schemas)}"
    limits = [
        f"{word} {schema[key]:,}"
        for key, word in (
            ("minimum", "from"), ("exclusiveMinimum", "above"), ("maximum", "to"), ("maxLength", "of at most"),
        )
        if key in schema
    ]  # fmt: skip
    return " ".join([{"string": "text", "integer": "whole number"}.get(name, name), *limits])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def rows(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[str]:
    """A line of the table for each parameter, and for each key of the body."""
    for one in operation.get("parameters", ()):
        must = "yes" if one.get("required") else ""
        about = one.get("description") or one.get("schema", {}).get("description", "")
        value = _cell(kind(one.get("schema", {}), schemas))
        yield f"| `{one['name']}` | {one['in']} | {value} | {must} | {_cell(about)} |"
    for content in operation.get("requestBody", {}).get("content", {}).values():
        body = resolved(content.get("schema", {}), schemas)
        for name, schema in body.get("properties", {}).items():
            must = "yes" if name in body.get("required", ()) else ""
            about = schema.get("description", "")
            yield f"| `{name}` | body | {_cell(kind(schema, schemas))} | {must} | {_cell(about)} |"


def page() -> str:
    """The whole page."""
    found = document()
    schemas = found["components"]["schemas"]
    lines = [HEAD]
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            lines += [f"## `{method.upper()} {found['servers'][0]['url']}{path}`", ""]
            lines += [" ".join(part.split()) + "\n" for part in operation.get("description", "").split("\n\n") if part]
            if table := list(rows(operation, schemas)):
                lines += ["| key | where | value | must be given | meaning |", "|---|---|---|---|---|", *table, ""]
            lines += [f"Answers: {', '.join(sorted(operation['responses']))}.", ""]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    (Path(sys.argv[1]) / "reference" / "api.md").write_text(page(), encoding="utf-8")
