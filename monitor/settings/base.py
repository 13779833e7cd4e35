"""Define the base of every settings model: frozen, strict types, no unknown keys; and what they share."""

import re
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from monitor.domain.message import Message, message

T = TypeVar("T")


def _take_lists_and_paths(schema: Any) -> None:
    if isinstance(schema, dict):
        if schema.get("type") in ("tuple", "lax-or-strict"):  # where fields are listed, that is a field and no text
            schema.setdefault("strict", False)
        for part in schema.values():
            _take_lists_and_paths(part)
    elif isinstance(schema, list):
        for part in schema:
            _take_lists_and_paths(part)


class Model(BaseModel):
    """A section of a configuration file: immutable, without unknown keys.

    Types are strict: "60" is no number and 1 is no boolean.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", str_strip_whitespace=True, defer_build=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return pydantic's schema, but accept TOML's lists as tuples, and its texts as paths."""
        schema = handler(source)
        _take_lists_and_paths(schema)
        return schema


def matching(pattern: str, expected: str) -> Any:
    """Return a validator that refuses a text that does not match ``pattern``; ``expected`` describes that."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(message("is not as it must be. Expected {expected}", expected=Message(expected)))
        return value

    return AfterValidator(check)


def _a_path(value: object) -> Path:
    """Validate a path; the error does not show the value: it may be the secret itself in the path's place."""
    if not isinstance(value, str | Path) or "\0" in str(value):
        raise ValueError(message("is no path. Expected that of a file that holds the secret"))
    return Path(value)


def _a_plain_path(value: object) -> Path:
    if not isinstance(value, str | Path) or "\0" in str(value):
        raise ValueError(message("is no path. Expected one in quotes"))
    return Path(value)


SecretFile = Annotated[Path, BeforeValidator(_a_path)]
PlainPath = Annotated[Path, BeforeValidator(_a_plain_path)]


def pickled_by_slots(kind: type[T]) -> type[T]:
    """Make a dataclass with slots pickle its values in their order; as dataclasses do it, each looks up its fields."""
    names: tuple[str, ...] = vars(kind)["__slots__"]
    values_of = attrgetter(*names)

    def state(self: T) -> Any:
        return values_of(self)

    setters = tuple(vars(kind)[name].__set__ for name in names)

    def set_state(self: T, values: tuple[Any, ...]) -> None:
        for set_value, value in zip(setters, values, strict=True):
            set_value(self, value)

    kind.__getstate__ = state  # type: ignore[method-assign, assignment]
    kind.__setstate__ = set_state  # type: ignore[attr-defined]
    return kind
