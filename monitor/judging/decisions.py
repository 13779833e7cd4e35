"""What judging decides, as values: the only thing that leaves this package."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from monitor.domain.sample import Sample
from monitor.judging.health import State


@dataclass(frozen=True, slots=True)
class OutageOpened:
    """The site is down for certain, by its own fault, since it was first both silent and promised.

    ``reason`` says what was seen, ``cause`` what is suspected behind it ('power', or nothing), ``why`` in words;
    ``evidence`` is plain JSON values. ``silent_since_utc``: its first failed round, where that was earlier.
    """

    site: str
    started_utc: datetime
    confirmed_utc: datetime
    last_good: Sample | None
    reason: str
    cause: str = ""
    why: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    silent_since_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutageClosed:
    """The outage is over: ``reason`` is 'recovered', or why it ends otherwise ('removed', 'readdressed')."""

    site: str
    ended_utc: datetime
    reason: str = "recovered"


@dataclass(frozen=True, slots=True)
class OutageUpdated:
    """More is known of an open outage than when it was opened; empty words leave what was known."""

    site: str
    reason: str = ""
    cause: str = ""
    why: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


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
    """The site is silent since then, but no outage begins: ``kind`` and ``why`` are those of its pause, which lasts
    until ``until_utc`` as far as is known. ``promised_utc``: when it was silent and promised, if it was before that.
    """

    site: str
    since_utc: datetime
    kind: str
    why: str
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
    why: str


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
    kind: str
    text: str
    at_utc: datetime


@dataclass(frozen=True, slots=True)
class VantageLost:
    """Nothing behind the uplink of ``group`` can be judged since then: what should always answer there is silent."""

    group: str
    since_utc: datetime


@dataclass(frozen=True, slots=True)
class VantageBack:
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
    | VantageLost
    | VantageBack
    | FlappingChanged
    | WorkstationSeen
    | Excused
    | ExcusedNoMore
    | MonitoringGap
)


def describe(decision: Decision) -> str:  # noqa: PLR0912 (one branch a kind)
    """A decision as one line of a log; times in UTC."""
    match decision:
        case OutageOpened(site, started, _, _, reason, cause, why, _):
            suspected = f"; suspected cause: {cause} ({why})" if cause else ""
            return f"{site}: outage since {started:%Y-%m-%d %H:%M:%S}Z ({reason or 'no answer'}){suspected}"
        case OutageClosed(site, ended, reason):
            return f"{site}: outage over since {ended:%Y-%m-%d %H:%M:%S}Z ({reason})"
        case OutageUpdated(site, reason, cause, why, evidence):
            parts = [reason] * bool(reason) + [f"suspected cause: {cause} ({why})"] * bool(cause)
            parts += [f"the way to {way['device']} was traced" for way in evidence.get("ways", ())]
            return f"{site}: more is known of its outage: {'; '.join(parts)}"
        case Affected(site, root, since):
            return f"{site}: silent behind {root} since {since:%Y-%m-%d %H:%M:%S}Z"
        case NoLongerAffected(site, until):
            return f"{site}: judged by itself again since {until:%Y-%m-%d %H:%M:%S}Z"
        case SiteChanged(site, state, since):
            return f"{site}: {state} since {since:%Y-%m-%d %H:%M:%S}Z"
        case VantageLost(group, since):
            return f"blind behind '{group}' since {since:%Y-%m-%d %H:%M:%S}Z: all its references are silent"
        case VantageBack(group, since, until):
            return f"sight behind '{group}' again: {since:%Y-%m-%d %H:%M:%S}Z to {until:%H:%M:%S}Z is unmonitored"
        case FlappingChanged(site, flapping, share, _):
            return f"{site}: {'flaps' if flapping else 'has settled down'} ({share:.0%} of its last results changed)"
        case Excused(site, since, _, why):
            return f"{site}: silent since {since:%Y-%m-%d %H:%M:%S}Z, but no outage begins: {why}"
        case ExcusedNoMore(site, until):
            return f"{site}: excused no longer since {until:%Y-%m-%d %H:%M:%S}Z"
        case MonitoringGap(since, until, why):
            return f"nobody watched from {since:%Y-%m-%d %H:%M:%S}Z to {until:%H:%M:%S}Z: {why}"
        case WorkstationSeen(site, at):
            return f"{site}: a workstation answered {at:%Y-%m-%d %H:%M:%S}Z, the first of its day"
        case DeviceEvent(site, device, kind, text, _):
            return f"{device or site}: {kind.replace('_', ' ')}: {text}"
