"""Build the fleet: sites, their devices and their dependencies, validated."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from sys import intern

from monitor.domain.reasons import Names
from monitor.domain.text import comparison_key
from monitor.settings.base import pickled_by_slots
from monitor.settings.naming import Naming, Spellings
from monitor.settings.services_section import ServiceCheck
from monitor.settings.sites_file import LINK, ContactEntry, HoursName, Kind, LinkEntry, SiteEntry, SitesFile
from monitor.settings.uplinks_section import UplinkEntry


@pickled_by_slots
@dataclass(frozen=True, slots=True)
class Device:
    """An address at a site. ``id`` is 'SITE/NAME'."""

    id: str
    site: str
    name: str
    address: IPv4Address | IPv6Address
    ttl: int | None = None
    dscp: int | None = None
    payload_bytes: int | None = None
    dont_fragment: bool = False
    role: str = ""
    snmp: str = ""
    snmp_port: int = 161
    snmp_source: IPv4Address | IPv6Address | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """The interface that carries the site's link, on a device that is read by SNMP. ``id`` is 'SITE/interface'."""

    id: str
    site: str
    device: str
    interface: str
    speed_mbps: float | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a site. ``id`` is 'SITE/NAME'."""

    id: str
    site: str
    name: str
    check: ServiceCheck


@pickled_by_slots
@dataclass(frozen=True, slots=True)
class Site:
    """A place or link of the office. Its first device is its gateway and decides whether it is down.

    ``office``: the id of its office in offices.toml; '' where one office stands alone. ``vital``: the ids that must be
    up for the site to be up; ``others``: those that make it degraded when they are down; workstations are in neither,
    since they may be off. Both are cached, as every round reads them.
    """

    id: str
    kind: Kind
    name_bn: str
    name_en: str
    union: str | None
    position: tuple[float, float] | None
    parent: str | None
    devices: tuple[Device, ...]
    operator: str = ""
    operator_hours: float = 6.0
    link: Link | None = None
    feeder: str = ""
    hours: HoursName | None = None
    services: tuple[Service, ...] = ()
    contacts: tuple[ContactEntry, ...] = ()
    office: str = ""
    vital: tuple[str, ...] = field(init=False)
    others: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        interface = () if self.link is None else (self.link.id,)
        devices = (device.id for device in self.devices[1:] if not device.role)
        object.__setattr__(self, "vital", (self.devices[0].id, *interface))
        object.__setattr__(self, "others", (*devices, *(service.id for service in self.services)))

    @property
    def workstations(self) -> tuple[str, ...]:
        """Return the ids of its workstations."""
        return tuple(device.id for device in self.devices if device.role == "workstation")

    @property
    def gateway(self) -> Device:
        return self.devices[0]


@dataclass(frozen=True, slots=True)
class Group:
    """An uplink: its references, and the site ``behind`` which its sites lie (None: all sites)."""

    references: tuple[Device, ...]
    behind: str | None = None


@dataclass(frozen=True)
class Fleet:
    """All sites by id, the uplinks by name, and what unions are called, by the `comparison_key` of their word.

    ``around``: of a fleet that is one office's among several, the sites of others through which its own are reached.
    ``rooted``: the roots of its sites where links between sites of other offices make them others than it would say.
    """

    sites: Mapping[str, Site]
    groups: Mapping[str, Group] = field(default_factory=dict)
    unions: Mapping[str, Names] = field(default_factory=dict)
    around: Mapping[str, Site] = field(default_factory=dict)
    rooted: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, file: SitesFile, uplinks: Mapping[str, UplinkEntry] | None = None, naming: Naming | None = None
    ) -> "Fleet":
        """Build the fleet of a file in which `problems` found nothing wrong; ``naming``: where there are several."""
        spelt, naming = Spellings(), naming or Naming()
        unions = {comparison_key(word): Names(entry.name_bn, entry.name_en) for word, entry in file.unions.items()}
        sites = (_site(naming.id(id_), entry, spelt, naming) for id_, entry in file.sites.items())
        return cls({site.id: site for site in sites}, groups_of(uplinks or {}), unions)

    def site(self, id_: str) -> Site:
        """Return a site of the fleet, or one through which its sites are reached."""
        return self.sites.get(id_) or self.around[id_]

    def union_name(self, union: str) -> Names:
        """Return what a union is called; the word by which sites name it where sites.toml has no names for it."""
        return self.unions.get(comparison_key(union)) or Names(union, union)

    @cached_property
    def references(self) -> Mapping[str, Device]:
        """Return the references of uplinks by id; they belong to no site."""
        return {device.id: device for group in self.groups.values() for device in group.references}

    @cached_property
    def uplinks(self) -> Mapping[str, tuple[str, ...]]:
        """Return the uplinks that each site lies behind."""
        found: dict[str, list[str]] = {}
        for name, group in self.groups.items():
            for site in self.sites if group.behind is None else self.descendants(group.behind):
                found.setdefault(site, []).append(name)
        return {site: tuple(names) for site, names in found.items()}

    @cached_property
    def devices(self) -> Mapping[str, Device]:
        """Return all devices by id."""
        return {device.id: device for site in self.sites.values() for device in site.devices}

    @cached_property
    def judged(self) -> Mapping[str, str]:
        """Return the site of everything that samples can be about: devices, and interfaces of links."""
        links = {site.link.id: site.id for site in self.sites.values() if site.link}
        services = {service.id: service.site for service in self.services.values()}
        return {**{device.id: device.site for device in self.devices.values()}, **links, **services}

    @cached_property
    def services(self) -> Mapping[str, Service]:
        """Return all services by id."""
        return {service.id: service for site in self.sites.values() for service in site.services}

    @cached_property
    def workstations(self) -> frozenset[str]:
        """Return the ids of all workstations."""
        return frozenset(id_ for site in self.sites.values() for id_ in site.workstations)

    @cached_property
    def shortest_operator_limit(self) -> timedelta | None:
        """Return the least time that an operator may take to mend the line of one of the sites; None without any."""
        hours = [site.operator_hours for site in self.sites.values() if site.operator]
        return timedelta(hours=min(hours)) if hours else None

    @cached_property
    def links(self) -> Mapping[str, tuple[Link, ...]]:
        """Return the links by the device that carries them."""
        carried: dict[str, list[Link]] = {}
        for site in self.sites.values():
            if site.link is not None:
                carried.setdefault(site.link.device, []).append(site.link)
        return {device: tuple(links) for device, links in carried.items()}

    @cached_property
    def feeders(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Return the ids of the sites on each feeder, by office and name: another office's may bear the same name."""
        fed: dict[tuple[str, str], list[str]] = {}
        for site in self.sites.values():
            if site.feeder:
                fed.setdefault((site.office, site.feeder), []).append(site.id)
        return {feeder: tuple(ids) for feeder, ids in fed.items()}

    def on_feeder_of(self, site: str) -> Sequence[str]:
        """Return the ids of the sites on the site's feeder, itself among them; none where no feeder is known."""
        found = self.sites[site]
        return self.feeders[found.office, found.feeder] if found.feeder else ()

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """Return the ids of the sites directly behind each site that has any."""
        behind: dict[str, list[str]] = {}
        for site in (*self.around.values(), *self.sites.values()):
            if site.parent is not None:
                behind.setdefault(site.parent, []).append(site.id)
        return {parent: tuple(ids) for parent, ids in behind.items()}

    @cached_property
    def roots(self) -> Mapping[str, str]:
        """Return by which site each one goes into a shard: the root of its tree.

        Trees of which one carries the other's link count as one, by the least of their roots.
        """
        found: dict[str, str] = {}
        sites = {**self.around, **self.sites}
        for site in sites:
            way = []
            root: str | None = site
            while root is not None and root not in found:
                way.append(root)
                root = sites[root].parent
            found |= dict.fromkeys(way, way[-1] if root is None else found[root])
        joined: dict[str, str] = {}
        for site, each in sites.items():
            carrier = each.link.device.partition("/")[0] if each.link else site
            one, other = (_last(joined, found.get(id_, found[site])) for id_ in (site, carrier))
            if one != other:
                joined[max(one, other)] = min(one, other)
        roots = {site: _last(joined, root) for site, root in found.items()} if joined else found
        return {**roots, **self.rooted} if self.rooted else roots

    def ancestors(self, site: str) -> Iterator[str]:
        """Yield the ids of the sites that ``site`` depends on, nearest first."""
        parent = self.site(site).parent
        while parent is not None:
            yield parent
            parent = self.site(parent).parent

    def descendants(self, site: str) -> Iterator[str]:
        """Yield the ids of all sites behind ``site``, nearest first."""
        queue = list(self.children.get(site, ()))
        for child in queue:
            yield child
            queue.extend(self.children.get(child, ()))


