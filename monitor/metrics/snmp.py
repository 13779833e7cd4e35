"""What devices say by SNMP, as metrics: interfaces under the names of snmp_exporter's if_mib, all else as upazila_….

Counters are exposed without a type, because prometheus_client would add '_total' to their names.
"""

from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, UntypedMetricFamily
from prometheus_client.metrics_core import Metric

from monitor.metrics.live import Live, SnmpState
from monitor.probes.snmp.reading import Facts, Reading, feeds_from_battery
from monitor.settings.fleet import Device

DEVICE = ["site", "device"]
INTERFACE = [*DEVICE, "ifIndex", "ifName", "ifAlias", "ifDescr"]
MOST_LETTERS = 128
COUNTERS = {
    "ifHCInOctets": "Octets that came in (64 bits).",
    "ifHCOutOctets": "Octets that went out (64 bits).",
    "ifInOctets": "Octets that came in (32 bits).",
    "ifOutOctets": "Octets that went out (32 bits).",
    "ifInErrors": "Packets that came in damaged.",
    "ifOutErrors": "Packets that could not go out because of errors.",
    "ifInDiscards": "Packets that came in and were dropped.",
    "ifOutDiscards": "Packets that should have gone out and were dropped.",
}
GAUGES = {
    "ifAdminStatus": "What the interface is meant to be: 1 up, 2 down, 3 testing.",
    "ifOperStatus": "What it is: 1 up, 2 down, 3 testing, 4 unknown, 5 dormant, 6 not present, 7 lower layer down.",
    "ifHighSpeed": "Its speed in Mb/s.",
    "ifSpeed": "Its speed in b/s, at most 4294967295.",
    "ifType": "Its kind by IANA's list: 6 is Ethernet.",
}
UPS = {
    "upazila_ups_battery_minutes_remaining": "upsEstimatedMinutesRemaining",
    "upazila_ups_battery_charge_percent": "upsEstimatedChargeRemaining",
    "upazila_ups_seconds_on_battery": "upsSecondsOnBattery",
    "upazila_ups_battery_status": "upsBatteryStatus",
}
TRAPS = ("accepted", "unknown_sender", "wrong_credentials", "malformed", "rate_limited")
REASONS = (
    *("malformed", "wrong_source", "wrong_community", "late_or_unasked"),
    *("wrong_signature", "not_in_time", "not_an_answer"),  # of SNMPv3
)
OUTCOMES = ("ok", "silent", "credentials", "error")


def snmp_metrics(live: Live) -> Iterator[Metric]:
    """All of them, for the devices whose last reading succeeded; `upazila_snmp_state` for every one that is read."""
    found = [(device, state) for id_, state in list(live.snmp.items()) if (device := live.fleet.devices.get(id_))]
    yield _states(found)
    restarts = CounterMetricFamily(
        "upazila_device_restarts", "How often its agent was seen to have started anew.", labels=DEVICE
    )
    for device, _ in found:
        restarts.add_metric([device.site, device.name], float(live.restarts[device.id]))
    yield restarts
    read = [(device, state.reading) for device, state in found if state.reading is not None]
    uptime = GaugeMetricFamily(
        "upazila_device_uptime_seconds", "Since the device's agent started, by its own account.", labels=DEVICE
    )
    for device, reading in read:
        if (seconds := _uptime_s(reading)) is not None:
            uptime.add_metric([device.site, device.name], seconds)
    yield uptime
    yield from _interfaces(read)
    yield from _power(read)
    yield from _modules(found)


def snmp_totals(live: Live) -> Iterator[Metric]:
    """What was counted over all devices."""
    readings = CounterMetricFamily("upazila_snmp_readings", "Readings of devices by how they went.", labels=["outcome"])
    for outcome in OUTCOMES:
        readings.add_metric([outcome], float(live.snmp_readings[outcome]))
    yield readings
    rejected = CounterMetricFamily(
        "upazila_snmp_replies_rejected", "Datagrams that were no answer that counts.", labels=["reason"]
    )
    for reason in REASONS:
        rejected.add_metric([reason], float(live.snmp_rejected[reason]))
    yield rejected
    traps = CounterMetricFamily("upazila_traps", "Traps and informs by what became of them.", labels=["outcome"])
    for outcome in TRAPS:
        traps.add_metric([outcome], float(live.traps[outcome]))
    yield traps


def _states(found: list[tuple[Device, SnmpState]]) -> Metric:
    state = GaugeMetricFamily(
        "upazila_snmp_state",
        "1 for how the last reading by SNMP went, 0 for all others.",
        labels=[*DEVICE, "state"],
    )
    for device, current in found:
        for outcome in OUTCOMES:
            state.add_metric([device.site, device.name, outcome], float(outcome == current.outcome))
    return state


def _uptime_s(reading: Reading) -> float | None:
    if reading.engine_time_s is not None:
        return float(reading.engine_time_s)
    ticks = reading.system.get("sysUpTime_ticks")
    return ticks / 100 if isinstance(ticks, int) else None


def _interfaces(read: list[tuple[Device, Reading]]) -> Iterator[Metric]:
    families: Mapping[str, Metric] = {
        **{name: UntypedMetricFamily(name, help_, labels=INTERFACE) for name, help_ in COUNTERS.items()},
        **{name: GaugeMetricFamily(name, help_, labels=INTERFACE) for name, help_ in GAUGES.items()},
    }
    for device, reading in read:
        for port in reading.ports:
            labels = dict(zip(INTERFACE, [device.site, device.name, *_names(port)], strict=True))
            for name, family in families.items():
                if name in port:
                    family.add_sample(name, labels, float(port[name]))
    yield from families.values()


def _names(port: Facts) -> list[str]:
    """What tells an interface from others: without control characters, and not too long."""
    return [_clean(str(port.get(name, ""))) for name in INTERFACE[len(DEVICE) :]]


def _clean(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())[:MOST_LETTERS]


def _modules(found: list[tuple[Device, SnmpState]]) -> Iterator[Metric]:
    """Series of [modules.NAME], a family for each metric; ``index`` tells rows of the same name apart."""
    families: dict[str, Metric] = {}
    for device, state in found:
        for metric, labels, value in state.series:
            name = f"upazila_{metric.name}"
            kind = UntypedMetricFamily if metric.type == "counter" else GaugeMetricFamily
            family = families.setdefault(name, kind(name, metric.help or metric.oid))
            clean = {label: _clean(text) for label, text in labels.items()}
            family.add_sample(name, {"site": device.site, "device": device.name, **clean}, value)
    yield from families.values()


def _power(read: list[tuple[Device, Reading]]) -> Iterator[Metric]:
    on_battery = GaugeMetricFamily("upazila_ups_on_battery", "1 while the UPS feeds from its battery.", labels=DEVICE)
    load = GaugeMetricFamily("upazila_ups_load_percent", "Load of an output line.", labels=[*DEVICE, "line"])
    others = {
        name: GaugeMetricFamily(name, f"{source} (RFC 1628); absent when the UPS does not know.", labels=DEVICE)
        for name, source in UPS.items()
    }
    for device, reading in read:
        labels = [device.site, device.name]
        if (feeds := feeds_from_battery(reading.ups)) is not None:
            on_battery.add_metric(labels, float(feeds))
        for line, percent in enumerate(reading.ups_load_percent, 1):
            load.add_metric([*labels, str(line)], float(percent))
        for name, source in UPS.items():
            value = reading.ups.get(source)
            if isinstance(value, int) and value >= 0:
                others[name].add_metric(labels, float(value))
    yield from (on_battery, load, *others.values())
