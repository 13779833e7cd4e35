"""Represent what was observed when an outage was confirmed, for judging, storage and notices.

`alerts.facts.stored` writes it as JSON with its version, and reads that of every earlier version.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LastGood:
    """The last answer before the outage; ``loss``: a share, 0 to 1."""

    at: datetime
    rtt_ms: float | None
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """The hour before an outage. ``minutes``: [slowest answer in ms, share lost], None for one without a round.

    ``loss``: the share of all echoes, 0 to 1. ``rtt_ms_mean``: of all rounds; older notices have ``rtt_ms_median``, of
    each minute's slowest.
    """

    chart: str
    loss: float
    rtt_ms_mean: float | None = None
    rtt_ms_median: float | None = None
    rtt_ms_max: float | None = None
    minutes: tuple[tuple[float | None, float] | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """An interface that is not up; ``status`` as in IF-MIB."""

    name: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpSaid:
    """A device's last SNMP reading; ``at``: when it was, if the device has not answered since."""

    device: str
    at: datetime | None = None
    uptime_s: int | None = None
    ports: tuple[Port, ...] = ()
    on_battery: bool = False
    battery_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The traced route to a device as (distance, address); ``reached``: its last hop is the device."""

    device: str
    hops: tuple[tuple[int, str], ...]
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that was observed when an outage was confirmed. ``…_en``: English sentences of stored version 1."""

    last_good: LastGood | None = None
    hour: Hour | None = None
    snmp: tuple[SnmpSaid, ...] = ()
    ways: tuple[Way, ...] = ()
    snmp_en: str = ""
    ways_en: tuple[str, ...] = ()


NOTHING_SEEN = Evidence()


def merged(before: Evidence, later: Evidence) -> Evidence:
    """Return ``known`` updated by what was found later."""
    known = {each.name: getattr(later, each.name) for each in fields(later)}
    return replace(before, **{name: value for name, value in known.items() if value})
