"""Data as TOML, for tests that change files."""

import json
import math
from datetime import date, time
from typing import Any


def as_toml(data: dict[str, Any]) -> str:
    """The file that holds ``data``: tables as such, what lies in lists in line."""
    return "\n".join(_lines(data, ()))


def _lines(table: dict[str, Any], path: tuple[str, ...]) -> list[str]:
    plain = [f"{_key(key)} = {_value(value)}" for key, value in table.items() if not isinstance(value, dict)]
    found = [f"[{'.'.join(map(_key, path))}]", *plain] if path else plain
    for key, value in table.items():
        if isinstance(value, dict):
            found += _lines(value, (*path, key))
    return found


def _key(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_key(key)} = {_value(item)}' for key, item in value.items())}}}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f") if isinstance(value, str) else repr(value)
