"""Turn pydantic's errors into problems with a line, a key, what was found and what is expected."""

import re
import types
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from monitor.settings.base import Model
from monitor.settings.found import UNSHOWN, found
from monitor.settings.of_kind import Kinds, OfKind
from monitor.settings.problems import ConfigError, Problem, did_you_mean
from monitor.settings.toml import Document, KeyPath

M = TypeVar("M", bound=Model)


def validate(document: Document, model: type[M], kinds: Kinds) -> M:
    """Validate the file's data as ``model``, with sections of these ``kinds``.

    Raises ConfigError with every fault of it.
    """
    try:
        return model.model_validate(document.data, context=kinds)
    except ValidationError as error:
        raise ConfigError(_problem(document, model, kinds, dict(item)) for item in error.errors()) from None


def _problem(document: Document, model: type[Model], kinds: Kinds, error: dict[str, Any]) -> Problem:
    path = _path_in_file(document, tuple(error["loc"]))
    match error["type"]:
        case "extra_forbidden":
            known = _fields_at(model, path[:-1], document.data, kinds)
            message = f"unknown key.{did_you_mean(str(path[-1]), known) or _one_of(known)}"
        case "missing":
            message = _missing(path)
        case _:
            message = described(error)
    return Problem(document.name, document.line(path), ".".join(map(str, path)), message)


def _missing(path: KeyPath) -> str:
    if isinstance(path[-1], int):
        return "is missing. Expected one value more in this list"
    if not path[:-1]:
        return "is missing. Expected it in this file"
    return f"is missing. Expected '{path[-1]} = …' in [{'.'.join(map(str, path[:-1]))}]"


def described(error: Mapping[str, Any]) -> str:
    """Describe pydantic's error: what was found, if it can be no secret, and what is expected."""
    value, context = error["input"], error.get("ctx") or {}
    if error["type"] in {"value_error", "assertion_error"}:
        return str(context["error"])
    expected = EXPECTED.get(error["type"], "another value")
    if error["type"] == "literal_error":
        known = re.findall(r"'([^']*)'", context["expected"])
        return f"found {_found(value, known)}. Expected {context['expected']}"
    if error["type"] in {"model_type", "dict_type", "mapping_type"}:
        return f"is no table. Expected {expected}"
    length = len(value) if isinstance(value, str | list | tuple | dict) else 0
    booleans = ("true", "false") if error["type"] == "bool_type" else ()
    what = _length_in_words(error["type"], length) or _found(value, booleans)
    return f"found {what}. Expected {expected.format(**context)}{_without_quotes(error['type'], value)}"


def _found(value: object, known: Sequence[str] = ()) -> str:
    what = found(value, known)
    return what if what != UNSHOWN else "another text" if known else "a text"


EXPECTED = {
    "string_type": "a text in quotes",
    "string_unicode": "a text in UTF-8",
    "string_too_short": "at least {min_length}",
    "string_too_long": "at most {max_length}",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number that is neither endless nor 'nan'",
    "bool_type": "true or false",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge:g} or more",
    "less_than": "less than {lt:g}",
    "less_than_equal": "{le:g} or less",
    "list_type": "a list in square brackets",
    "tuple_type": "a list in square brackets",
    "too_short": "at least {min_length}",
    "too_long": "at most {max_length}",
    "dict_type": "one, with keys of its own",
    "mapping_type": "one, with keys of its own",
    "model_type": "one, with keys of its own",
    "date_type": "a date such as 2026-11-24, without quotes",
    "time_type": 'a time of day such as "09:00"',
    "datetime_type": "a time such as 2026-12-01T22:00:00, without quotes",
}
"""What is expected in place of what pydantic complains of, by the type of its error."""


def _length_in_words(kind: str, length: int) -> str:
    if kind in {"string_too_short", "string_too_long"}:
        return f"a text of {length:,} letters" if length else "an empty text"
    if kind in {"too_short", "too_long"}:
        return f"{length:,} entries" if length else "nothing in it"
    return ""


def _without_quotes(kind: str, value: object) -> str:
    wants_none = kind in {"int_type", "int_parsing", "float_type", "float_parsing", "bool_type"}
    return ", without quotes" if wants_none and isinstance(value, str) else ""


def _path_in_file(document: Document, loc: KeyPath) -> KeyPath:
    """Return ``loc`` without the parts that pydantic adds for unions and dictionary keys."""
    path: KeyPath = ()
    node: Any = document.data
    for index, part in enumerate(loc):
        if isinstance(node, dict) and part in node:
            node = node[part]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
        elif part == "[key]" or index < len(loc) - 1 or not isinstance(node, dict):
            continue  # a union's tag, or a step into something that the file does not have
        path = (*path, part)
    return path


def _fields_at(annotation: Any, path: KeyPath, data: Any, kinds: Kinds) -> list[str]:
    """Return the keys that may stand at ``path`` below ``annotation``, where ``data`` stands."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation in kinds and issubclass(annotation, OfKind):
            annotation = annotation.chosen(data, kinds) or annotation
        if not path:
            return list(annotation.model_fields)
        field = annotation.model_fields.get(str(path[0]))
        return _fields_at(field.annotation, path[1:], _at(data, path[0]), kinds) if field else []
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        return [name for arg in args for name in _fields_at(arg, path, data, kinds)]
    if origin in {dict, list, tuple} and path:
        below = args[-1] if args[-1] is not Ellipsis else args[0]
        entry = _at(data, path[0])
        if below in kinds and isinstance(entry, dict):  # where no word chooses, the name of the table does
            entry = {below.chosen_by: path[0], **entry}
        return _fields_at(below, path[1:], entry, kinds)
    if args and origin is not None:  # Annotated
        return _fields_at(args[0], path, data, kinds)
    return []


def _at(data: Any, part: str | int) -> Any:
    try:
        return data[part]
    except (KeyError, IndexError, TypeError):
        return None


def _one_of(known: list[str]) -> str:
    return f" Expected one of: {', '.join(sorted(known))}" if known else " Expected nothing by this name here"
