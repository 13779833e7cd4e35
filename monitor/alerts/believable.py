"""Whether the wall clock can be believed: nothing is escalated, resolved or dated due by a clock that has jumped.

The wall clock is compared with the time since boot, which counts a suspend but cannot be set. A jump, or a time
before this program was written (a dead clock battery boots in 1970), makes it suspect. It is believed again when it
is back where it would have been, or when it has gone on without another jump for an hour of real time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.clock import NS_PER_S

WRITTEN_UTC = datetime(2026, 11, 1, tzinfo=UTC)
JUMP = timedelta(seconds=60)
PROVED_AFTER_NS = 3_600 * NS_PER_S


@dataclass(frozen=True, slots=True)
class Look:
    """One reading of the clocks: wall time, nanoseconds since boot, and which boot."""

    utc: datetime
    boot_ns: int
    boot_id: str


@dataclass(frozen=True, slots=True)
class Trust:
    """The last reading, and while the clock is suspect the last one that was believed and when doubt began."""

    last: Look
    believed: Look
    suspect_since_boot_ns: int | None = None

    @property
    def suspect(self) -> bool:
        return self.suspect_since_boot_ns is not None


def first_trust(remembered: Look | None, now: Look) -> Trust:
    """The trust at a start, given the last reading of the run before, if there was one."""
    return look_again(Trust(remembered, remembered), now) if remembered else look_again(Trust(now, now), now)


def look_again(trust: Trust, now: Look) -> Trust:
    """What another reading makes of the trust."""
    if now.utc < WRITTEN_UTC:
        return Trust(now, trust.believed, now.boot_ns)
    if trust.suspect:
        assert trust.suspect_since_boot_ns is not None
        if not _jumped(trust.believed, now):
            return Trust(now, now)
        if _jumped(trust.last, now) or trust.last.boot_id != now.boot_id:
            return Trust(now, trust.believed, now.boot_ns)
        proved = now.boot_ns - trust.suspect_since_boot_ns >= PROVED_AFTER_NS
        return Trust(now, now) if proved else Trust(now, trust.believed, trust.suspect_since_boot_ns)
    return Trust(now, trust.believed, now.boot_ns) if _jumped(trust.last, now) else Trust(now, now)


def set_by(before: Look, now: Look) -> timedelta | None:
    """By how much a clock that stood before this program was written has been set meanwhile; None if it was not."""
    unset = before.boot_id == now.boot_id and before.utc < WRITTEN_UTC and _jumped(before, now)
    return _moved(before, now) if unset else None


def _jumped(before: Look, now: Look) -> bool:
    """Across a reboot only a step backwards can be told; the machine may have been off for any time."""
    if before.boot_id != now.boot_id:
        return now.utc - before.utc < -JUMP
    return abs(_moved(before, now)) > JUMP


def _moved(before: Look, now: Look) -> timedelta:
    return now.utc - before.utc - timedelta(microseconds=(now.boot_ns - before.boot_ns) / 1_000)
