"""Further objects of devices of one kind, as [modules.NAME] describes them, read into series."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from monitor.probes.snmp.ber import Missing, Oid, Value, oid
from monitor.probes.snmp.reading import get_what_there_is, text
from monitor.probes.snmp.session import Session
from monitor.probes.snmp.walking import Column, walk
from monitor.settings.modules_section import MetricEntry, ModuleEntry

DBM = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*dBm", re.IGNORECASE)
NUMBER = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)")
MOST_LETTERS = 64  # of a number in words; the search takes the square of them


class Series(NamedTuple):
    """One figure of a device; ``labels`` beyond those that name the device."""

    metric: MetricEntry
    labels: Mapping[str, str]
    value: float


async def read_modules(session: Session, sys_object_id: str, modules: Iterable[ModuleEntry]) -> Sequence[Series]:
    """What the modules that apply to such a device find; what it lacks is absent. Raises SnmpError."""
    metrics = [metric for module in modules if _applies(module, sys_object_id) for metric in module.metrics]
    single = [metric for metric in metrics if metric.oid.endswith(".0")]
    found: list[Series] = []
    if single:
        values = await get_what_there_is(session, [oid(metric.oid) for metric in single])
        numbers = [(metric, _number(values.get(oid(metric.oid)))) for metric in single]
        found += [Series(metric, {}, number * metric.scale) for metric, number in numbers if number is not None]
    for metric in metrics:
        if metric not in single:
            found += await _rows(session, metric)
    return found


def _applies(module: ModuleEntry, sys_object_id: str) -> bool:
    return any(f"{sys_object_id}.".startswith(f"{kind}.") for kind in module.kinds)


async def _rows(session: Session, metric: MetricEntry) -> list[Series]:
    """A series for each row of the metric's column; labels come from columns with the same index."""
    column = oid(metric.oid)
    values = (await walk(session, [column]))[column]
    if not values:
        return []
    times = {metric.times} if metric.times else set()
    beside = [oid(name) for name in dict.fromkeys([*metric.labels.values(), *times])]
    labels: Mapping[Oid, Column] = await walk(session, beside)
    found = []
    for row, value in values.items():
        number = _number(value)
        if number is not None and metric.times:
            factor = _number(labels[oid(metric.times)].get(row))
            number = None if factor is None else number * factor
        if number is not None:
            named = {name: _text(labels[oid(label)].get(row)) for name, label in metric.labels.items()}
            index = ".".join(map(str, row))
            found.append(Series(metric, {"index": index, **named}, number * metric.scale))
    return found


def _number(value: Value | None) -> float | None:
    """A number, also one that an agent says in words ('-21.30 dBm', '0.01 mW (-20.00 dBm)')."""
    if isinstance(value, bytes):
        words = text(value[:MOST_LETTERS])
        match = DBM.search(words) or NUMBER.match(words)
        return float(match[1]) if match else None
    return float(value) if isinstance(value, int) else None


def _text(value: Value | None) -> str:
    if isinstance(value, bytes):
        return text(value)
    return "" if value is None or isinstance(value, Missing) else str(value)
