"""Write a calendar as text for calendar.toml, without the comments of the file that it came from."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

from monitor.domain.day import clock_text
from monitor.settings.base import Model
from monitor.settings.calendar_file import CalendarFile


def calendar_text(file: CalendarFile) -> str:
    """Return the whole of it; read again, it makes the same calendar."""
    keys = ("hours", "ramadan", "closed", "working", "other_hours")
    lines = [f"rule = {_value(file.rule)}", f"weekend = {_value(file.weekend)}"]
    for key in keys:
        lines += ["", *_list(key, getattr(file, key))]
    for name, hours in file.service_hours:
        if hours is not None:
            lines += ["", f"[service_hours.{name}]", f"days = {_value(hours.days)}", f"shifts = {_value(hours.shifts)}"]
            lines += _list("terms", hours.terms)
    return "\n".join(lines) + "\n"


def _list(key: str, entries: tuple[Model, ...]) -> Iterator[str]:
    if not entries:
        yield f"{key} = []"
        return
    yield f"{key} = ["
    yield from (f"  {_value(entry)}," for entry in entries)
    yield "]"


def _value(value: Any) -> str:
    if isinstance(value, Model):
        facts = {name: each for name, each in value if each is not None and each != _default(value, name)}
        return _table(facts)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, time):
        return f'"{clock_text(value)}"'
    if isinstance(value, date):
        return value.isoformat()
    # JSON's strings are TOML's, but that TOML wants DEL escaped as well
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _default(value: Model, name: str) -> object:
    return type(value).model_fields[name].default


def _table(facts: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{name} = {_value(each)}" for name, each in facts.items()) + " }"
