"""Find what is other in a fleet than in the one before: after a reload nearly all sites are the same objects."""

from collections.abc import Mapping
from itertools import compress
from operator import is_not
from typing import NamedTuple

from monitor.settings.fleet import Fleet, Site


class FleetChanges(NamedTuple):
    """The ids of what came, went, or is another object now, be it an equal one; devices are those of such sites."""

    sites: frozenset[str]
    devices: frozenset[str]


def changes_between(before: Fleet, after: Fleet) -> FleetChanges:
    """Compare two fleets by their sites' objects, those around them included."""
    sites = _others(before.sites, after.sites) | (before.sites.keys() - after.sites.keys())
    around = _others(before.around, after.around)
    there = [found for fleet in (before, after) for id_ in sites if (found := fleet.sites.get(id_)) is not None]
    return FleetChanges(frozenset(sites | around), frozenset(device.id for site in there for device in site.devices))


def _others(before: Mapping[str, Site], after: Mapping[str, Site]) -> set[str]:
    return set(compress(after, map(is_not, map(before.get, after), after.values())))
