"""Choose a section's model by one word in it: a check's or a help desk's kind, a recipient's channel.

The model of each word lives with its code, on a higher floor, and is registered there; the loader of the configuration
gets all of them as `Kinds` (`monitor.configuration` collects them). So nothing here knows any kind.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import ValidationError, ValidationInfo, model_validator
from pydantic_core import InitErrorDetails

from monitor.settings.base import Model

Kinds = Mapping[type["OfKind"], Mapping[str, type["OfKind"]]]
"""For each base (`ServiceCheck`, `RecipientEntry`, …), the registered models by the word that chooses them."""


class OfKind(Model):
    """A section that becomes the model registered for its word, when it is validated with `Kinds` as context.

    ``chosen_by``: the key with that word. A registered model, validated itself, is validated as it is.
    """

    chosen_by: ClassVar[str] = "kind"

    @property
    def secrets(self) -> tuple[tuple[str, Path], ...]:
        """Return the keys that name files which must exist for it to work, with the files."""
        return ()

    @classmethod
    def prepared(cls, entry: dict[str, Any], model: type["OfKind"], models: Mapping[str, type["OfKind"]]) -> Any:
        """Return the values to validate as ``model``, which ``entry`` chose among ``models``; raises ValueError."""
        return entry

    @model_validator(mode="wrap")
    @classmethod
    def _as_its_kind(cls, value: Any, handler: Callable[[Any], Self], info: ValidationInfo) -> Any:
        kinds: Kinds = info.context or {}
        if cls not in kinds or not isinstance(value, dict):
            return handler(value)
        model = cls.chosen(value, kinds)
        if model is None:
            if (word := cls._word_in(value)) is None:
                raise fault(cls.chosen_by, "missing", {})
            raise fault(cls.chosen_by, "literal_error", {"expected": _any_of([*kinds[cls]])}, word)
        prepared = cls.prepared(value, model, kinds[cls])
        return handler(prepared) if model is cls else model.model_validate(prepared, context=kinds)

    @classmethod
    def chosen(cls, entry: object, kinds: Kinds) -> type["OfKind"] | None:
        """Return the model of ``kinds`` that ``entry`` chooses; None if it chooses none that exists."""
        word = cls._word_in(entry) if isinstance(entry, dict) else None
        return kinds[cls].get(word) if isinstance(word, str) else None

    @classmethod
    def _word_in(cls, entry: dict[str, Any]) -> object:
        default = cls.model_fields[cls.chosen_by].default
        return entry.get(cls.chosen_by, default if isinstance(default, str) else None)


def fault(key: str, kind: str, context: dict[str, Any], found: object = None) -> ValidationError:
    """Return pydantic's own error for ``key``: its type, with its context."""
    return ValidationError.from_exception_data(key, [InitErrorDetails(type=kind, loc=(key,), input=found, ctx=context)])


def _any_of(words: list[str]) -> str:
    quoted = [f"'{word}'" for word in words]
    return " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))
