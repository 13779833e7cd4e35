"""What judging decides, as values: the only thing that leaves this package."""

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.event_kinds import EventKind
from monitor.domain.evidence import NOTHING_SEEN, Evidence
from monitor.domain.reasons import Reason
from monitor.domain.sample import Sample
from monitor.domain.states import Cause, DowntimeKind, EndReason
from monitor.judging.health import State


@dataclass(frozen=True, slots=True)
class OutageOpened:
    """The site is down for certain, by its own fault, since it was first both silent and promised.

    ``reason`` says what was seen, ``cause`` what is suspected behind it, and ``why``; ``evidence`` what else was.
    ``silent_since_utc``: its first failed round, where that was earlier.
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
    """The outage is over, since then and in that way."""

    site: str
    ended_utc: datetime
    reason: EndReason = EndReason.RECOVERED


@dataclass(frozen=True, slots=True)
class OutageUpdated:
    """More is known of an open outage than when it was opened; None leaves what was known."""

    site: str
    reason: Reason | None = None
    cause: Cause | None = None
    why: Reason | None = None
    evidence: Evidence = NOTHING_SEEN


@dataclass(frozen=True, slots=True)
class Affected:
    """The site is silent behind ``root``'s outage."""

    site: str
    root: str
    since_utc: datetime


@dataclass(frozen=True, slots=True)
class NoLongerAffected:
    """The site answers again, or is judged anew because the outage before it ended."""

    site: str
    until_utc: datetime


@dataclass(frozen=True, slots=True)
class Excused:
    """The site is silent since then, but no outage begins: ``kind`` and ``why`` are those of its downtime, which lasts
    until ``until_utc`` as far as is known. ``promised_utc``: when it was silent and promised, if it was before that.
    """

    site: str
    since_utc: datetime
    kind: DowntimeKind
    why: Reason
    until_utc: datetime | None
    at_utc: datetime
    promised_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExcusedNoMore:
    """It answers again, or its silence has become an outage, or part of one, at that time."""

    site: str
    until_utc: datetime


@dataclass(frozen=True, slots=True)
class MonitoringGap:
    """We ourselves stood still for so long that nothing is known of that time."""

    since_utc: datetime
    until_utc: datetime
    why: Reason


@dataclass(frozen=True, slots=True)
class SiteChanged:
    """The site's state is now ``state``, truly since ``since_utc``."""

    site: str
    state: State
    since_utc: datetime


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """Something worth remembering that judges nobody: a line of the timeline. ``device`` is empty for a whole site."""

    site: str
    device: str
    kind: EventKind
    reason: Reason | None
    at_utc: datetime


@dataclass(frozen=True, slots=True)
class UplinkLost:
    """Nothing behind the uplink of ``group`` can be judged since then: what should always answer there is silent."""

    group: str
    since_utc: datetime


@dataclass(frozen=True, slots=True)
class UplinkBack:
    """It can be judged again; the time between is unmonitored."""

    group: str
    since_utc: datetime
    until_utc: datetime


@dataclass(frozen=True, slots=True)
class FlappingChanged:
    """The site has begun to change too often for each change to be told, or has settled down."""

    site: str
    flapping: bool
    share: float
    at_utc: datetime


@dataclass(frozen=True, slots=True)
class WorkstationSeen:
    """A workstation of the lab has answered; told once a day."""

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
    | Excused
    | ExcusedNoMore
    | MonitoringGap
)
