"""Write sites as text for sites.toml, for `discover` and `import`."""

import json
import re
from collections.abc import Collection, Mapping
from itertools import count

Value = str | int | float | tuple[float, float]


def site_text(id_: str, facts: Mapping[str, Value], devices: Mapping[str, Mapping[str, Value]]) -> str:
    """Return one site's tables, ready to be put into sites.toml."""
    lines = [f"[sites.{id_}]", *_lines(facts)]
    for name, device in devices.items():
        lines += ["", f"[sites.{id_}.devices.{name}]", *_lines(device)]
    return "\n".join(lines) + "\n"


def _lines(facts: Mapping[str, Value]) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in facts.items()]


def _value(value: Value) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    # JSON's strings are TOML's, but that TOML wants DEL escaped as well
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def new_id(wish: str, taken: Collection[str]) -> str:
    """Return a valid site id as near to ``wish`` as possible, and not one of those ``taken``."""
    plain = re.sub(r"[^a-z0-9]+", "-", wish.lower()).strip("-")[:50] or "site"
    return next(id_ for number in count(1) if (id_ := plain if number == 1 else f"{plain}-{number}") not in taken)
