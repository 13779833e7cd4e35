"""The base of every settings model: frozen, and unknown keys are errors; and what names the file of a secret."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Model(BaseModel):
    """A section of a configuration file, as read: immutable, with nothing in it that we do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True)


def _a_path(value: object) -> object:
    """Does not say what it found: it may be the secret, put where the path of its file belongs."""
    if not isinstance(value, str | Path) or "\0" in str(value):
        raise ValueError("is no path. Expected that of a file that holds the secret")
    return value


SecretFile = Annotated[Path, BeforeValidator(_a_path)]
