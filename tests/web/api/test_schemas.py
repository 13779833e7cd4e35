"""Schemas of documents, made from their types."""

from typing import Literal, NotRequired, TypedDict

from monitor.web.api.schemas import Schema, schema_of


class Inner(TypedDict):
    """A thing in a thing."""

    name: str


class Outer(TypedDict):
    """A thing.

    With more to say.
    """

    inner: Inner
    several: list[Inner]
    count: int | None
    place: tuple[float, float]
    by_name: dict[str, int]
    word: Literal["a", "b"]
    more: NotRequired[bool]


def test_a_document_is_described_once_and_referred_to() -> None:
    named: dict[str, Schema] = {}
    assert schema_of(Outer, named) == {"$ref": "#/components/schemas/Outer"}
    assert named.keys() == {"Outer", "Inner"}
    outer = named["Outer"]
    inner = {"$ref": "#/components/schemas/Inner"}
    assert outer["description"] == "A thing."
    assert outer["required"] == ["inner", "several", "count", "place", "by_name", "word"]
    assert outer["properties"] == {
        "inner": inner,
        "several": {"type": "array", "items": inner},
        "count": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "place": {
            "type": "array",
            "prefixItems": [{"type": "number"}, {"type": "number"}],
            "minItems": 2,
            "maxItems": 2,
        },
        "by_name": {"type": "object", "additionalProperties": {"type": "integer"}},
        "word": {"type": "string", "enum": ["a", "b"]},
        "more": {"type": "boolean"},
    }
