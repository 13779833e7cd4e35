"""Decisions of judging, as values: the only output of this package."""

from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.event_kinds import EventKind
from monitor.domain.evidence import NOTHING_SEEN, Evidence
from monitor.domain.reasons import Reason
from monitor.domain.sample import Sample
from monitor.domain.states import Cause, DowntimeKind, EndReason
from monitor.judging.health import ANSWERS, State


@dataclass(frozen=True, slots=True)
class OutageOpened:
    """A site is confirmed down by its own fault; ``started_utc`` is the first moment of it within service hours.

    ``reason``: what was observed; ``cause`` and ``why``: the suspected cause and what points to it; ``evidence``: other
    observations. ``silent_since_utc``: its first failed round, where that was earlier.
    """

    site: str
    started_utc: datetime
    confirmed_utc: datetime
    last_good: Sample | None
    reason: Reason | None
    cause: Cause | None = None
    why: Reason | None = None
    evidence: Evidence = NOTHING_SEEN
    silent_since_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutageClosed:
    """An outage has ended at ``ended_utc``, for ``reason``."""

    site: str
    ended_utc: datetime
    reason: EndReason = EndReason.RECOVERED


@dataclass(frozen=True, slots=True)
class OutageUpdated:
    """More is known of an open outage; None leaves a field as it was."""

    site: str
    reason: Reason | None = None
    cause: Cause | None = None
    why: Reason | None = None
    evidence: Evidence = NOTHING_SEEN


@dataclass(frozen=True, slots=True)
class Affected:
    """A site is unreachable behind ``root``'s outage."""

    site: str
    root: str
    since_utc: datetime


@dataclass(frozen=True, slots=True)
class NoLongerAffected:
    """A site answers again, or is judged again because the outage before it ended."""

    site: str
    until_utc: datetime


@dataclass(frozen=True, slots=True)
class OutageSuppressed:
    """A site is unreachable since ``since_utc`` in a downtime of ``kind``, so that no outage opens.

    ``until_utc``: the planned end, if known. ``promised_utc``: since when it was unreachable within service hours, if
    it was so before the downtime.
    """

    site: str
    since_utc: datetime
    kind: DowntimeKind
    why: Reason
    until_utc: datetime | None
    at_utc: datetime
    promised_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class SuppressionEnded:
    """A site in downtime answers again, or its outage (or the one that affects it) begins, at ``until_utc``."""

    site: str
    until_utc: datetime


@dataclass(frozen=True, slots=True)
class MonitoringGap:
    """The process was stalled or not running, so that nothing is known of that time.

    ``shard``: the one whose sites it is about; None: all sites. So also below.
    """

    since_utc: datetime
    until_utc: datetime
    why: Reason
    shard: int | None = None


@dataclass(frozen=True, slots=True)
class SiteChanged:
    """A site's state changed to ``state``, in effect since ``since_utc``; ``is_first``: nothing was known before."""

    site: str
    state: State
    since_utc: datetime
    is_first: bool = field(default=False, compare=False)

    @property
    def is_first_answer(self) -> bool:
        """Return whether it says that a site of which nothing was known answers."""
        return self.is_first and self.state in ANSWERS


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """A line of the timeline that changes no state. ``device`` is empty for a whole site."""

    site: str
    device: str
    kind: EventKind
    reason: Reason | None
    at_utc: datetime


@dataclass(frozen=True, slots=True)
class UplinkLost:
    """All references beyond an uplink fail since ``since_utc``: the sites of ``group`` cannot be judged."""

    group: str
    since_utc: datetime
    shard: int | None = None


@dataclass(frozen=True, slots=True)
class UplinkBack:
    """An uplink's references answer again; the time between is unmonitored."""

    group: str
    since_utc: datetime
    until_utc: datetime
    shard: int | None = None


@dataclass(frozen=True, slots=True)
class FlappingChanged:
    """A site began or ceased to flap; ``share``: the weighted share of changes, 0 to 1."""

    site: str
    flapping: bool
    share: float
    at_utc: datetime


@dataclass(frozen=True, slots=True)
class WorkstationSeen:
    """A workstation of a lab answered; at most one a day."""

    site: str
    at_utc: datetime


Decision = (
    OutageOpened
    | OutageClosed
    | OutageUpdated
    | Affected
    | NoLongerAffected
    | SiteChanged
    | DeviceEvent
    | UplinkLost
    | UplinkBack
    | FlappingChanged
    | WorkstationSeen
    | OutageSuppressed
    | SuppressionEnded
    | MonitoringGap
)
