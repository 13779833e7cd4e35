"""Expose SNMP readings: interfaces under the names of snmp_exporter's if_mib, all else as upazila_….

Counters of devices are exposed without a type: OpenMetrics would have their names end with '_total'. The series of a
device are bounded, however much it reports and under whatever names.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from monitor.domain.text import clean
from monitor.judging.links import speed_mbps
from monitor.judging.snmp import SnmpState
from monitor.metrics.columns import Columns, Row
from monitor.metrics.self import OUTCOMES
from monitor.metrics.text import CachedLines, Family, Labels, Line, Part, Type, gathered
from monitor.probes.snmp.modules import Series
from monitor.probes.snmp.reading import Facts, Reading, feeds_from_battery
from monitor.runtime.live import RuntimeView
from monitor.settings.fleet import Device
from monitor.settings.modules_section import MetricEntry

MOST_CHARACTERS = 128
MOST_INTERFACES = 1_000
MOST_MODULE_SERIES = 5_000
DEVICE = Labels("site", "device")
PORT_NAMES = ("ifIndex", "ifName", "ifAlias", "ifDescr")
INTERFACE = Labels("site", "device", *PORT_NAMES)

STATE = Family(
    "upazila_snmp_state",
    "gauge",
    f"1 for the outcome of the last SNMP reading, 0 for the others: {', '.join(OUTCOMES)}; 'credentials': refused, or "
    "over v2c most likely wrong.",
    Labels("site", "device", "outcome"),
    unit="0 or 1",
    most=len(OUTCOMES),
    per="device read by SNMP",
)
RESTARTS = Family(
    "upazila_device_restarts_total",
    "counter",
    "Restarts of the device's SNMP agent, without wraps of sysUpTime after 497 days.",
    DEVICE,
    unit="restarts",
    per="device read by SNMP",
)
UPTIME = Family(
    "upazila_device_uptime_seconds",
    "gauge",
    "Time since the device's SNMP agent started, by its own clock.",
    DEVICE,
    unit="seconds",
    per="device read by SNMP",
)
LEFT_OUT = Family(
    "upazila_snmp_series_left_out",
    "gauge",
    f"Interfaces beyond {MOST_INTERFACES} and module series beyond {MOST_MODULE_SERIES} of a device, which are left "
    "out; absent while there are none.",
    DEVICE,
    unit="interfaces and series",
    per="device read by SNMP",
)


_PORT: tuple[tuple[str, Type, str, str], ...] = (
    ("ifHCInOctets", "untyped", "octets", "Octets received (64 bits)."),
    ("ifHCOutOctets", "untyped", "octets", "Octets sent (64 bits)."),
    ("ifInOctets", "untyped", "octets", "Octets received (32 bits: wraps after 4 GB)."),
    ("ifOutOctets", "untyped", "octets", "Octets sent (32 bits)."),
    (
        "ifInErrors",
        "untyped",
        "packets",
        "Packets received with errors: with more than a few an hour, check the cable or the optics.",
    ),
    ("ifOutErrors", "untyped", "packets", "Packets not sent because of errors."),
    ("ifInDiscards", "untyped", "packets", "Packets that came in and were dropped."),
    (
        "ifOutDiscards",
        "untyped",
        "packets",
        "Packets that should have gone out and were dropped: the link is full.",
    ),
    ("ifAdminStatus", "gauge", "1 to 3", "What the interface is meant to be: 1 up, 2 down, 3 testing."),
    (
        "ifOperStatus",
        "gauge",
        "1 to 7",
        "What it is: 1 up, 2 down, 3 testing, 4 unknown, 5 dormant, 6 not present, 7 lower layer down.",
    ),
    (
        "ifHighSpeed",
        "gauge",
        "Mb/s",
        "Its speed in Mb/s; by ifSpeed where that agent's ifHighSpeed is lacking or in another unit.",
    ),
    ("ifSpeed", "gauge", "b/s", "Its speed in b/s, at most 4294967295."),
    ("ifType", "gauge", "IANA's list", "Its kind by IANA's list: 6 is Ethernet."),
)
PORT = tuple(Family(name, type_, help_, INTERFACE, unit, per="interface") for name, type_, unit, help_ in _PORT)
ON = Family(
    "upazila_ups_on_battery",
    "gauge",
    "1 while the UPS is on battery: there is no mains.",
    DEVICE,
    unit="0 or 1",
    per="UPS",
)
LOAD = Family(
    "upazila_ups_load_percent",
    "gauge",
    "Load of an output line.",
    Labels("site", "device", "line"),
    unit="percent",
    per="output line",
)
UPS = {
    source: Family(name, "gauge", f"{help_}; absent when the UPS does not know.", DEVICE, unit=unit, per="UPS")
    for source, name, unit, help_ in (
        (
            "upsEstimatedMinutesRemaining",
            "upazila_ups_battery_minutes_remaining",
            "minutes",
            "What the battery lasts for",
        ),
        ("upsEstimatedChargeRemaining", "upazila_ups_battery_charge_percent", "percent", "Charge of the battery"),
        ("upsSecondsOnBattery", "upazila_ups_seconds_on_battery", "seconds", "How long it has fed from its battery"),
        ("upsBatteryStatus", "upazila_ups_battery_status", "1 to 4", "1 unknown, 2 normal, 3 low, 4 depleted"),
    )
}
POWER = (ON, LOAD, *UPS.values())
FAMILIES = (STATE, RESTARTS, UPTIME, LEFT_OUT, *PORT, *POWER)


def snmp(live: RuntimeView) -> list[Part]:
    """Return `STATE` and `RESTARTS` of every device that is read, and the rest if its last reading succeeded."""
    return [_interfaces(live), _devices(live)]


class _Named(NamedTuple):
    """An interface: of which device, and what it is called by its agent, as in `PORT_NAMES`."""

    device: str
    names: tuple[int | str, ...]


def _interfaces(live: RuntimeView) -> Columns[_Named, Facts]:
    """Return all interfaces' families, of which those of many devices have the same ones."""

    def sources(together: int) -> Iterator[Row[_Named, Facts]]:
        keys, ports = list[_Named](), list[Facts]()
        for id_, state in list(live.snmp.items()):
            if state.reading is None or id_ not in live.fleet.devices:
                continue
            for port in state.reading.ports[:MOST_INTERFACES]:
                keys.append(_Named(id_, tuple([port.get(name, "") for name in PORT_NAMES])))
                ports.append(port)
            if len(keys) >= together:  # a row begins with a device: one more interface of another moves none of it
                yield keys, ports
                keys, ports = [], []
        if keys:
            yield keys, ports

    def labels(named: _Named) -> str:
        device = live.fleet.devices.get(named.device)  # which may have gone in this moment
        if device is None:
            return ""
        names = (clean(str(name), MOST_CHARACTERS) for name in named.names)
        return INTERFACE(live.office_of(device.site), device.site, device.name, *names)

    return Columns({family: partial(_lines, family) for family in PORT}, sources, labels, _figures)


