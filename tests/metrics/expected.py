"""What the page must say, said once more and plainly: collected anew by prometheus_client's own classes."""

from collections.abc import Callable, Iterator

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    UntypedMetricFamily,
)

from monitor.domain.clock import Clock
from monitor.domain.sample import Verdict
from monitor.domain.text import clean
from monitor.judging.health import State
from monitor.probes.snmp.reading import Reading
from monitor.runtime.live import RuntimeState
from monitor.store import notice_queries, queries
from monitor.store.database import Store

OFFICE = {"office": "bheramara"}  # [office] id of the shipped charter
INTERFACE = ["ifIndex", "ifName", "ifAlias", "ifDescr"]
COUNTERS = ["ifHCInOctets", "ifHCOutOctets", "ifInOctets", "ifOutOctets"]
COUNTERS += ["ifInErrors", "ifOutErrors", "ifInDiscards", "ifOutDiscards"]
GAUGES = ["ifAdminStatus", "ifOperStatus", "ifHighSpeed", "ifSpeed", "ifType"]
BY_SEVERITY = [State.UP, State.DEGRADED, State.PAUSED, State.UNKNOWN, State.UNREACHABLE, State.DOWN]
UPS = {
    "upazila_ups_battery_minutes_remaining": "upsEstimatedMinutesRemaining",
    "upazila_ups_battery_charge_percent": "upsEstimatedChargeRemaining",
    "upazila_ups_seconds_on_battery": "upsSecondsOnBattery",
    "upazila_ups_battery_status": "upsBatteryStatus",
}


class Told:
    """Samples by family, as prometheus_client's classes hold them."""

    def __init__(self) -> None:
        self.families: dict[str, Metric] = {}

    def _family(self, family: Callable[[str, str], Metric], name: str) -> Metric:
        return self.families.setdefault(name, family(name, ""))

    def gauge(self, name: str, value: float, **labels: str) -> None:
        self._family(GaugeMetricFamily, name).add_sample(name, OFFICE | labels, float(value))

    def counter(self, name: str, value: float, **labels: str) -> None:
        self._family(CounterMetricFamily, name).add_sample(f"{name}_total", OFFICE | labels, float(value))

    def untyped(self, name: str, value: float, **labels: str) -> None:
        self._family(UntypedMetricFamily, name).add_sample(name, OFFICE | labels, float(value))

    def histogram(self, name: str, buckets: list[tuple[str, float]], total_s: float) -> None:
        family = HistogramMetricFamily(name, "", labels=list(OFFICE))
        family.add_metric(list(OFFICE.values()), buckets, total_s)
        self.families[name] = family


def expected(live: RuntimeState, store: Store, clock: Clock) -> list[Metric]:
    """Everything but build, process and garbage collector."""
    told = Told()
    _network(told, live)
    _snmp(told, live)
    _services(told, live)
    names = {"name_bn": live.office.charter.name_bn, "name_en": live.office.charter.name_en}
    told.gauge("upazila_office_info", 1, monitor=OFFICE["office"], **names)
    _stored(told, store, clock)
    _itself(told, live)
    return list(told.families.values())


def _network(told: Told, live: RuntimeState) -> None:
    assert live.board is not None
    for id_, sample in live.echoes.items():
        device = live.fleet.devices.get(id_)
        if device is None or sample.verdict is Verdict.UNKNOWN:
            continue
        labels = {"site": device.site, "device": device.name, "kind": live.fleet.sites[device.site].kind}
        told.gauge("upazila_probe_success", sample.verdict is Verdict.OK, probe=sample.probe, **labels)
        told.gauge("upazila_icmp_packet_loss_ratio", sample.loss, probe=sample.probe, **labels)
        if sample.rtt_ns is not None:
            told.gauge("upazila_icmp_rtt_seconds", sample.rtt_ns / 1e9, probe=sample.probe, **labels)
    for site in live.fleet.sites.values():
        latitude, longitude = map(str, site.position) if site.position else ("", "")
        names = {"name_bn": site.name_bn, "name_en": site.name_en, "union": site.union or ""}
        place = {"latitude": latitude, "longitude": longitude}
        told.gauge("upazila_site_info", 1, site=site.id, kind=site.kind, **names, **place)
        for state in State:
            is_in = live.board.state(site.id) is state
            told.gauge("upazila_site_state", is_in, site=site.id, kind=site.kind, state=state.value)
            if is_in and site.position:
                worse, labels = BY_SEVERITY.index(state), {"name_bn": site.name_bn, "name_en": site.name_en, **place}
                told.gauge("upazila_site_map_state", worse, site=site.id, kind=site.kind, **labels)
        if site.workstations and (found := live.board.lab(site.id)) is not None:
            told.gauge("upazila_lab_workstations", found.answering, site=site.id, counted="answering")
            told.gauge("upazila_lab_workstations", found.total, site=site.id, counted="all")


def _cleaned(name: object) -> str:
    return clean(str(name), 128)


def _snmp(told: Told, live: RuntimeState) -> None:
    for id_, state in live.snmp.items():
        device = live.fleet.devices.get(id_)
        if device is None:
            continue
        names = {"site": device.site, "device": device.name}
        for outcome in ("ok", "silent", "credentials", "error"):
            told.gauge("upazila_snmp_state", outcome == state.outcome, outcome=outcome, **names)
        told.counter("upazila_device_restarts", live.restarts[id_], **names)
        for metric, labels, value in state.series:
            add = told.untyped if metric.type == "counter" else told.gauge
            add(f"upazila_{metric.name}", value, **names, **{name: _cleaned(text) for name, text in labels.items()})
        reading = state.reading
        if reading is not None:
            _reading(told, reading, names)


