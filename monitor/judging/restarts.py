"""Detect a restart of a device's SNMP agent between two readings. Pure."""

from typing import NamedTuple

TICKS_PER_S, WRAP_TICKS = 100, 1 << 32
SLACK_S, DRIFT = 5.0, 0.01  # an answer may have been under way, and clocks differ


class Uptime(NamedTuple):
    """An agent's age, as it reports it; None where it reports none.

    sysUpTime in hundredths of a second, which wraps after 497 days (RFC 3418), and snmpEngineTime in seconds, which
    lasts for 68 years (RFC 3411).
    """

    ticks: int | None
    engine_s: int | None


def restarted(before: Uptime, after: Uptime, elapsed_s: float) -> bool:
    """Return whether the agent is younger than it should be, ``elapsed_s`` later by our own monotonic clock.

    After a restart an agent is no older than the reading before. A counter that only wrapped is as old as it should be,
    one that is too old is no restart either (the process may have been suspended), and one that does not move is
    broken. Where an agent has both ages, both must agree: some derive snmpEngineTime from sysUpTime and let it wrap
    with it.
    """
    slack_s = SLACK_S + DRIFT * elapsed_s
    found: list[tuple[float, float]] = []  # by how much an age is off, and the age
    if before.engine_s is not None and after.engine_s is not None:
        found.append((before.engine_s + elapsed_s - after.engine_s, after.engine_s))
    if before.ticks is not None and after.ticks is not None:
        off = round(before.ticks + elapsed_s * TICKS_PER_S - after.ticks) % WRAP_TICKS
        found.append((min(off, WRAP_TICKS - off) / TICKS_PER_S, after.ticks / TICKS_PER_S))
    return bool(found) and all(off_s > slack_s and age_s <= elapsed_s + slack_s for off_s, age_s in found)
