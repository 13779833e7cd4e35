"""What is broken in a lab, in terms of sites: a cut link silences everything behind it, as in the field."""

from monitor.settings.fleet import Fleet
from monitor.settings.problems import did_you_mean, hinted
from tests.lab.network import Lab


class NoSuchSiteError(Exception):
    """The fleet has no such site; the message offers the nearest."""


class Damage:
    """Breaks and mends the sites of ``fleet`` in ``lab``; every action returns a sentence about what it did."""

    def __init__(self, lab: Lab, fleet: Fleet) -> None:
        self._lab = lab
        self._fleet = fleet
        self._cut: set[str] = set()
        self._silent: set[str] = set()
        self._lossy: dict[str, float] = {}

    def down(self, site: str) -> str:
        """Cuts a site off, and with it all that is reached through it."""
        behind = self._behind(site)
        self._cut.add(site)
        self._apply()
        return f"{site} is dead" + (f", and so are the {len(behind)} sites behind it" if behind else "")

    def up(self, site: str) -> str:
        """Mends a site: its cut and its losses."""
        behind = self._behind(site)
        self._cut.discard(site)
        self._lossy.pop(site, None)
        self._apply()
        still = sorted({site, *self._fleet.ancestors(site)} & self._cut)
        if still:
            return f"{site} is mended, but stays dead while {still[0]} is down"
        return f"{site} answers again" + (
            f", and so do those of the {len(behind)} sites behind it that are not cut" if behind else ""
        )

    def loss(self, site: str, percent: float) -> str:
        """Loses that share of what is sent to a site."""
        self._behind(site)
        self._lossy[site] = percent
        if not percent:
            del self._lossy[site]
        self._apply()
        return f"{site} loses {percent:g} % of what is sent to it" if percent else f"{site} loses nothing any more"

    def __str__(self) -> str:
        broken = [f"{site} is cut" for site in sorted(self._cut)]
        broken += [f"{site} loses {percent:g} %" for site, percent in sorted(self._lossy.items())]
        return "Broken in the lab: " + (", ".join(broken) or "nothing") + "."

    def _behind(self, site: str) -> list[str]:
        if site not in self._fleet.sites:
            wrong = hinted(f"no site '{site}'.", did_you_mean(site, self._fleet.sites))
            raise NoSuchSiteError(f"{wrong} There are: {', '.join(sorted(self._fleet.sites))}")
        return list(self._fleet.descendants(site))

    def _apply(self) -> None:
        silent = {
            address for site in self._cut for hit in (site, *self._behind(site)) for address in self._addresses(hit)
        }
        for address in sorted(silent - self._silent):
            self._lab.down(address)
        for address in sorted(self._silent - silent):
            self._lab.up(address)
        self._silent = silent
        self._lab.calm()
        for site, percent in self._lossy.items():
            for address in self._addresses(site):
                self._lab.loss(address, percent)

    def _addresses(self, site: str) -> list[str]:
        return [str(device.address) for device in self._fleet.sites[site].devices]