def _lines(family: Family, values: Iterable[int | str | None], labels: Iterable[str]) -> str:
    return family.lines([None if value is None else float(value) for value in values], labels)


def _figures(port: Facts) -> Sequence[int | str | None]:
    """Return an interface's values in the order of `PORT`, the same objects as in the reading; None: it has none."""
    speed = speed_mbps(port)
    if speed and abs(speed - int(port.get("ifHighSpeed", 0))) >= 1:
        port = {**port, "ifHighSpeed": round(speed)}
    return [port.get(family.name) for family in PORT]


def _devices(live: RuntimeView) -> CachedLines[str, tuple[SnmpState, int]]:
    """Return what is about a whole device, and what modules have read of it."""
    modules = _Modules()

    def sources() -> Iterator[tuple[str, tuple[SnmpState, int]]]:
        for id_, state in list(live.snmp.items()):
            if id_ in live.fleet.devices:
                yield id_, (state, live.restarts[id_])

    def write(id_: str, read: tuple[SnmpState, int]) -> dict[Family, str]:
        device = live.fleet.devices.get(id_)  # which may have gone in this moment
        return gathered((), _device(live.office_of(device.site), device, *read, modules)) if device else {}

    return CachedLines((STATE, RESTARTS, UPTIME, LEFT_OUT, *POWER), sources, write)


def module_family(metric: MetricEntry) -> Family:
    """Return the family of a metric of [modules.NAME]; ``index`` distinguishes rows of the same name."""
    type_: Type = "untyped" if metric.type == "counter" else "gauge"
    labels = Labels("site", "device", *(() if metric.oid.endswith(".0") else ("index", *metric.labels)))
    per = "device of that kind" if metric.oid.endswith(".0") else "row of its table"
    return Family(f"upazila_{metric.name}", type_, metric.help or metric.oid, labels, per=per)


class _Modules:
    """The families of modules as they are met: one for each name, whichever module defines it first."""

    def __init__(self) -> None:
        self._families: dict[str, Family] = {}

    def lines(self, office: str, device: Device, series: Iterator[Series]) -> Iterator[Line]:
        seen = set()
        for metric, labels, value in series:
            family = self._families.get(metric.name)
            if family is None:
                family = self._families[metric.name] = module_family(metric)
            shown = {"site": device.site, "device": device.name} | {
                name: clean(text, MOST_CHARACTERS) for name, text in labels.items() if name not in DEVICE.names
            }
            written = Labels(*shown)(office, *shown.values())
            if (family, written) not in seen:  # two modules may ask for the same
                seen.add((family, written))
                yield family, family.line(value, written)


def _device(office: str, device: Device, state: SnmpState, restarts: int, modules: _Modules) -> Iterator[Line]:
    names = (office, device.site, device.name)
    for outcome in OUTCOMES:
        yield STATE.of(outcome == state.outcome, *names, outcome)
    yield RESTARTS.of(restarts, *names)
    yield from modules.lines(office, device, iter(state.series[:MOST_MODULE_SERIES]))
    reading, left_out = state.reading, max(len(state.series) - MOST_MODULE_SERIES, 0)
    if reading is not None:
        if (seconds := _uptime_s(reading)) is not None:
            yield UPTIME.of(seconds, *names)
        left_out += max(len(reading.ports) - MOST_INTERFACES, 0)
        yield from _power(names, reading)
    if left_out:
        yield LEFT_OUT.of(left_out, *names)


def _uptime_s(reading: Reading) -> float | None:
    if reading.engine_time_s is not None:
        return float(reading.engine_time_s)
    ticks = reading.system.get("sysUpTime_ticks")
    return ticks / 100 if isinstance(ticks, int) else None


def _power(names: tuple[str, str, str], reading: Reading) -> Iterator[Line]:
    """Yield the UPS's lines; ``names``: of office, site and device."""
    if (feeds := feeds_from_battery(reading.ups)) is not None:
        yield ON.of(feeds, *names)
    for line, percent in enumerate(reading.ups_load_percent, 1):
        yield LOAD.of(percent, *names, str(line))
    for source, family in UPS.items():
        value = reading.ups.get(source)
        if isinstance(value, int) and value >= 0:
            yield family.of(value, *names)
