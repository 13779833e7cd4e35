"""Write docs/reference/config.md: every key of every file of the configuration, from the models that check it."""

import datetime as dt
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen

from monitor.configuration import KINDS
from monitor.domain.period import Period
from monitor.settings.base import Model
from monitor.settings.calendar_file import CalendarFile, HolidaysFile
from monitor.settings.charter_file import CharterFile
from monitor.settings.key_docs import default_of, key_docstrings
from monitor.settings.monitor_file import MonitorFile
from monitor.settings.of_kind import OfKind
from monitor.settings.offices_file import OfficesFile
from monitor.settings.sites_file import SitesFile

ROOT = Path(__file__).parents[2]
FILES: dict[str, tuple[type[Model], str]] = {
    "monitor.toml": (MonitorFile, "How the daemon probes, judges, stores, serves and sends."),
    "sites.toml": (SitesFile, "The fleet: every place and link that the office answers for."),
    "charter.toml": (CharterFile, "The Citizen's Charter: the office, its officers, services and stages."),
    "calendar.toml": (CalendarFile, "The office's own calendar."),
    "holidays.toml": (
        HolidaysFile,
        "Public holidays, as they were notified. The project's own; it is renewed with it.",
    ),
    "offices.toml": (
        OfficesFile,
        "The tree of offices, where one daemon serves several (docs/offices.md). One office alone has no such file.",
    ),
}
HEAD = """# Every key of the configuration
<!-- Made by scripts/docs from the models in monitor/settings: do not edit. -->

Each file lies in `config/`, with comments that explain it; `upazila-monitor check` names every fault with its line.
NAME, ID, PART and the like in the heading of a section stand for a name of your choice. A key without a default may be
left out unless it says that it must be given. What is shown as an example comes from the shipped files, or is made up.
"""
NAMED = {
    "sites": "ID", "offices": "ID", "devices": "DEVICE", "officers": "PART", "unions": "WORD", "modules": "MODULE",
}  # fmt: skip
"""What stands for the name in a section of that key; NAME for all others."""
EXAMPLES = tomllib.loads(Path(__file__).with_name("examples.toml").read_text(encoding="utf-8"))
"""Values of keys of which the shipped files show none, by file."""
WORDS = {
    str: "text", bool: "true or false", int: "whole number", float: "number", Path: "path", dict: "table",
    dt.date: "day", dt.datetime: "day and time", dt.time: "time of day", IPv4Address: "address",
    Period: "length of time",
}  # fmt: skip


