"""Compose the settings of an installation, and of each of its offices, of the files that were read. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from monitor.domain.text import comparison_key
from monitor.settings.acknowledged_section import Acknowledged
from monitor.settings.areas_file import Areas
from monitor.settings.calendar_file import CalendarFile
from monitor.settings.charter_file import CharterFile
from monitor.settings.fleet import Fleet, groups_of
from monitor.settings.load import Settings
from monitor.settings.maintenance_section import Maintenance
from monitor.settings.naming import Naming
from monitor.settings.office_monitor_file import OfficeMonitorFile
from monitor.settings.sites_file import SitesFile

Chosen = TypeVar("Chosen", Maintenance, Acknowledged)


@dataclass(frozen=True)
class OfficeFiles:
    """The sound files of one office; ``areas``: None without areas.json."""

    sites: SitesFile
    charter: CharterFile
    calendar: CalendarFile
    monitor: OfficeMonitorFile
    areas: Areas | None


def host_of(base: Settings, naming: Naming, fleets: Collection[Fleet]) -> Settings:
    """Return the base with the sites of all offices; what its monitor.toml names is named as in the program."""
    monitor = base.monitor
    uplinks = {
        name: entry.model_copy(update={"behind": entry.behind and naming.meant(entry.behind)})
        for name, entry in monitor.vantage.items()
    }
    work = {name: _meant(window, naming) for name, window in monitor.maintenance.items()}
    known = {name: _meant(entry, naming) for name, entry in monitor.acknowledged.items()}
    sites = {id_: site for fleet in fleets for id_, site in fleet.sites.items()}
    unions = {key: names for fleet in fleets for key, names in fleet.unions.items()}
    monitor = monitor.model_copy(update={"vantage": uplinks, "maintenance": work, "acknowledged": known})
    return replace(base, fleet=Fleet(sites, groups_of(uplinks), unions), monitor=monitor)


def settings_of(host: Settings, files: OfficeFiles, naming: Naming, fleet: Fleet) -> Settings:
    """Return the settings of one office."""
    monitor = files.monitor.over(host.monitor)
    work = {naming.id(name): of_office(window, naming, fleet) for name, window in monitor.maintenance.items()}
    known = {naming.id(name): of_office(entry, naming, fleet) for name, entry in monitor.acknowledged.items()}
    work, known = host.monitor.maintenance | work, host.monitor.acknowledged | known
    return Settings(
        host.directory,
        among(host, replace(fleet, groups=host.fleet.groups)),
        monitor.model_copy(update={"maintenance": work, "acknowledged": known}),
        files.charter,
        files.calendar,
        host.holidays,
        files.areas,
        naming.office,
    )


def among(host: Settings, fleet: Fleet) -> Fleet:
    """Return an office's fleet with what it must know of the others: where its sites are reached and judged."""
    outside = (each for site in fleet.sites for each in host.fleet.ancestors(site) if each not in fleet.sites)
    fleet = replace(fleet, around={each: host.fleet.sites[each] for each in outside}, rooted={})
    roots, own = host.fleet.roots, fleet.roots
    rooted = {site: roots[site] for site in fleet.sites if roots[site] != own[site]}
    return replace(fleet, rooted=rooted) if rooted else fleet


def with_work_of_all(host: Settings, offices: Iterable[Settings]) -> Settings:
    """Return the host with the planned work and the known troubles of all offices."""
    work, known = dict(host.monitor.maintenance), dict(host.monitor.acknowledged)
    for office in offices:
        work |= office.monitor.maintenance
        known |= office.monitor.acknowledged
    return replace(host, monitor=host.monitor.model_copy(update={"maintenance": work, "acknowledged": known}))


def of_office(window: Chosen, naming: Naming, fleet: Fleet) -> Chosen:
    """Return planned work, or a known trouble, as it is meant on the sites of all offices: for the office's own alone.

    Unions become their sites, as another office may have unions of the same name; so does everything.
    """
    everything = not (window.sites or window.unions or window.behind)
    unions = {comparison_key(union) for union in window.unions}
    named = [naming.meant(site) for site in window.sites]
    within = [id_ for id_, site in fleet.sites.items() if everything or comparison_key(site.union or "") in unions]
    return _on_sites(window, naming, named + within, [])


def _meant(window: Chosen, naming: Naming) -> Chosen:
    return _on_sites(window, naming, [naming.meant(site) for site in window.sites], window.unions)


def _on_sites(window: Chosen, naming: Naming, sites: list[str], unions: list[str]) -> Chosen:
    behind = window.behind and naming.meant(window.behind)
    return window.model_copy(update={"sites": sites, "unions": unions, "behind": behind})
