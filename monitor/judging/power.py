"""Detect power cuts: by UPSes on battery, and by sites of one feeder that fail together. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.domain.reasons import Reason, ReasonCode, reason

TOGETHER = timedelta(minutes=2)  # sites of one feeder that fall silent within this time fell silent together


class UpsReading(NamedTuple):
    """A reading of a device's UPS. ``charge``: of its battery, per cent; None where it does not say."""

    device: str
    at_utc: datetime
    on_battery: bool
    charge: int | None


@dataclass
class Power:
    """Power by site. ``batteries``: since when its UPS is on battery.

    ``went_down``: when each site on a feeder went down by its own fault, also if it is up again: a later outage
    may have begun with it.
    """

    batteries: dict[str, datetime] = field(default_factory=dict)
    went_down: dict[str, list[datetime]] = field(default_factory=dict)

    def on_battery(self, site: str, since_utc: datetime) -> bool:
        """Note that the site's UPS is on battery; return whether that is new."""
        if site in self.batteries:
            return False
        self.batteries[site] = since_utc
        return True

    def on_mains(self, site: str) -> bool:
        """Note that the site's UPS is on mains; return whether that is new."""
        return self.batteries.pop(site, None) is not None

    def why(self, site: str, neighbours: Iterable[str]) -> Reason | None:
        """Return why ``site`` or its feeder seems to be without mains; None without a sign of it."""
        for each in (site, *neighbours):
            since = self.batteries.get(each)
            if since is not None:
                if each == site:
                    return reason(ReasonCode.UPS_ON_BATTERY, since=since)
                return reason(ReasonCode.NEIGHBOUR_ON_BATTERY, site=each, since=since)
        return None

    def note_down(self, site: str, since_utc: datetime, neighbours: Iterable[str]) -> list[str]:
        """Note that ``site`` went down by its own fault; return the neighbours that did so within ``TOGETHER``."""
        self.went_down.setdefault(site, []).append(since_utc)
        return sorted(
            each
            for each in neighbours
            if any(abs(at_utc - since_utc) <= TOGETHER for at_utc in self.went_down.get(each, ()))
        )

    def forget_before(self, oldest_utc: datetime, sites: Iterable[str]) -> None:
        """Drop the history that no outage of ``sites`` can have begun together with any more."""
        for site in sites:
            self.went_down[site] = [
                at_utc for at_utc in self.went_down.get(site, ()) if at_utc >= oldest_utc - TOGETHER
            ]
