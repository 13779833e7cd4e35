"""The base of every settings model: frozen, of strict types, and unknown keys are errors; and the types they share."""

import re
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Strict

Item = TypeVar("Item")


class Model(BaseModel):
    """A section of a configuration file, as read: immutable, with nothing in it that we do not know.

    Types are strict: "60" is no number and 1 is no truth, so that what stands in the file is what is meant.
    """

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True
    )


Several = Annotated[tuple[Item, ...], Strict(False)]
"""TOML's arrays come as lists."""


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
