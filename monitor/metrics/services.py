"""What sites serve, as metrics."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from monitor.metrics.live import Live
from monitor.sample import Verdict

LABELS = ["site", "service", "kind"]


def service_metrics(live: Live) -> Iterator[Metric]:
    """Of every service that was checked."""
    up = GaugeMetricFamily("upazila_service_up", "1 while the service answered as it should.", labels=LABELS)
    took = GaugeMetricFamily("upazila_service_response_seconds", "How long its answer took.", labels=LABELS)
    expires = GaugeMetricFamily(
        "upazila_service_certificate_expires_timestamp_seconds", "Until when its certificate is good.", labels=LABELS
    )
    for state in list(live.services.values()):
        labels = [state.service.site, state.service.name, state.service.check.kind]
        up.add_metric(labels, float(state.sample.verdict is Verdict.OK))
        if state.sample.rtt_ns is not None:
            took.add_metric(labels, state.sample.rtt_ns / 1e9)
        until = state.details.get("certificate_expires")
        if isinstance(until, str):
            expires.add_metric(labels, datetime.fromisoformat(until).timestamp())
    yield from (up, took, expires)
