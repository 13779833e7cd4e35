"""Turn a report into plain JSON values and back: the value that is stored, compared, and given to other programs.

Keys are public. Times have the office's offset, lengths are whole microseconds (``_us``) or seconds (``_s``), names are
given in both languages, reasons by their code (docs/reasons.md). Nothing depends on a language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from monitor.domain.clock import DHAKA
from monitor.domain.reasons import Reason, as_json, from_json
from monitor.reports.report import CharterFigures, Report

UTC_SUFFIX = "_utc"
LISTED = ("sites", "outages", "links")
"""What a place's report has of its offices one by one."""
RENAMED: Mapping[type, Mapping[str, str]] = {
    Report: {"as_of_utc": "generated"},
    CharterFigures: {"target": "promised"},
}
"""Fields whose key is not their name; that of a time is its name without '_utc'."""


class NoReport(ValueError):
    """The values are not those of a report."""


def document(report: Report) -> dict[str, Any]:
    """Return the report as JSON values; its tickets by the key of their service.

    Of a place each office's report by its id; what is listed one by one stands there alone.
    """
    found: dict[str, Any] = _plain(replace(report, offices={}))
    found["tickets"] = {each.pop("service"): each for each in found["tickets"]}
    del found["offices"]
    if report.offices:
        for name in LISTED:
            del found[name]
        found["offices"] = {id_: document(part) for id_, part in report.offices.items()}
    return found


def report_from(stored: Mapping[str, Any]) -> Report:
    """Return the report of such values; keys of a later version are left out. Raises NoReport."""
    try:
        parts = {id_: report_from(each) for id_, each in stored.get("offices", {}).items()}
        tickets = [{"service": service, **each} for service, each in stored["tickets"].items()]
        plain = {key: value for key, value in stored.items() if key != "offices"} | {"tickets": tickets}
        found: Report = _typed({**dict.fromkeys(LISTED if parts else (), ()), **plain}, Report)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise NoReport(str(error)) from None
    if not parts:
        return found
    listed: dict[str, Any] = {name: [row for part in parts.values() for row in getattr(part, name)] for name in LISTED}
    return replace(found, offices=parts, **listed)


def _plain(value: Any) -> Any:
    match value:
        case Reason():
            return as_json(value)
        case datetime():
            return value.astimezone(DHAKA).isoformat()
        case date():
            return value.isoformat()
        case None | bool() | int() | float() | str():
            return value
    if is_dataclass(value) and not isinstance(value, type):
        return {key: _plain(getattr(value, name)) for name, key, _ in _fields(type(value))}
    return [_plain(each) for each in value]


def _typed(value: Any, kind: Any) -> Any:
    if kind is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if kind is date:
        return date.fromisoformat(value)
    if kind is Reason:
        return from_json(value)
    if is_dataclass(kind) and isinstance(kind, type):
        given = {name: _typed(value[key], hint) for name, key, hint in _fields(kind) if key in value}
        return kind(**given)
    if get_origin(kind) in (Union, UnionType):
        return None if value is None else _typed(value, next(each for each in get_args(kind) if each is not NoneType))
    if get_origin(kind) is Sequence:
        return tuple(_typed(each, get_args(kind)[0]) for each in value)
    if not isinstance(value, (int, float) if kind is float else kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


@cache
def _fields(kind: Any) -> Sequence[tuple[str, str, Any]]:
    """Return the fields of a class: name, key, and type."""
    hints, renamed = get_type_hints(kind), RENAMED.get(kind, {})
    names = [each.name for each in fields(kind)]
    return [(name, renamed.get(name, name.removesuffix(UTC_SUFFIX)), hints[name]) for name in names]
