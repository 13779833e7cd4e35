"""The base of every settings model: frozen, and unknown keys are errors."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A section of a configuration file, as read: immutable, with nothing in it that we do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True)