def parts(annotation: Any) -> list[Any]:
    """The plain alternatives of a type, without None and without what Annotated adds."""
    if hasattr(annotation, "__metadata__"):
        return parts(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        return [part for each in get_args(annotation) if each is not type(None) for part in parts(each)]
    return [annotation]


def limits(annotation: Any, metadata: Iterable[Any]) -> list[Any]:
    """All limits of a type, as annotated_types writes them."""
    found = [one for each in metadata for one in getattr(each, "metadata", [each])]
    found += [one for each in getattr(annotation, "__metadata__", ()) for one in getattr(each, "metadata", [each])]
    if get_origin(annotation) in {Union, UnionType}:
        found += [one for each in get_args(annotation) for one in limits(each, ())]
    return found


def value(annotation: Any, metadata: Iterable[Any] = ()) -> str:
    """What a key may have, in words: its type and its range."""
    kind = parts(annotation)[0]
    origin = get_origin(kind) or kind
    if origin is Literal:
        return ", ".join(f'`"{word}"`' for word in get_args(kind))
    if origin in {tuple, list}:
        inner = [each for each in get_args(kind) if each is not ...]
        if get_args(kind)[-1:] != (...,) and origin is tuple:
            return "list of " + ", ".join(map(value, inner))
        return "list of tables" if model_of(inner[0]) else f"list: {value(inner[0])}"
    words = WORDS.get(origin) or next((word for each, word in WORDS.items() if issubclass(origin, each)), "table")
    return " ".join([words, *span(limits(annotation, metadata), is_text=origin is str)])


def span(found: list[Any], *, is_text: bool) -> Iterator[str]:
    """The range of a number, or the length of a text, in words."""
    for one in found:
        match one:
            case Ge(ge=least):
                yield f"from {least:,}"
            case Gt(gt=least):
                yield f"above {least:,}"
            case Le(le=most):
                yield f"to {most:,}"
            case Lt(lt=most):
                yield f"below {most:,}"
            case MaxLen(max_length=most) if is_text:
                yield f"of at most {most:,} letters"
            case MinLen(min_length=1) if is_text:
                yield "that is not empty"
            case _:
                pass


def model_of(annotation: Any) -> type[Model] | None:
    """The model of the table that a key holds; of several tables, of each. None without any."""
    for part in parts(annotation):
        if isinstance(part, type) and issubclass(part, Model):
            return part
        inner = [each for each in get_args(part) if each is not ...] if get_origin(part) in {tuple, list, dict} else []
        if inner and (found := model_of(inner[-1])):
            return found
    return None


Keys = tuple[str, ...]
Section = tuple[str, Keys, type[Model], list[str]]
"""Its heading, the path of its keys, its model, and which of its keys it describes."""


def sections(model: type[Model], shown: str = "", path: Keys = ()) -> Iterator[Section]:
    """Every section of a file, in order: its own keys first, then each table below.

    A table is a key among the others, too, where it has a docstring as one. What chooses the model is none without.
    """
    below = {key: inner for key, field in model.model_fields.items() if (inner := model_of(field.annotation))}
    unsaid = {*below, getattr(model, "chosen_by", "")} - key_docstrings(model).keys()
    if own := [key for key in model.model_fields if key not in unsaid]:
        yield shown, path, model, own
    for key, inner in below.items():
        name, there = f"{shown}.{key}" if shown else key, (*path, key)
        if get_origin(parts(model.model_fields[key].annotation)[0]) is dict:
            name, there = f"{name}.{NAMED.get(key, 'NAME')}", (*there, "*")
        yield from sections(inner, name, there)
        yield from kinds_of(inner, name, there)


def kinds_of(base: type[Model], shown: str, path: Keys) -> Iterator[Section]:
    """What each kind of check, channel or help desk adds, where a section is of several kinds."""
    if not (issubclass(base, OfKind) and base in KINDS):
        return
    for word, model in KINDS[base].items():
        there = (*path[:-1], word) if path[-1] == "*" else path
        keys = [key for key in model.model_fields if key not in base.model_fields]
        if keys:
            yield f'{shown}, {base.chosen_by} = "{word}"', there, model, keys
        for key in keys:
            if inner := model_of(model.model_fields[key].annotation):
                yield from sections(inner, f"{shown.removesuffix('NAME')}{word}.{key}", (*there, key))


def below(given: Any, path: Keys) -> Iterator[Any]:
    """The values of a key in what was read of a file; '*' in its path stands for any name, and a list for all in it."""
    if not path:
        yield given
    elif isinstance(given, list):
        for each in given:
            yield from below(each, path)
    elif isinstance(given, Mapping):
        for name in given if path[0] == "*" else {path[0]} & given.keys():
            yield from below(given[name], path[1:])


def example(file: str, shipped: Any, path: Keys) -> Any:
    """The value of a key in the shipped file, else in examples.toml; None where neither says anything."""
    values = (*below(shipped, path), *below(EXAMPLES.get(file, {}), path))
    return next((each for each in values if each not in ("", [], {})), None)


def table(file: str, shipped: Any, section: Section) -> list[str]:
    """The keys of a section as a table in Markdown; raises ValueError where one has no meaning or no example."""
    shown, path, model, keys = section
    said = key_docstrings(model)
    lines = ["| key | value | default | example | meaning |", "|---|---|---|---|---|"]
    for key in keys:
        field = model.model_fields[key]
        given = None if model_of(field.annotation) else example(file, shipped, (*path, key))
        if key not in said:
            raise ValueError(f"{file}: {shown}.{key} of {model.__name__} has no docstring below it")
        if given is None and not model_of(field.annotation):
            raise ValueError(f"{file}: {shown}.{key} has no example. Expected one in docs/generator/examples.toml")
        cells = [f"`{key}`", value(field.annotation, field.metadata), default_of(field), toml(given), said[key]]
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return lines


def toml(given: Any) -> str:
    """A value as it is typed, in code; '' without one."""
    match given:
        case None:
            return ""
        case bool():
            return f"`{str(given).lower()}`"
        case str():
            return f'`"{given}"`'
        case list():
            return "`[" + ", ".join(toml(each).strip("`") for each in given[:2]) + (", …]`" if given[2:] else "]`")
        case dict():
            return "`{ " + ", ".join(f"{key} = {toml(each).strip('`')}" for key, each in given.items()) + " }`"
        case dt.datetime():
            return f"`{given.isoformat()}`"
        case _:
            return f"`{given}`"


def shipped_values(file: str) -> Mapping[str, Any]:
    """What the shipped file says; nothing where none is shipped."""
    path = ROOT / "config" / file
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for file, (model, about) in FILES.items():
        shipped = shipped_values(file)
        lines += [f"## {file}", "", about, ""]
        for section in sections(model):
            shown, _, inner, _ = section
            if shown:
                lines += [f"### [{shown}]" if "," not in shown else "### [{}], {}".format(*shown.split(", ", 1)), ""]
                lines += [" ".join((inner.__doc__ or "").split("\n\n")[0].split()), ""]
            lines += [*table(file, shipped, section), ""]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    (Path(sys.argv[1]) / "reference" / "config.md").write_text(page(), encoding="utf-8")
