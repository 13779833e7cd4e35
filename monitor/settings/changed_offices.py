"""Read again only those offices whose files have changed, and put them in the place of what is in force.

Only a reading of everything tells what is wrong, or takes in another base or tree: for those there is nothing here.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from monitor.plain_file import CONFIG_BYTES, PlainFileError, read_bounded
from monitor.settings import load as alone
from monitor.settings.areas_file import AREAS
from monitor.settings.changed_sites import KnownSites
from monitor.settings.fleet import Fleet
from monitor.settings.fleet_problems import cycles, doubled_addresses
from monitor.settings.installation import Installation, OfficesReader
from monitor.settings.load import Settings
from monitor.settings.naming import Naming
from monitor.settings.of_kind import Kinds
from monitor.settings.office_settings import OfficeFiles, among, host_of, settings_of, with_work_of_all
from monitor.settings.offices_file import FOLDER, OFFICES, Tree
from monitor.settings.problems import ConfigError
from monitor.settings.toml import Document

BASE_FILES = (OFFICES, "sites.toml", "monitor.toml", "charter.toml", "calendar.toml", "holidays.toml", AREAS)
OFFICE_FILES = ("sites.toml", "charter.toml", "calendar.toml", "monitor.toml", AREAS)

Digests = Mapping[str, str]
"""What tells one content of a file from another, by its name below the folder."""
Known = TypeVar("Known")


@dataclass(frozen=True)
class Reading:
    """An installation that was read, and the bytes of the files that were read for it, by their names.

    ``offices``: whose files alone were read, since those of all others had not changed; None where all were.
    ``sites``: of an office that stands alone, with what tells them from others at the next reading.
    """

    installation: Installation
    sources: Mapping[str, bytes]
    offices: frozenset[str] | None = None
    sites: KnownSites = field(default_factory=KnownSites)

    def over(self, before: Mapping[str, Known], now: Mapping[str, Known]) -> dict[str, Known]:
        """Return what is known of each file: ``now`` of those that were read, ``before`` of the others."""
        if self.offices is None:
            return dict(now)
        kept = {name: known for name, known in before.items() if office_of(name) not in self.offices}
        return {**kept, **now}


@dataclass(frozen=True)
class ChangedOffices:
    """The files of the offices that have changed, and the base and the tree, which have not."""

    tree: Tree
    base: Settings
    files: Mapping[str, OfficeFiles]


def digests_of(sources: Mapping[str, bytes]) -> Digests:
    """Return the digest of each file."""
    return {name: sha256(source).hexdigest() for name, source in sources.items()}


def office_of(name: str) -> str:
    """Return the office whose file that is; '' for one beside offices.toml."""
    return name.split("/")[1] if name.startswith(f"{FOLDER}/") else ""


def read_changed(directory: Path, kinds: Kinds, known: Digests) -> tuple[ChangedOffices, Mapping[str, bytes]] | None:
    """Read the offices whose files are not ``known``; return them with what was read.

    None where all is to be read: something is wrong, or the base or the tree has changed.
    """
    try:
        now = digests_of(_files(directory))
        offices = {office_of(name) for name in {*known, *now} if known.get(name) != now.get(name)}
        if "" in offices:
            return None
        reader = OfficesReader(directory, kinds)
        tree, base, files = reader.offices(sorted(offices))
    except (ConfigError, PlainFileError, OSError):
        return None
    return ChangedOffices(tree, base, files), reader.sources


def _files(directory: Path) -> Mapping[str, bytes]:
    """Return the bytes of every file that a reading of all would look at; raises PlainFileError, OSError."""
    folders = [path.name for path in (directory / FOLDER).iterdir() if path.is_dir()]
    names: Iterable[str] = (*BASE_FILES, *(f"{FOLDER}/{office}/{name}" for office in folders for name in OFFICE_FILES))
    there = (name for name in names if os.path.lexists(directory / name))
    return {name: read_bounded(directory / name, CONFIG_BYTES) for name in there}


def put_in(before: Installation, changed: ChangedOffices) -> Installation | None:
    """Return the installation with the changed offices; None where they do not fit to each other or to the others."""
    naming = {office: Naming(office, changed.tree.plain) for office in changed.tree.offices}
    fleets = {office: before.offices[office].fleet for office in changed.tree.offices}
    fleets |= {office: Fleet.of(each.sites, naming=naming[office]) for office, each in changed.files.items()}
    host = host_of(changed.base, Naming(changed.tree.plain, changed.tree.plain), fleets.values())
    charters = [(changed.files.get(office) or each).charter for office, each in before.offices.items()]
    if len({charter.office.ticket_prefix for charter in charters}) < len(charters) or not _fits(host):
        return None
    offices = {
        office: settings_of(host, changed.files[office], naming[office], fleet)
        if office in changed.files
        else _beside(host, before.offices[office])
        for office, fleet in fleets.items()
    }
    return Installation(with_work_of_all(host, offices.values()), offices, changed.tree)


def _beside(host: Settings, office: Settings) -> Settings:
    """Return an office as it was, with what it must know of the others as that is now."""
    fleet = among(host, office.fleet)
    same = fleet.around == office.fleet.around and fleet.rooted == office.fleet.rooted
    return office if same else replace(office, fleet=fleet)


def _fits(host: Settings) -> bool:
    """Return whether nothing is wrong between sites of several offices, and in the base's planned work."""
    sites = host.fleet.sites
    parents = {id_: site.parent for id_, site in sites.items()}
    if not all(parent is None or parent in sites for parent in parents.values()) or any(cycles(parents)):
        return False
    unions = {site.union for site in sites.values() if site.union}
    nowhere = Document("", {}, b"")
    unknown = alone.unknown_sites(nowhere, host.monitor, sites, unions, host.monitor.vantage)
    return not any(doubled_addresses(host.fleet)) and not any(unknown)