def _last(joined: Mapping[str, str], root: str) -> str:
    while root in joined:
        root = joined[root]
    return root


def _site(id_: str, entry: SiteEntry, spelt: Spellings, naming: Naming) -> Site:
    # a device's keys are named as its fields are
    devices = [Device(f"{id_}/{name}", id_, intern(name), **dict(device)) for name, device in entry.devices.items()]
    if entry.address is not None:
        devices.insert(0, Device(f"{id_}/gateway", id_, "gateway", entry.address))
    return Site(
        id_,
        entry.kind,
        entry.name_bn,
        entry.name_en,
        spelt.of(entry.union) if entry.union else None,
        entry.position,
        entry.parent and naming.meant(entry.parent),
        tuple(devices),
        spelt.of(entry.operator),
        entry.operator_hours,
        None if entry.link is None else link_of(id_, entry.link, naming),
        spelt.of(entry.feeder),
        entry.hours,
        tuple(_service(id_, name, check, devices[0]) for name, check in entry.services.items()),
        entry.contacts,
        naming.office,
    )


def _service(site: str, name: str, check: ServiceCheck, gateway: Device) -> Service:
    return Service(f"{site}/{name}", site, name, check.at(str(gateway.address)))


def groups_of(uplinks: Mapping[str, UplinkEntry]) -> Mapping[str, Group]:
    """Return the uplinks of monitor.toml by name."""
    return {name: _group(name, entry) for name, entry in uplinks.items()}


def _group(name: str, entry: UplinkEntry) -> Group:
    named = {f"{name}-{number}": address for number, address in enumerate(entry.references, 1)}
    return Group(tuple(Device(f"vantage/{each}", "", each, address) for each, address in named.items()), entry.behind)


def link_of(site: str, entry: LinkEntry, naming: Naming | None = None) -> Link:
    """Return a site's link as sites.toml names it; a device without '/' is a site's gateway."""
    named = entry.device if "/" in entry.device else f"{entry.device}/gateway"
    device = (naming or Naming()).id(named)
    return Link(f"{site}/{LINK}", site, device, entry.interface, entry.speed_mbps)
