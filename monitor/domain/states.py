"""The states that sites and devices can have, what an outage is thought to come from, and how it can end."""

from enum import StrEnum


class SiteState(StrEnum):
    """What is known for certain of a device or site."""

    UNKNOWN = "unknown"
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNREACHABLE = "unreachable"
    PAUSED = "paused"


class Cause(StrEnum):
    """What is suspected behind an outage."""

    POWER = "power"


class EndReason(StrEnum):
    """How an outage ended: by an answer, or because its site was taken out or changed in the configuration."""

    RECOVERED = "recovered"
    REMOVED = "removed"
    READDRESSED = "readdressed"
    RECONFIGURED = "reconfigured"


class DowntimeKind(StrEnum):
    """Why a silent site gets no outage: planned work, hours without a promise, or either of a site before it."""

    MAINTENANCE = "maintenance"
    HOURS = "hours"
    BEHIND = "behind"
