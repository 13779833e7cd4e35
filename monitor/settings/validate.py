"""Turn pydantic's errors into problems with a line, a key, what was found and what is expected."""

import re
import types
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from monitor.domain.message import N_, Message, Said, message, messages, said_by
from monitor.settings.base import Model
from monitor.settings.found import UNSHOWN, found
from monitor.settings.of_kind import Kinds, OfKind
from monitor.settings.problems import ConfigError, Problem, did_you_mean, either, one_of
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
            hint = did_you_mean(str(path[-1]), known) or _one_of(known)
            said: Said = message("unknown key. {hint}", hint=hint)
        case "missing":
            said = _missing(path)
        case _:
            said = described(error)
    return document.problem(path, said)


def _missing(path: KeyPath) -> Message:
    if isinstance(path[-1], int):
        return message("is missing. Expected one value more in this list")
    if not path[:-1]:
        return message("is missing. Expected it in this file")
    section = ".".join(map(str, path[:-1]))
    return message("is missing. Expected '{key} = …' in [{section}]", key=path[-1], section=section)


def described(error: Mapping[str, Any]) -> Said:
    """Describe what pydantic finds wrong with a value: what was found, if it can be no secret, and what is expected."""
    value, context = error["input"], error.get("ctx") or {}
    if error["type"] in {"value_error", "assertion_error"}:
        return said_by(context["error"])
    if error["type"] == "literal_error":
        known = re.findall(r"'([^']*)'", context["expected"])
        choices = either(known) if known else _numbers(context["expected"])
        return message("found {what}. Expected {choices}", what=_found(value, known), choices=choices)
    expected = Message(EXPECTED.get(error["type"], N_("another value")), context)
    if error["type"] in {"model_type", "dict_type", "mapping_type"}:
        return message("is no table. Expected {expected}", expected=expected)
    length = len(value) if isinstance(value, str | list | tuple | dict) else 0
    booleans = ("true", "false") if error["type"] == "bool_type" else ()
    what = _length_in_words(error["type"], length) or _found(value, booleans)
    if _wants_no_quotes(error["type"], value):
        return message("found {what}. Expected {expected}, without quotes", what=what, expected=expected)
    return message("found {what}. Expected {expected}", what=what, expected=expected)


def _numbers(expected: str) -> Said:
    """Return "0 or 15" of the numbers among which pydantic wants one."""
    *others, last = re.findall(r"-?\d+", expected)
    return message("{names} or {last}", names=others, last=last) if others else str(last)


def _found(value: object, known: Sequence[str] = ()) -> Said:
    what = found(value, known)
    if what != UNSHOWN:
        return what
    return message("another text") if known else message("a text")


EXPECTED = {
    "string_type": N_("a text in quotes"),
    "string_unicode": N_("a text in UTF-8"),
    "string_too_short": N_("at least {min_length}"),
    "string_too_long": N_("at most {max_length}"),
    "int_type": N_("a whole number"),
    "int_from_float": N_("a whole number"),
    "int_parsing": N_("a whole number"),
    "int_parsing_size": N_("a whole number"),
    "float_type": N_("a number"),
    "float_parsing": N_("a number"),
    "finite_number": N_("a number that is neither endless nor 'nan'"),
    "bool_type": N_("true or false"),
    "greater_than": N_("more than {gt:g}"),
    "greater_than_equal": N_("{ge:g} or more"),
    "less_than": N_("less than {lt:g}"),
    "less_than_equal": N_("{le:g} or less"),
    "list_type": N_("a list in square brackets"),
    "tuple_type": N_("a list in square brackets"),
    "too_short": N_("at least {min_length}"),
    "too_long": N_("at most {max_length}"),
    "dict_type": N_("one, with keys of its own"),
    "mapping_type": N_("one, with keys of its own"),
    "model_type": N_("one, with keys of its own"),
    "date_type": N_("a date such as 2026-11-24, without quotes"),
    "time_type": N_('a time of day such as "09:00"'),
    "datetime_type": N_("a time such as 2026-12-01T22:00:00, without quotes"),
}
"""What is expected in place of what pydantic complains of, by the type of its error."""


def _length_in_words(kind: str, length: int) -> Said:
    if kind in {"string_too_short", "string_too_long"}:
        return message("a text of {length:,} characters", length=length) if length else message("an empty text")
    if kind in {"too_short", "too_long"}:
        return messages("one entry", "{count:,} entries", length) if length else message("nothing in it")
    return ""


def _wants_no_quotes(kind: str, value: object) -> bool:
    wants_none = kind in {"int_type", "int_parsing", "float_type", "float_parsing", "bool_type"}
    return wants_none and isinstance(value, str)


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


def _one_of(known: list[str]) -> Said:
    return one_of(known) or message("Expected nothing by this name here")
