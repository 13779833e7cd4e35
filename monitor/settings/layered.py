"""Lay an office's file over the nation's: what the office does not say holds as the nation's file has it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.domain.message import Said
from monitor.settings.problems import Problem
from monitor.settings.toml import Document, KeyPath

OF_EVERY_OFFICE = ("dated", "lang")
"""Keys of [office] that hold for every office; its name, prefix and confirmation are each office's own."""
OF_THE_POST = ("title_bn", "title_en", "role_bn", "role_en", "lang")
"""Keys of an officer that belong to the post; where an office names its own, nothing else of another person remains."""
ORDERS = ("closed", "working", "other_hours")
"""Lists of calendar.toml in which the nation's orders stand before the office's own."""
LEVELS = {"officers": 3, "office": 2, "mail": 2, "notices": 2, "recipients": 2, "reports": 2}
"""How deep two tables are laid over each other; all else is the one's or the other's as a whole."""


@dataclass(frozen=True)
class Layered(Document):
    """An office's file over ``base``; ``data`` is what ``own`` and the base say together.

    Faults are told where their cause stands.
    """

    own: Mapping[str, Any]
    base: Document

    def problem(self, path: KeyPath, said: Said) -> Problem:
        """Return what is wrong at ``path``: in the nation's file if that says it, else in the office's."""
        if path[0] in ORDERS and len(path) > 1 and isinstance(path[1], int):
            at = path[1] - len(_list(self.base.data.get(path[0])))
            own: KeyPath = (path[0], at, *path[2:])
            return self.base.problem(path, said) if at < 0 else super().problem(own, said)
        part = path[: LEVELS.get(str(path[0]), 1)]
        is_of_base = _has(self.data, part) and not _has(self.own, part)
        return self.base.problem(path, said) if is_of_base else super().problem(path, said)


def over_charter(base: Document, own: Document) -> Layered:
    """Lay an office's charter.toml over the nation's."""
    data = base.data | own.data
    if isinstance(own.data.get("office", {}), dict):
        shared = _chosen(base.data.get("office"), OF_EVERY_OFFICE)
        data["office"] = shared | own.data.get("office", {})
    theirs, ours = base.data.get("officers"), own.data.get("officers", {})
    if isinstance(theirs, dict) and isinstance(ours, dict):
        named = {
            role: _chosen(theirs.get(role), OF_THE_POST) | entry if isinstance(entry, dict) else entry
            for role, entry in ours.items()
        }
        data["officers"] = theirs | named
    return Layered(own.name, data, own.source, own.data, base)


def over_calendar(base: Document, own: Document) -> Layered:
    """Lay an office's calendar.toml over the nation's; orders of both hold."""
    data = base.data | own.data
    for name in ORDERS:
        theirs, ours = base.data.get(name, []), own.data.get(name, [])
        if isinstance(theirs, list) and isinstance(ours, list):
            data[name] = theirs + ours
    return Layered(own.name, data, own.source, own.data, base)


def over_monitor(base: Document, own: Document) -> Layered:
    """Lay an office's monitor.toml over the installation's, to find where something stands."""
    data = base.data | {
        name: base.data.get(name, {}) | table if isinstance(table, dict) else table for name, table in own.data.items()
    }
    return Layered(own.name, data, own.source, own.data, base)


def _chosen(table: Any, keys: Iterable[str]) -> dict[str, Any]:
    return {key: table[key] for key in keys if key in table} if isinstance(table, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _has(data: Any, path: KeyPath) -> bool:
    for part in path:
        if not isinstance(data, Mapping) or part not in data:
            return False
        data = data[part]
    return True
