"""Compare two editions of a report: which figures differ, by their path in the JSON. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor.reports.report import Difference

LONGEST = 200  # characters of a value
OWN = ("edition", "differences", "different")
"""What an edition says of itself, and not of the period."""
NAMED_BY: Mapping[str, Sequence[str]] = {
    "sites": ("site",),
    "excused": ("begins",),
    "groups": ("by", "id"),
    "outages": ("number",),
    "notices": ("at", "channel"),
    "stages": ("level",),
    "charter": ("service",),
    "links": ("site", "interface"),
    "unseen": ("begins", "uplink"),
}
"""The lists whose rows have a name, by the keys that make it; a row more or less moves no other."""


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return what differs between the documents of two editions, in the order of the later one."""
    return list(_differ("", _said(before), _said(after)))


def _said(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in OWN}


def _differ(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*after, *before)):
            yield from _one(f"{path}.{key}" if path else key, key, before, after)
        return
    names = NAMED_BY.get(path.rpartition(".")[2], ())
    rows = [_by_name(value, names) for value in (before, after)]
    if rows[0] is None or rows[1] is None:
        yield Difference(path, _text(before), _text(after))
        return
    for name in dict.fromkeys((*rows[1], *rows[0])):
        yield from _one(f"{path}.{name}", name, rows[0], rows[1])


def _one(path: str, key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    if key in before and key in after:
        yield from _differ(path, before[key], after[key])
    else:
        yield Difference(path, _text(before[key]) if key in before else "", _text(after[key]) if key in after else "")


def _by_name(rows: Any, names: Sequence[str]) -> dict[str, Any] | None:
    """Return the rows of a list by their names; None where they have none, or two have the same."""
    if not names or not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        return None
    found = {"/".join(str(row.get(name)) for name in names): row for row in rows}
    return found if len(found) == len(rows) else None


def _text(value: Any) -> str:
    said = json.dumps(value, ensure_ascii=False)
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"
