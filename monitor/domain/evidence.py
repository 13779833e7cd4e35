"""What was seen when an outage was confirmed, as judging and probing tell it and as rows and notices keep it.

`alerts.facts.stored` writes it as JSON with its version, and reads that of every earlier version.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LastGood:
    """The last answer before the outage; ``loss`` is a share, 0 to 1."""

    at: datetime
    rtt_ms: float | None
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """The hour before an outage. ``minutes``: [slowest answer in ms, share lost], None for one without a round.

    ``loss`` is the share of all echoes, 0 to 1. ``rtt_ms_mean`` is that of all rounds; notices from before it was kept
    have ``rtt_ms_median``, of each minute's slowest.
    """

    chart: str
    loss: float
    rtt_ms_mean: float | None = None
    rtt_ms_median: float | None = None
    rtt_ms_max: float | None = None
    minutes: tuple[tuple[float | None, float] | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """An interface that is not up; ``status`` as IF-MIB calls it."""

    name: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpSaid:
    """What a device said last by SNMP; ``at`` when it has been silent since."""

    device: str
    at: datetime | None = None
    uptime_s: int | None = None
    ports: tuple[Port, ...] = ()
    on_battery: bool = False
    battery_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The hops (distance, address) on the way to a device that answered; ``reached``: the last one is the device."""

    device: str
    hops: tuple[tuple[int, str], ...]
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was seen when an outage was confirmed. ``…_en``: as version 1 told it, in English sentences."""

    last_good: LastGood | None = None
    hour: Hour | None = None
    snmp: tuple[SnmpSaid, ...] = ()
    ways: tuple[Way, ...] = ()
    snmp_en: str = ""
    ways_en: tuple[str, ...] = ()


NOTHING_SEEN = Evidence()


def merged(before: Evidence, later: Evidence) -> Evidence:
    """What was known before with what was found later: whatever that tells takes the place of the same before."""
    told = {each.name: getattr(later, each.name) for each in fields(later)}
    return replace(before, **{name: value for name, value in told.items() if value})
