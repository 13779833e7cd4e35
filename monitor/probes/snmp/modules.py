"""Read further objects of devices of one kind, as [modules.NAME] defines them, into series."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from monitor.probes.snmp.ber import Missing, Oid, Value, oid
from monitor.probes.snmp.reading import get_with_timeouts, text
from monitor.probes.snmp.session import Session
from monitor.probes.snmp.walking import Column, walk
from monitor.settings.modules_section import MetricEntry, ModuleEntry

DBM = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*dBm", re.IGNORECASE)
NUMBER = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)")
MOST_CHARACTERS = 64  # of a number in words; the search takes the square of them


class Series(NamedTuple):
    """One value of a device; ``labels``: those beyond the ones that name the device."""

    metric: MetricEntry
    labels: Mapping[str, str]
    value: float


async def read_modules(
    session: Session, sys_object_id: str, modules: Iterable[ModuleEntry], unread: set[str] | None = None
) -> Sequence[Series]:
    """Read the modules that apply to such a device; missing objects are left out.

    Raises SnmpError when it does not answer.

    ``unread``: names of metrics that are not requested; those for which the agent times out are added.
    """
    unread = set() if unread is None else unread
    applying = [metric for module in modules if _applies(module, sys_object_id) for metric in module.metrics]
    metrics = [metric for metric in applying if metric.name not in unread]
    single = {metric.name: metric for metric in metrics if metric.oid.endswith(".0")}
    tables = [metric for metric in metrics if not metric.oid.endswith(".0")]
    found: list[Series] = []
    if single:
        values, silent = await get_with_timeouts(session, {name: oid(each.oid) for name, each in single.items()})
        unread.update(silent)
        numbers = [(metric, _figure(metric, values.get(oid(metric.oid)))) for metric in single.values()]
        found += [Series(metric, {}, number * metric.scale) for metric, number in numbers if number is not None]
    walked = await walk(session, _columns(metric.oid for metric in tables))
    columns: dict[Oid, Column] = dict(walked)
    unread.update(metric.name for metric in tables if oid(metric.oid) in walked.unread)
    there = [metric for metric in tables if columns[oid(metric.oid)]]
    named = (name for metric in there for name in (*metric.labels.values(), *metric.where, metric.times) if name)
    columns |= await walk(session, [column for column in _columns(named) if column not in columns])
    return found + [series for metric in there for series in _rows(metric, columns)]


def _applies(module: ModuleEntry, sys_object_id: str) -> bool:
    return any(f"{sys_object_id}.".startswith(f"{kind}.") for kind in module.applies_to)


def _columns(names: Iterable[str]) -> list[Oid]:
    """Return each column once."""
    return list(dict.fromkeys(map(oid, names)))


def _rows(metric: MetricEntry, columns: Mapping[Oid, Column]) -> Iterator[Series]:
    """Yield a series for each row of the metric's column; labels come from columns with the same index."""
    where = [(columns[oid(column)], wanted) for column, wanted in metric.where.items()]
    for row, value in columns[oid(metric.oid)].items():
        if any(_number(column.get(row)) != wanted for column, wanted in where):
            continue
        number = _figure(metric, value)
        if number is not None and metric.times:
            factor = _number(columns[oid(metric.times)].get(row))
            number = None if factor is None or number < 0 else number * factor  # wrapped: larger than can be said
        if number is not None:
            named = {name: _text(columns[oid(label)].get(row)) for name, label in metric.labels.items()}
            yield Series(metric, {"index": ".".join(map(str, row)), **named}, number * metric.scale)


def _figure(metric: MetricEntry, value: Value | None) -> float | None:
    """Return the number, unless it is one that stands for 'no value'."""
    number = _number(value)
    return None if number in metric.none else number


def _number(value: Value | None) -> float | None:
    """Parse a number, also one that an agent gives in text ('-21.30 dBm', '0.01 mW (-20.00 dBm)')."""
    if isinstance(value, bytes):
        words = text(value[:MOST_CHARACTERS])
        match = DBM.search(words) or NUMBER.match(words)
        return float(match[1]) if match else None
    return float(value) if isinstance(value, int) else None


def _text(value: Value | None) -> str:
    if isinstance(value, bytes):
        return text(value)
    return "" if value is None or isinstance(value, Missing) else str(value)
