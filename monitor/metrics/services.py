"""Expose checks of services."""

from datetime import datetime

from monitor.domain.sample import Verdict
from monitor.metrics.text import CachedLines, Family, Labels
from monitor.runtime.live import RuntimeView, ServiceState

CHECK = Labels("site", "check", "check_kind")
UP = Family(
    "upazila_service_up",
    "gauge",
    "1 while a service's last check succeeded, 0 while it failed; absent while it could not be checked.",
    CHECK,
    unit="0 or 1",
    per="check",
)
TOOK = Family(
    "upazila_service_response_seconds",
    "gauge",
    "Response time of the service's last check; absent while it fails.",
    CHECK,
    unit="seconds",
    per="check",
)
EXPIRES = Family(
    "upazila_service_certificate_expires_timestamp_seconds",
    "gauge",
    "Earliest expiry of the certificates on the way to the service.",
    CHECK,
    unit="seconds since 1970",
    per="check",
)
FAMILIES = (UP, TOOK, EXPIRES)


def services(live: RuntimeView) -> CachedLines[str, ServiceState]:
    """Return the lines of every service that was checked."""
    return CachedLines(
        FAMILIES,
        lambda: list(live.services.items()),
        lambda _, state: _checked(live.office_of(state.service.site), state),
    )


def _checked(office: str, state: ServiceState) -> dict[Family, str]:
    labels = CHECK(office, state.service.site, state.service.name, state.service.check.kind)
    found: dict[Family, str] = {}
    if state.sample.verdict is not Verdict.UNKNOWN:
        found[UP] = UP.line(state.sample.verdict is Verdict.OK, labels)
    if state.sample.rtt_ns is not None:
        found[TOOK] = TOOK.line(state.sample.rtt_ns / 1e9, labels)
    until = state.details.get("certificate_expires")
    if isinstance(until, str):
        found[EXPIRES] = EXPIRES.line(datetime.fromisoformat(until).timestamp(), labels)
    return found
