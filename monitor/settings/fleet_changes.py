"""Find what is other in a fleet than in the one before: after a reload nearly all sites are the same objects."""

from typing import NamedTuple

from monitor.settings.fleet import Fleet


class FleetChanges(NamedTuple):
    """The ids of what came, went, or is another object now, be it an equal one; devices are those of such sites."""

    sites: frozenset[str]
    devices: frozenset[str]


def changes_between(before: Fleet, after: Fleet) -> FleetChanges:
    """Compare two fleets by their sites' objects, those around them included."""
    sites = {id_ for id_, site in after.sites.items() if before.sites.get(id_) is not site}
    sites.update(id_ for id_ in before.sites if id_ not in after.sites)
    around = {id_ for id_, site in after.around.items() if before.around.get(id_) is not site}
    there = [found for fleet in (before, after) for id_ in sites if (found := fleet.sites.get(id_)) is not None]
    return FleetChanges(frozenset(sites | around), frozenset(device.id for site in there for device in site.devices))
