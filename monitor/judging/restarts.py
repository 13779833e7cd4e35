"""Whether a device's agent has started anew between two readings. Pure."""

from typing import NamedTuple

TICKS_PER_S, WRAP_TICKS = 100, 1 << 32
SLACK_S, DRIFT = 5.0, 0.01  # an answer may have been under way, and clocks differ


class Uptime(NamedTuple):
    """What an agent says of its age: sysUpTime in hundredths of a second, which begins anew after 497 days (RFC 3418),
    and snmpEngineTime in seconds, which lasts for 68 years (RFC 3411); None where it does not say.
    """

    ticks: int | None
    engine_s: int | None


def restarted(before: Uptime, after: Uptime, elapsed_s: float) -> bool:
    """Whether it is younger than it should be, ``elapsed_s`` later by our own monotonic clock.

    An age that only ran over its end is as it should be; one that is greater is no restart either: we may have slept.
    """
    if before.engine_s is not None and after.engine_s is not None:
        younger_s = before.engine_s + elapsed_s - after.engine_s
    elif before.ticks is not None and after.ticks is not None:
        ticks = round(before.ticks + elapsed_s * TICKS_PER_S - after.ticks) % WRAP_TICKS
        younger_s = (ticks if ticks < WRAP_TICKS // 2 else ticks - WRAP_TICKS) / TICKS_PER_S
    else:
        return False
    return younger_s > SLACK_S + DRIFT * elapsed_s
