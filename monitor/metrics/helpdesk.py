"""The mirror to an outside help desk as metrics: a desk that is away for long shows as an age that grows."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from monitor.store.helpdesks import MirrorTotals


def helpdesk_metrics(totals: MirrorTotals, now_utc: datetime) -> Iterator[Metric]:
    """Of the help desk that is configured; there are none without one."""
    oldest_s = (now_utc - totals.oldest_utc).total_seconds() if totals.oldest_utc else 0.0
    for name, help_, value in (
        ("upazila_helpdesk_pending", "Tickets that the help desk is still to be told of.", totals.pending),
        ("upazila_helpdesk_oldest_seconds", "How long the oldest of that has been waiting.", max(oldest_s, 0.0)),
        (
            "upazila_helpdesk_refused",
            "Tickets that the help desk did not take for a reason of their own.",
            totals.refused,
        ),
    ):
        gauge = GaugeMetricFamily(name, help_)
        gauge.add_metric([], float(value))
        yield gauge