def _reading(told: Told, reading: Reading, names: dict[str, str]) -> None:
    ticks = reading.system.get("sysUpTime_ticks")
    if reading.engine_time_s is not None:
        told.gauge("upazila_device_uptime_seconds", reading.engine_time_s, **names)
    elif isinstance(ticks, int):
        told.gauge("upazila_device_uptime_seconds", ticks / 100, **names)
    for port in reading.ports:
        which = {name: _cleaned(port.get(name, "")) for name in INTERFACE}
        for name in COUNTERS:
            if name in port:
                told.untyped(name, float(port[name]), **names, **which)
        for name in GAUGES:
            if name in port:
                told.gauge(name, float(port[name]), **names, **which)
    if "upsOutputSource" in reading.ups:
        told.gauge("upazila_ups_on_battery", reading.ups["upsOutputSource"] == 5, **names)
    for line, percent in enumerate(reading.ups_load_percent, 1):
        told.gauge("upazila_ups_load_percent", percent, line=str(line), **names)
    for name, source in UPS.items():
        known = reading.ups.get(source)
        if isinstance(known, int) and known >= 0:
            told.gauge(name, known, **names)


def _services(told: Told, live: RuntimeState) -> None:
    for state in live.services.values():
        labels = {"site": state.service.site, "check": state.service.name, "check_kind": state.service.check.kind}
        told.gauge("upazila_service_up", state.sample.verdict is Verdict.OK, **labels)
        if state.sample.rtt_ns is not None:
            told.gauge("upazila_service_response_seconds", state.sample.rtt_ns / 1e9, **labels)
        if "certificate_expires" in state.details:
            expires_s = 1_798_761_600  # the first moment of 2027
            told.gauge("upazila_service_certificate_expires_timestamp_seconds", expires_s, **labels)


def _stored(told: Told, store: Store, clock: Clock) -> None:
    with store.read() as session:
        for outage in queries.outages(session, open_only=True, limit=100_000):
            which = {"site": outage.site, "service": outage.service}
            told.gauge("upazila_outage_open", 1, **which)
            told.gauge("upazila_outage_started_timestamp_seconds", outage.started_utc.timestamp(), **which)
            told.gauge("upazila_outage_deadline_timestamp_seconds", outage.deadline_utc.timestamp(), **which)
            told.gauge("upazila_outage_affected_sites", len(outage.affected), **which)
        for (site, service), count in queries.outage_counts(session).items():
            told.counter("upazila_outages", count, site=site, service=service)
        stages = queries.tickets_by_stage(session)
        for stage, name in enumerate(("officer", "1", "2", "3")):
            told.gauge("upazila_tickets_open", stages.get(stage, 0), stage=name)
        outbox = notice_queries.outbox(session, clock.utc())
    told.gauge("upazila_store_readable", 1)
    told.gauge("upazila_outbox_owed", outbox.owed)
    told.gauge("upazila_outbox_dead", outbox.dead)
    oldest = outbox.oldest_due_utc
    told.gauge("upazila_outbox_oldest_seconds", (clock.utc() - oldest).total_seconds() if oldest else 0)


def _itself(told: Told, live: RuntimeState) -> None:
    for probe in live.taken:
        told.counter("upazila_samples", live.taken[probe], probe=probe)
        told.counter("upazila_samples_unknown", live.unknown[probe], probe=probe)
    for reason, count in live.icmp.rejected().items():
        told.counter("upazila_replies_rejected", count, reason=reason)
    forged = ("bad_checksum", "forged_cookie", "forged_sequence", "forged_source")
    told.counter("upazila_forged_replies", sum(live.icmp.rejected().get(reason, 0) for reason in forged))
    told.gauge("upazila_clock_suspect", live.clock_suspect)
    told.gauge("upazila_store_sound", not live.store_faults)
    told.gauge("upazila_store_decisions_waiting", live.decisions_waiting)
    told.gauge("upazila_configuration_refused", bool(live.verdict.refused))
    told.gauge("upazila_configuration_accepted_timestamp_seconds", live.verdict.accepted_utc.timestamp())
    told.histogram("upazila_round_lateness_seconds", live.round_lateness.buckets(), live.round_lateness.total_s)
    told.histogram("upazila_loop_lag_seconds", live.lag.buckets(), live.lag.total_s)
    for outcome in ("ok", "silent", "credentials", "error"):
        told.counter("upazila_snmp_readings", live.snmp_readings[outcome], outcome=outcome)
    for outcome in ("accepted", "unknown_sender", "wrong_credentials", "malformed", "rate_limited"):
        told.counter("upazila_traps", live.traps[outcome], handling=outcome)


def samples(metrics: list[Metric]) -> Iterator[tuple[str, str, str, tuple[tuple[str, str], ...], str]]:
    """(family, type, sample, labels, value), comparable even where a value is no number."""
    for metric in metrics:
        for sample in metric.samples:
            labels = tuple(sorted(sample.labels.items()))
            yield metric.name, metric.type, sample.name, labels, repr(float(sample.value))
