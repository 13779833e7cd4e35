"""Represent downtimes, in which no outage of a site begins: planned work, and hours outside its service hours."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.domain.states import DowntimeKind


class Downtime(NamedTuple):
    """Why no outage of a site begins now, and until when at least; ``until_utc`` None: no known end."""

    kind: DowntimeKind
    why: Reason
    until_utc: datetime | None


Downtimes = Callable[[str, datetime], Downtime | None]
"""The downtime that a site has at a time, if it has one."""


def never(_site: str, _at_utc: datetime) -> Downtime | None:
    """Return no downtime for any site."""
    return None


def first_promised(downtimes: Downtimes, site: str, since_utc: datetime, now_utc: datetime) -> datetime | None:
    """Return the first moment from ``since_utc`` to ``now_utc`` without a downtime of the site.

    None when there is none.
    """
    at_utc = since_utc
    while at_utc <= now_utc:
        downtime = downtimes(site, at_utc)
        if downtime is None:
            return at_utc
        if downtime.until_utc is None or downtime.until_utc <= at_utc:
            return None
        at_utc = downtime.until_utc
    return None


def behind(root: str, downtime: Downtime) -> Downtime:
    """Return the downtime of a site that is unreachable behind one in downtime."""
    if downtime.kind is DowntimeKind.BEHIND:
        return downtime
    return Downtime(DowntimeKind.BEHIND, reason(ReasonCode.BEHIND, site=root, excuse=downtime.why), downtime.until_utc)
