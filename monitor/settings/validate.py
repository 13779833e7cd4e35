"""Turns what pydantic finds into problems with a line, a key, what was found and what is expected."""

import types
from collections.abc import Mapping
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from monitor.settings.base import Model
from monitor.settings.problems import ConfigError, Problem, did_you_mean
from monitor.settings.toml import Document, KeyPath

M = TypeVar("M", bound=Model)


def validate(document: Document, model: type[M]) -> M:
    """The file's data as ``model``; raises ConfigError with every fault that it has."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise ConfigError(_problem(document, model, dict(item)) for item in error.errors()) from None


def _problem(document: Document, model: type[Model], error: dict[str, Any]) -> Problem:
    path = _path_in_file(document, tuple(error["loc"]))
    match error["type"]:
        case "extra_forbidden":
            known = _fields_at(model, path[:-1])
            message = f"unknown key.{did_you_mean(str(path[-1]), known) or _one_of(known)}"
        case "missing":
            message = "is missing. Expected it here"
        case _:
            message = in_words(error)
    return Problem(document.name, document.line(path), ".".join(map(str, path)), message)


def in_words(error: Mapping[str, Any]) -> str:
    """What pydantic found wrong with a value: the value, and what is expected."""
    if error["type"] in {"value_error", "assertion_error"}:
        return str(error["ctx"]["error"])
    if error["type"] in {"model_type", "dict_type"}:
        return "is no table. Expected one, with keys of its own"  # in [snmp.v2c] what stands there may be a secret
    expected = error["msg"].removeprefix("Input should be ").removeprefix("String should ")
    return f"found {_short(error['input'])}. Expected {expected}"


def _path_in_file(document: Document, loc: KeyPath) -> KeyPath:
    """``loc`` without the parts that pydantic adds for unions and dictionary keys."""
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


def _fields_at(annotation: Any, path: KeyPath) -> list[str]:
    """The keys that may stand at ``path`` below ``annotation``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not path:
            return list(annotation.model_fields)
        field = annotation.model_fields.get(str(path[0]))
        return _fields_at(field.annotation, path[1:]) if field else []
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        return [name for arg in args for name in _fields_at(arg, path)]
    if origin in {dict, list, tuple} and path:
        return _fields_at(args[-1] if args[-1] is not Ellipsis else args[0], path[1:])
    if args and origin is not None:  # Annotated
        return _fields_at(args[0], path)
    return []


def _one_of(known: list[str]) -> str:
    return f" Expected one of: {', '.join(sorted(known))}" if known else " Expected nothing by this name here"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
