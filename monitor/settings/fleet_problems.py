"""Find what is wrong between sites: unknown parents, circles of parents, links, and addresses that are given twice."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address

from monitor.domain.message import N_, Message, Said, message
from monitor.settings.fleet import Device, Fleet, link_of
from monitor.settings.problems import Problem, no_such
from monitor.settings.sites_file import SiteEntry
from monitor.settings.toml import Document, KeyPath

MOST_HINTS = 20


def problems(document: Document, sites: Mapping[str, SiteEntry], known: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong between ``sites``: unknown parents, cycles, duplicate addresses.

    ``known``: the ids of all sites in the file, including those with faults of their own.
    """
    at = document.problem
    unlike = 0  # names that are like none; to look for the nearest among many thousands takes its time
    if "vantage" in sites:
        taken = message("this id is taken by the references of [vantage.NAME]. Expected another one")
        yield at(("sites", "vantage"), taken)
    for id_, site in sites.items():
        if site.parent is not None and site.parent not in known:
            unlike += 1
            near = known if unlike <= MOST_HINTS else ()
            expected = message("Expected the id of another site")
            yield at(("sites", id_, "parent"), no_such("site", site.parent, near, expected))
    yield from _link_problems(document, sites, known)
    for cycle in cycles({id_: site.parent for id_, site in sites.items()}):
        yield at(("sites", cycle[0], "parent"), circle_of_parents(cycle))
    seen: dict[IPv4Address | IPv6Address, KeyPath] = {}
    for path, address in _addresses(sites):
        if address in seen:
            first = seen[address]
            text = N_("{address} is already the address of {key} (line {line}). Expected an address of its own")
            other = {"key": ".".join(map(str, first)), "line": document.line(first)}
            yield at(path, Message(text, {"address": address, **other}))
        seen.setdefault(address, path)


def _link_problems(document: Document, sites: Mapping[str, SiteEntry], known: Collection[str]) -> Iterator[Problem]:
    read = {
        f"{id_}/{name}": bool(device.snmp) for id_, site in sites.items() for name, device in site.devices.items()
    } | {f"{id_}/gateway": False for id_, site in sites.items() if site.address is not None}
    unlike = 0
    for id_, site in sites.items():
        if site.link is None:
            continue
        path: KeyPath = ("sites", id_, "link", "device")
        device = link_of(id_, site.link).device
        if (whose := device.partition("/")[0]) in known and whose not in sites:
            continue  # that site has a fault of its own, which is reported
        if device not in read:
            unlike += 1
            near = (*sites, *read) if unlike <= MOST_HINTS else ()
            said = no_such("device", site.link.device, near, message("Expected SITE/NAME of a device"))
        elif not read[device]:
            said = message("'{device}' is not read by SNMP. Expected a device with 'snmp'", device=device)
        else:
            continue
        yield document.problem(path, said)


def _addresses(sites: Mapping[str, SiteEntry]) -> Iterator[tuple[KeyPath, IPv4Address | IPv6Address]]:
    for id_, site in sites.items():
        if site.address is not None:
            yield ("sites", id_, "address"), site.address
        for name, device in site.devices.items():
            yield ("sites", id_, "devices", name, "address"), device.address
            if device.snmp_source is not None:
                yield ("sites", id_, "devices", name, "snmp_source"), device.snmp_source


def doubled_addresses(fleet: Fleet) -> Iterator[tuple[Device, str, Device]]:
    """Yield each device with an address of a device of another office, with that key of it, and the other device.

    Those of one office are compared where its file is read.
    """
    seen: dict[IPv4Address | IPv6Address, Device] = {}
    for device in fleet.devices.values():
        for key, address in (("address", device.address), ("snmp_source", device.snmp_source)):
            if address is None:
                continue
            first = seen.setdefault(address, device)
            if first is not device and fleet.sites[first.site].office != fleet.sites[device.site].office:
                yield device, key, first


def circle_of_parents(cycle: Sequence[str]) -> Said:
    """Return what is wrong with parents that lead back to where they began."""
    return message("a circle of parents: {chain}. Expected a tree", chain=" → ".join([*cycle, cycle[0]]))


def cycles(parents: Mapping[str, str | None]) -> Iterator[list[str]]:
    """Yield each circle among ``parents`` (id → id of the parent), from the first of it that is met."""
    done: set[str] = set()
    for start in parents:
        path: dict[str, None] = {}  # in the order of the way up
        current: str | None = start
        while current is not None and current in parents and current not in done and current not in path:
            path[current] = None
            current = parents[current]
        if current is not None and current in path:
            yield list(path)[list(path).index(current) :]
        done.update(path)
