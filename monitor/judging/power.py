"""Who is without mains: by what UPSes say, and by who fell silent together on one feeder. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.clock import DHAKA

POWER = "power"
TOGETHER = timedelta(minutes=2)  # sites of one feeder that fall silent within this time fell silent together
FEWEST = 2


@dataclass
class Power:
    """``batteries``: since when the UPS of a site feeds from its battery."""

    batteries: dict[str, datetime] = field(default_factory=dict)

    def on_battery(self, site: str, since_utc: datetime) -> bool:
        """Notes it; whether that is new."""
        if site in self.batteries:
            return False
        self.batteries[site] = since_utc
        return True

    def on_mains(self, site: str) -> bool:
        """Notes it; whether that is new."""
        return self.batteries.pop(site, None) is not None

    def why(self, site: str, neighbours: Iterable[str]) -> str:
        """In words, why ``site`` or its feeder is thought to be without mains; empty when nothing says so."""
        for each in (site, *neighbours):
            since = self.batteries.get(each)
            if since is not None:
                whose = "its UPS" if each == site else f"the UPS of {each}, on the same feeder,"
                return f"{whose} has been on battery since {since.astimezone(DHAKA):%d/%m/%Y %H:%M}"
        return ""


def silent_together(site: str, started_utc: datetime, outages: Mapping[str, datetime]) -> list[str]:
    """The sites among ``outages`` (of one feeder: site → start) that fell silent together with ``site``."""
    near = [each for each, start in outages.items() if each != site and abs(start - started_utc) <= TOGETHER]
    return sorted(near) if len(near) + 1 >= FEWEST else []
