"""Read the docstrings below a model's keys, for the help of commands and the docs."""

import ast
import inspect
from pathlib import Path
from textwrap import dedent
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from monitor.settings.base import Model
from monitor.settings.of_kind import OfKind


def key_docstrings(model: type[Model]) -> dict[str, str]:
    """Return the docstring of each key that has one, bases included. Reads the source."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, Model):
            body = ast.parse(dedent(inspect.getsource(each))).body[0]
            assert isinstance(body, ast.ClassDef)
            for key, below in zip(body.body, body.body[1:], strict=False):
                match key, below:
                    case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(said))):
                        found[name] = inspect.cleandoc(said).replace("\n", " ")
    return found


def span(field: FieldInfo) -> tuple[float, float] | None:
    """Return the least and the greatest number that a key may have; None without both."""
    limits = [limit for part in _parts(field.annotation) for limit in getattr(part, "__metadata__", ())]
    limits = [each for limit in [*field.metadata, *limits] for each in getattr(limit, "metadata", [limit])]
    least = [limit.ge if isinstance(limit, Ge) else limit.gt for limit in limits if isinstance(limit, Ge | Gt)]
    most = [limit.le if isinstance(limit, Le) else limit.lt for limit in limits if isinstance(limit, Le | Lt)]
    return (float(least[0]), float(most[0])) if least and most else None  # type: ignore[arg-type]


def types(field: FieldInfo) -> list[Any]:
    """Return the plain types that a key may have, without None; for a choice of words, `Literal` itself."""
    return [_plain(part) for part in _parts(field.annotation) if part is not type(None)]


def _parts(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)


def _plain(annotation: Any) -> Any:
    if hasattr(annotation, "__metadata__"):
        return _plain(get_args(annotation)[0])
    return annotation if get_origin(annotation) is Literal else get_origin(annotation) or annotation


def own_keys(model: type[OfKind]) -> list[str]:
    """Return the keys that a model itself declares, without those of its bases and the one that chooses it."""
    return [key for key in model.model_fields if key in inspect.get_annotations(model) and key != model.chosen_by]


def as_markdown(model: type[Model], keys: list[str]) -> str:
    """Return the table of a model's ``keys``, in Markdown: values, default, meaning."""
    said = key_docstrings(model)
    lines = ["| key | value | left out | meaning |", "|---|---|---|---|"]
    for key in keys:
        field = model.model_fields[key]
        cells = (f"`{key}`", _value(field), default_of(field), said.get(key, ""))
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines)


def tables(model: type[Model]) -> dict[str, type[Model]]:
    """Return the keys of a model that are tables with keys of their own, and their models."""
    kinds = {key: types(field)[0] for key, field in model.model_fields.items()}
    return {key: kind for key, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, Model)}


def _value(field: FieldInfo) -> str:
    (kind, *_) = types(field)
    if get_origin(kind) is Literal:
        return ", ".join(f'`"{word}"`' for word in get_args(kind))
    if limits := span(field):
        return " to ".join(f"{limit:,g}" for limit in limits)
    return _NAMES.get(kind, "a table" if isinstance(kind, type) and issubclass(kind, Model) else "a text")


_NAMES = {bool: "true or false", Path: "a path", tuple: "a list", dict: "a table", int: "a number", float: "a number"}


def default_of(field: FieldInfo) -> str:
    """Return the value of a key that is left out, in Markdown; '' where that is nothing."""
    if field.is_required():
        return "must be given"
    default = field.get_default(call_default_factory=True) if field.default_factory is None else None
    if default is None or default in ("", ()):
        return ""
    if isinstance(default, bool | float):
        return f"`{str(default).lower()}`" if isinstance(default, bool) else f"`{default:g}`"
    if isinstance(default, tuple):
        return "`[" + ", ".join(f'"{each}"' for each in default) + "]`"
    return f"`{default}`"
