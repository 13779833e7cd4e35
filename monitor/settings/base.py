"""The base of every settings model: frozen, of strict types, and unknown keys are errors; and the types they share."""

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema


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
    """A section of a configuration file, as read: immutable, with nothing in it that we do not know.

    Types are strict: "60" is no number and 1 is no truth, so that what stands in the file is what is meant.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", str_strip_whitespace=True, defer_build=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """What pydantic makes of it, but that TOML's lists may be our tuples, and its texts our paths."""
        schema = handler(source)
        _take_lists_and_paths(schema)
        return schema


def matching(pattern: str, expected: str) -> Any:
    """What refuses a text that does not match ``pattern``, in words that say what is ``expected``."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"is not as it must be. Expected {expected}")
        return value

    return AfterValidator(check)


def _a_path(value: object) -> Path:
    """Does not say what it found: it may be the secret, put where the path of its file belongs."""
    if not isinstance(value, str | Path) or "\0" in str(value):
        raise ValueError("is no path. Expected that of a file that holds the secret")
    return Path(value)


def _a_plain_path(value: object) -> Path:
    if not isinstance(value, str | Path) or "\0" in str(value):
        raise ValueError("is no path. Expected one in quotes")
    return Path(value)


SecretFile = Annotated[Path, BeforeValidator(_a_path)]
PlainPath = Annotated[Path, BeforeValidator(_a_plain_path)]
