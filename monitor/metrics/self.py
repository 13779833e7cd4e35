"""Expose the daemon's own condition, and totals over all devices."""

import sys
from collections.abc import Iterator
from importlib.metadata import version

from prometheus_client import GCCollector, ProcessCollector
from prometheus_client.registry import CollectorRegistry

from monitor.metrics.text import Body, Family, Labels, Line, from_client
from monitor.probes.icmp.packets import FORGED, Rejected
from monitor.runtime.live import RuntimeView

TRAPS = ("accepted", "unknown_sender", "wrong_credentials", "malformed", "rate_limited")
OUTCOMES = ("ok", "silent", "credentials", "error")
REASONS = (
    *("malformed", "wrong_source", "wrong_community", "late_or_unasked"),
    *("wrong_signature", "not_in_time", "not_an_answer"),  # of SNMPv3
)

BUILD = Family(
    "upazila_build_info", "gauge", "Version of the program and of Python.", Labels("version", "python"), unit="always 1"
)
SAMPLES = Family("upazila_samples_total", "counter", "Probe rounds completed.", Labels("probe"), unit="rounds", most=3)
UNKNOWN = Family(
    "upazila_samples_unknown_total",
    "counter",
    "Probe rounds without a verdict because of a fault of the monitor itself; more than a few need attention.",
    Labels("probe"),
    unit="rounds",
    most=3,
)
REJECTED = Family(
    "upazila_replies_rejected_total",
    "counter",
    f"Datagrams that were no valid reply to an echo request, by reason: {', '.join(Rejected)}.",
    Labels("reason"),
    unit="datagrams",
    most=len(Rejected),
)
FORGERIES = Family(
    "upazila_forged_replies_total",
    "counter",
    "Rejected datagrams that only somebody on the network can have made up.",
    unit="datagrams",
)
SUSPECT = Family(
    "upazila_clock_suspect",
    "gauge",
    "1 while the wall clock is suspect, and nothing is escalated.",
    unit="0 or 1",
)
REFUSED = Family(
    "upazila_configuration_refused",
    "gauge",
    "1 while the configuration on disk is refused and the previous one stays in force.",
    unit="0 or 1",
)
ACCEPTED = Family(
    "upazila_configuration_accepted_timestamp_seconds",
    "gauge",
    "When a configuration was last accepted, at the start or by a reload.",
    unit="seconds since 1970",
)
SOUND = Family(
    "upazila_store_sound",
    "gauge",
    "0 when the last examination found the database, or the history in it, damaged or altered.",
    unit="0 or 1",
)
WAITING = Family("upazila_store_decisions_waiting", "gauge", "Decisions that are not stored yet.", unit="decisions")
LATE = Family(
    "upazila_round_lateness_seconds",
    "histogram",
    "Delay between a device's due time and its probe.",
    unit="seconds",
    most=14,
)
LAG = Family(
    "upazila_loop_lag_seconds",
    "histogram",
    "Event loop lag: how much later than requested a timer fired.",
    unit="seconds",
    most=14,
)
READINGS = Family(
    "upazila_snmp_readings_total",
    "counter",
    f"SNMP readings by outcome: {', '.join(OUTCOMES)}.",
    Labels("outcome"),
    unit="readings",
    most=len(OUTCOMES),
)
UNBELIEVED = Family(
    "upazila_snmp_replies_rejected_total",
    "counter",
    f"Datagrams that were no valid SNMP response, by reason: {', '.join(REASONS)}.",
    Labels("reason"),
    unit="datagrams",
    most=len(REASONS),
)
NOTIFICATIONS = Family(
    "upazila_traps_total",
    "counter",
    f"Traps and informs received, by outcome: {', '.join(TRAPS)}.",
    Labels("handling"),
    unit="notifications",
    most=len(TRAPS),
)
FAMILIES = (
    BUILD,
    SAMPLES,
    UNKNOWN,
    REJECTED,
    FORGERIES,
    SUSPECT,
    REFUSED,
    ACCEPTED,
    SOUND,
    WAITING,
    LATE,
    LAG,
    READINGS,
    UNBELIEVED,
    NOTIFICATIONS,
)


def daemon(live: RuntimeView) -> Iterator[Line]:
    """All of them."""
    office = live.office_id
    yield BUILD.of(1, office, version("upazila-monitor"), sys.version.split()[0])
    for probe in sorted(live.taken.keys() | {"icmp"}):
        yield SAMPLES.of(live.taken[probe], office, probe)
        yield UNKNOWN.of(live.unknown[probe], office, probe)
    by_reason = live.icmp.rejected()
    for reason, count in by_reason.items():
        yield REJECTED.of(count, office, reason)
    yield FORGERIES.of(sum(by_reason.get(reason, 0) for reason in FORGED), office)
    yield SUSPECT.of(live.clock_suspect, office)
    yield SOUND.of(not live.store_faults, office)
    yield WAITING.of(live.decisions_waiting, office)
    verdict = live.verdict
    yield REFUSED.of(bool(verdict.refused), office)
    yield ACCEPTED.of(verdict.accepted_utc.timestamp(), office)
    yield LATE.histogram(office, live.round_lateness.buckets(), live.round_lateness.total_s)
    yield LAG.histogram(office, live.lag.buckets(), live.lag.total_s)
    for outcome in OUTCOMES:
        yield READINGS.of(live.snmp_readings[outcome], office, outcome)
    for reason in REASONS:
        yield UNBELIEVED.of(live.snmp_rejected[reason], office, reason)
    for outcome in TRAPS:
        yield NOTIFICATIONS.of(live.traps[outcome], office, outcome)


class Process:
    """The process's and the garbage collector's metrics, by prometheus_client."""

    def __init__(self, live: RuntimeView) -> None:
        self._live = live
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def look(self) -> Iterator[None]:
        return iter(())

    def bodies(self) -> Iterator[Body]:
        for metric in self._registry.collect():
            yield from_client(metric, self._live.office_id)

    def forget(self) -> None:
        pass
