"""Everything as Prometheus metrics, rendered by prometheus_client over what is known at this moment.

Nothing is kept here: a device that is taken out of the configuration has no series from that moment on. The database
is asked at most once a second; when it does not answer, the probes' series still come, and ``upazila_store_readable``
is 0.
"""

import gzip
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from prometheus_client import GCCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry
from sqlalchemy.exc import SQLAlchemyError

from monitor.clock import NS_PER_S, Clock
from monitor.judging.states import State
from monitor.metrics.live import Live
from monitor.metrics.services import service_metrics
from monitor.metrics.snmp import snmp_metrics, snmp_totals
from monitor.probes.icmp.packets import FORGED
from monitor.sample import Verdict
from monitor.store import views
from monitor.store.session import Store

FRESH_NS = NS_PER_S
STAGES = {0: "officer"}
DEVICE = ["site", "device", "kind", "probe"]


@dataclass(frozen=True)
class _Stored:
    """What the database says; None for each part when it does not answer."""

    outages: list[views.OutageView]
    totals: dict[tuple[str, str], int]
    stages: dict[int, int]
    outbox: views.OutboxView


class Exposition:
    """Renders the metrics; a page that is younger than a second is given out again."""

    def __init__(self, live: Live, store: Store, clock: Clock) -> None:
        self._clock = clock
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Everything(live, store, clock))
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._pages: dict[str, tuple[int, bytes, str]] = {}
        self._one_at_a_time = threading.Lock()

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """(body, content type): OpenMetrics where ``accept`` asks for it, else the plain text format."""
        with self._one_at_a_time:
            encode, content_type = choose_encoder(accept)
            made_ns, body, _ = self._pages.get(content_type, (0, b"", ""))
            if not body or self._clock.mono_ns() - made_ns > FRESH_NS:
                body = encode(self._registry)
                self._pages[content_type] = (self._clock.mono_ns(), body, content_type)
            return body, content_type

    def render_gzip(self, accept: str = "") -> tuple[bytes, str]:
        """As `render`, compressed as lightly as pays."""
        body, content_type = self.render(accept)
        return gzip.compress(body, compresslevel=1), content_type


