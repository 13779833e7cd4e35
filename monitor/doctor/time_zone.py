"""Examine time zones: the office's must be known, and this machine's should be the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.doctor.check import Check, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.clock import DHAKA
from monitor.domain.message import N_

BANGLADESH = timedelta(hours=6)

OK = Kind("time-zone.ok", Level.OK, N_("this machine is set to Bangladesh's time"))
OTHER = Kind(
    "time-zone.other",
    Level.INFO,
    N_("this machine is set to another time zone ({offset:+g} h): its logs show other times than letters and pages"),
    N_("As root: timedatectl set-timezone Asia/Dhaka"),
)
WRONG = Kind(
    "time-zone.wrong",
    Level.ERROR,
    N_("this machine's list of time zones has Bangladesh at {offset:+g} h instead of +6 h: every time shown is wrong"),
    N_("Renew the list: apt install --reinstall tzdata"),
)


@dataclass(frozen=True)
class Seen:
    """How far the office's zone, and this machine's, are from UTC now."""

    office: timedelta
    machine: timedelta


def _gather(place: Place) -> Seen:
    now_utc = place.clock.utc()
    return Seen(_offset(now_utc.astimezone(DHAKA)), _offset(now_utc.astimezone()))


def _offset(now: datetime) -> timedelta:
    return now.utcoffset() or timedelta()


def _judge(seen: Seen, _: datetime) -> Iterator[Finding]:
    if seen.office != BANGLADESH:
        yield found(WRONG, offset=seen.office / timedelta(hours=1))
    elif seen.machine != seen.office:
        yield found(OTHER, offset=seen.machine / timedelta(hours=1))
    else:
        yield found(OK)


TIME_ZONE = Check(
    "time-zone",
    N_("Time zone"),
    "Whether Asia/Dhaka is known as +6 h, and whether this machine shows the same time.",
    _gather,
    _judge,
    (OK, OTHER, WRONG),
)
