"""Who is without mains: by what UPSes say, and by who fell silent together on one feeder. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.domain.reasons import Reason, ReasonCode, reason

TOGETHER = timedelta(minutes=2)  # sites of one feeder that fall silent within this time fell silent together


@dataclass
class Power:
    """``batteries``: since when the UPS of a site feeds from its battery; ``fell``: when each site on a feeder fell
    silent by its own fault, also where that is over: what is confirmed late may have begun with it.
    """

    batteries: dict[str, datetime] = field(default_factory=dict)
    fell: dict[str, list[datetime]] = field(default_factory=dict)

    def on_battery(self, site: str, since_utc: datetime) -> bool:
        """Notes it; whether that is new."""
        if site in self.batteries:
            return False
        self.batteries[site] = since_utc
        return True

    def on_mains(self, site: str) -> bool:
        """Notes it; whether that is new."""
        return self.batteries.pop(site, None) is not None

    def why(self, site: str, neighbours: Iterable[str]) -> Reason | None:
        """Why ``site`` or its feeder is thought to be without mains; None when nothing says so."""
        for each in (site, *neighbours):
            since = self.batteries.get(each)
            if since is not None:
                if each == site:
                    return reason(ReasonCode.UPS_ON_BATTERY, since=since)
                return reason(ReasonCode.NEIGHBOUR_ON_BATTERY, site=each, since=since)
        return None

    def fell_silent(self, site: str, since_utc: datetime, neighbours: Iterable[str]) -> list[str]:
        """Notes that ``site`` fell silent then by its own fault; which of its neighbours did so within TOGETHER."""
        self.fell.setdefault(site, []).append(since_utc)
        return sorted(
            each
            for each in neighbours
            if any(abs(at_utc - since_utc) <= TOGETHER for at_utc in self.fell.get(each, ()))
        )

    def forget_before(self, oldest_utc: datetime, sites: Iterable[str]) -> None:
        """Drops what nothing can have begun together with any more: none of ``sites`` has been silent since before."""
        for site in sites:
            self.fell[site] = [at_utc for at_utc in self.fell.get(site, ()) if at_utc >= oldest_utc - TOGETHER]