class _Everything(Collector):
    def __init__(self, live: Live, store: Store, clock: Clock) -> None:
        self._live = live
        self._store = store
        self._clock = clock

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._probes()
        yield from self._sites()
        yield from snmp_metrics(self._live)
        yield from snmp_totals(self._live)
        yield from service_metrics(self._live)
        yield self._workstations()
        yield from self._live.promises()
        stored = self._ask_store()
        readable = GaugeMetricFamily("upazila_store_readable", "1 while the database answers.")
        readable.add_metric([], float(stored is not None))
        yield readable
        if stored is not None:
            yield from self._charter(stored, self._clock.utc())
        yield from self._itself()

    def _workstations(self) -> Metric:
        family = GaugeMetricFamily(
            "upazila_lab_workstations", "Workstations of a lab: that answer, and all.", labels=["site", "state"]
        )
        board = self._live.board
        for site in board.fleet.sites.values() if board else ():
            if board and site.workstations and (found := board.lab(site.id)) is not None:
                family.add_metric([site.id, "answering"], found.answering)
                family.add_metric([site.id, "all"], found.total)
        return family

    def _ask_store(self) -> _Stored | None:
        try:
            with self._store.read() as session:
                return _Stored(
                    views.outages(session, open_only=True, limit=100_000),
                    views.outage_counts(session),
                    views.tickets_by_stage(session),
                    views.outbox(session, self._clock.utc()),
                )
        except SQLAlchemyError:
            return None

    def _probes(self) -> Iterator[Metric]:
        success = GaugeMetricFamily(
            "upazila_probe_success", "1 if the last round was answered, 0 if not; absent while unknown.", labels=DEVICE
        )
        rtt = GaugeMetricFamily(
            "upazila_icmp_rtt_seconds", "Mean round-trip time of the last round that was answered.", labels=DEVICE
        )
        loss = GaugeMetricFamily(
            "upazila_icmp_packet_loss_ratio", "Share of the last round's echoes that were lost, 0 to 1.", labels=DEVICE
        )
        fleet = self._live.fleet
        for (id_, probe), sample in list(self._live.samples.items()):
            device = fleet.devices.get(id_)
            if device is None or sample.verdict is Verdict.UNKNOWN:
                continue
            labels = [device.site, device.name, fleet.sites[device.site].kind, probe]
            success.add_metric(labels, float(sample.verdict is Verdict.OK))
            loss.add_metric(labels, sample.loss)
            if sample.rtt_ns is not None:
                rtt.add_metric(labels, sample.rtt_ns / 1e9)
        yield from (success, rtt, loss)

    def _sites(self) -> Iterator[Metric]:
        info = GaugeMetricFamily(
            "upazila_site_info",
            "Always 1: what a site is called and where it stands.",
            labels=["site", "kind", "union", "name_bn", "name_en", "latitude", "longitude"],
        )
        state = GaugeMetricFamily(
            "upazila_site_state",
            "1 for the state that the site is in, 0 for all others.",
            labels=["site", "kind", "state"],
        )
        board = self._live.board
        for site in self._live.fleet.sites.values():
            latitude, longitude = map(str, site.position) if site.position else ("", "")
            info.add_metric(
                [site.id, site.kind, site.union or "", site.name_bn, site.name_en, latitude, longitude], 1.0
            )
            current = board.state(site.id) if board and site.id in board.fleet.sites else State.UNKNOWN
            for each in State:
                state.add_metric([site.id, site.kind, each.value], float(each is current))
        yield from (info, state)

    def _charter(self, stored: _Stored, now_utc: datetime) -> Iterator[Metric]:
        labels = ["site", "service"]
        open_ = GaugeMetricFamily("upazila_outage_open", "1 while the site has an outage of its own.", labels=labels)
        started = GaugeMetricFamily("upazila_outage_started_timestamp_seconds", "When it began.", labels=labels)
        deadline = GaugeMetricFamily(
            "upazila_outage_deadline_timestamp_seconds", "When it is due to be over by the charter.", labels=labels
        )
        affected = GaugeMetricFamily(
            "upazila_outage_affected_sites", "How many other sites are silent behind it.", labels=labels
        )
        for outage in stored.outages:
            values = [outage.site, outage.service]
            open_.add_metric(values, 1.0)
            started.add_metric(values, outage.started_utc.timestamp())
            deadline.add_metric(values, outage.deadline_utc.timestamp())
            affected.add_metric(values, float(len(outage.affected)))
        total = CounterMetricFamily("upazila_outages", "Outages that the site ever had.", labels=labels)
        for key, count in stored.totals.items():
            total.add_metric(list(key), float(count))
        tickets = GaugeMetricFamily(
            "upazila_tickets_open", "Unsolved tickets by stage of the grievance chain.", labels=["stage"]
        )
        for stage in sorted({0, 1, 2, 3} | stored.stages.keys()):
            tickets.add_metric([STAGES.get(stage, str(stage))], float(stored.stages.get(stage, 0)))
        yield from (open_, started, deadline, affected, total, tickets)
        yield from _outbox(stored.outbox, now_utc)

    def _itself(self) -> Iterator[Metric]:
        live = self._live
        build = GaugeMetricFamily("upazila_build_info", "Always 1: which version runs.", labels=["version", "python"])
        build.add_metric([version("upazila-monitor"), sys.version.split()[0]], 1.0)
        unknown = CounterMetricFamily(
            "upazila_samples_unknown", "Rounds that judged nobody because of a fault of our own.", labels=["probe"]
        )
        samples = CounterMetricFamily("upazila_samples", "Rounds taken.", labels=["probe"])
        for probe in live.taken.keys() | {"icmp"}:
            unknown.add_metric([probe], float(live.unknown[probe]))
            samples.add_metric([probe], float(live.taken[probe]))
        rejected = CounterMetricFamily(
            "upazila_replies_rejected", "Datagrams that were no valid answer to an echo of ours.", labels=["reason"]
        )
        by_reason = live.rejected()
        for reason, count in by_reason.items():
            rejected.add_metric([reason], float(count))
        forged = CounterMetricFamily("upazila_forged_replies", "Answers that somebody must have made up.")
        forged.add_metric([], float(sum(by_reason.get(reason, 0) for reason in FORGED)))
        suspect = GaugeMetricFamily("upazila_clock_suspect", "1 while the wall clock is not believed.")
        suspect.add_metric([], float(live.clock_suspect()))
        late = HistogramMetricFamily("upazila_round_lateness_seconds", "How long after its turn a device was probed.")
        late.add_metric([], live.round_lateness.buckets(), live.round_lateness.total_s)
        lag = HistogramMetricFamily("upazila_loop_lag_seconds", "How much longer than asked the event loop slept.")
        lag.add_metric([], live.lag.buckets(), live.lag.total_s)
        yield from (build, samples, unknown, rejected, forged, suspect, late, lag)


def _outbox(outbox: views.OutboxView, now_utc: datetime) -> Iterator[Metric]:
    oldest = outbox.oldest_due_utc
    for name, help_, value in (
        ("upazila_outbox_owed", "Notices that are due and not delivered yet.", outbox.owed),
        (
            "upazila_outbox_oldest_seconds",
            "How long the oldest of them has been due.",
            (now_utc - oldest).total_seconds() if oldest else 0,
        ),
        ("upazila_outbox_dead", "Notices that were given up.", outbox.dead),
    ):
        gauge = GaugeMetricFamily(name, help_)
        gauge.add_metric([], float(value))
        yield gauge
