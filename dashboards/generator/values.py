"""Values as a panel shows them: with their unit, or in the words of its mappings. Pure; near to Grafana's forms."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dashboards.generator.reading import Json
from monitor.i18n.formats import DHAKA

Shown = tuple[str, str]
"""A text and its colour; no colour is ''."""

PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def shown(value: float | None, unit: str, mappings: Sequence[Json], thresholds: Json | None = None) -> Shown:
    """In words where a mapping has some, else with its unit, in the colour of its threshold."""
    for mapping in mappings:
        if mapping["type"] == "special" and value is None:
            return _result(mapping["options"]["result"])
        if mapping["type"] == "range" and value is not None:
            options = mapping["options"]
            if options["from"] <= value <= options["to"]:
                return _result(options["result"])
    return ("–" if value is None else with_unit(value, unit)), colour_of(value, thresholds)


def text_shown(text: str, mappings: Sequence[Json]) -> str:
    """A label's value, in the words of a mapping of its values."""
    for mapping in mappings:
        if mapping["type"] == "value" and text in mapping["options"]:
            return str(mapping["options"][text]["text"])
    return text


def _result(result: Json) -> Shown:
    return str(result["text"]), str(result.get("color", ""))


def colour_of(value: float | None, thresholds: Json | None) -> str:
    """The colour of the highest step that is not above the value."""
    steps: list[Any] = (thresholds or {}).get("steps", [])
    known = [step for step in steps if value is not None and (step["value"] is None or step["value"] <= value)]
    return str(known[-1]["color"]) if known else ""


def with_unit(value: float, unit: str) -> str:
    """A number and its unit."""
    match unit:
        case "percentunit":
            return f"{value * 100:.3g} %"
        case "percent":
            return f"{value:.3g} %"
        case "dtdurations":
            return _duration(value)
        case "dateTimeAsLocal":
            return datetime.fromtimestamp(value / 1000, UTC).astimezone(DHAKA).strftime("%Y-%m-%d %H:%M:%S")
        case "s":
            return _seconds(value)
        case "m":
            return f"{value:g} min"
        case "bps" | "pps" | "ops":
            return _scaled(value, {"bps": "b/s", "pps": "p/s", "ops": "/s"}[unit])
        case "dBm":
            return f"{value:.4g} dBm"
    return f"{value:.3g}" if value != int(value) else f"{int(value)}"


def _seconds(value: float) -> str:
    if 0 < abs(value) < 1e-3:
        return f"{value * 1e6:.3g} µs"
    if 0 < abs(value) < 1:
        return f"{value * 1e3:.3g} ms"
    return f"{value:.3g} s" if abs(value) < 120 else f"{value / 60:.3g} min"


def _duration(value: float) -> str:
    whole = abs(int(value))
    clock = f"{whole // 3600 % 24:02}:{whole // 60 % 60:02}:{whole % 60:02}"
    days = f"{whole // 86400} d " if whole >= 86_400 else ""
    return f"{days}{clock}{' ago' if value < 0 else ''}"


def _scaled(value: float, unit: str) -> str:
    for factor, prefix in PREFIXES:
        if abs(value) >= factor:
            return f"{value / factor:.3g} {prefix}{unit}"
    return f"{value:.3g} {unit}"
