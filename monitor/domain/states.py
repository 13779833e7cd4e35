"""List the states of sites and devices, suspected causes of outages, and how outages end."""

from enum import StrEnum


class SiteState(StrEnum):
    """The confirmed state of a device or site."""

    UNKNOWN = "unknown"
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNREACHABLE = "unreachable"
    PAUSED = "paused"


class Cause(StrEnum):
    """The suspected cause of an outage."""

    POWER = "power"


class EndReason(StrEnum):
    """How an outage ended: recovered, or its site was removed or changed in the configuration; or it was none.

    DOUBLED: the site had one already, which went on; no outage of this version ends so.
    """

    RECOVERED = "recovered"
    REMOVED = "removed"
    READDRESSED = "readdressed"
    RECONFIGURED = "reconfigured"
    DOUBLED = "doubled"


class DowntimeKind(StrEnum):
    """The kind of a downtime: planned work, outside service hours, or either of a site before it."""

    MAINTENANCE = "maintenance"
    HOURS = "hours"
    BEHIND = "behind"
