"""Load an installation: one office that stands alone, or the offices of offices.toml over one national base.

With offices.toml the files beside it are the base: monitor.toml for the installation itself, charter.toml,
calendar.toml and holidays.toml for every office. Each office has config/offices/ID/ with sites.toml and charter.toml;
calendar.toml, monitor.toml and areas.json may be left out there.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.domain.message import N_, Message, message
from monitor.settings import load as alone
from monitor.settings.areas_file import AREAS
from monitor.settings.calendar_file import CalendarFile, HolidaysFile
from monitor.settings.charter_file import CharterFile
from monitor.settings.fleet import Fleet, Site
from monitor.settings.fleet_problems import MOST_HINTS, circle_of_parents, cycles, doubled_addresses
from monitor.settings.layered import over_calendar, over_charter, over_monitor
from monitor.settings.load import Reader, Settings
from monitor.settings.monitor_file import MonitorFile
from monitor.settings.naming import Naming
from monitor.settings.of_kind import Kinds
from monitor.settings.office_monitor_file import OfficeMonitorFile
from monitor.settings.office_settings import OfficeFiles, host_of, settings_of, with_work_of_all
from monitor.settings.offices_file import FOLDER, OFFICES, Node, Tree, read_offices
from monitor.settings.problems import ConfigError, Problem, no_such
from monitor.settings.toml import Document, KeyPath


@dataclass(frozen=True)
class Installation:
    """All offices of a daemon. Without offices.toml `host` is the only one, and its own ``office`` is ''.

    ``host``: the installation's own settings with the sites and the planned work of all offices. ``offices``: each
    office's settings by its id; its fleet has its own sites alone.
    """

    host: Settings
    offices: Mapping[str, Settings]
    tree: Tree

    @classmethod
    def of(cls, settings: Settings) -> "Installation":
        """Return the installation of an office that stands alone."""
        office = settings.charter.office
        node = Node(office.known_id, "upazila", None, office.name_bn, office.name_en, plain_ids=True)
        return cls(settings, {node.id: settings}, Tree({node.id: node}))

    @property
    def several(self) -> bool:
        """Return whether it has a tree of offices, if only with one office in it."""
        return all(office is not self.host for office in self.offices.values())

    def seen_from(self, node: str) -> "Installation":
        """Return what somebody at a place of the tree sees: all for '', nothing for a place that is not there any more.

        ``host`` stays: it is nobody's part, and no answer to such a person is made of it.
        """
        if not node:
            return self
        tree = self.tree.under(node)
        return replace(self, offices={id_: self.offices[id_] for id_ in tree.offices}, tree=tree)

    def in_folder(self, directory: Path) -> "Installation":
        """Return it as if its files had been read in ``directory``."""
        if not self.several:
            return Installation.of(replace(self.host, directory=directory))
        offices = {id_: replace(office, directory=directory) for id_, office in self.offices.items()}
        return Installation(replace(self.host, directory=directory), offices, self.tree)


def load(directory: Path, kinds: Kinds, sources: dict[str, bytes] | None = None) -> Installation:
    """Load all files of ``directory``; raises ConfigError with the faults of all of them.

    ``kinds``: the registered checks, channels and help desks; `monitor.configuration` has all of them. ``sources``
    is filled with what was read: the name of each file below the folder, and its bytes.
    """
    if not directory.is_dir():
        said = message("is not a folder. Expected one with sites.toml in it")
        raise ConfigError([Problem(str(directory), 0, "", said)])
    if not os.path.lexists(directory / OFFICES):
        return Installation.of(alone.load(directory, kinds, sources))
    reader = OfficesReader(directory, kinds)
    found = reader.installation()
    if sources is not None:
        sources |= reader.sources
    return found


class OfficesReader(Reader):
    """The reader of an installation with offices.toml."""

    among_others = True

    def installation(self) -> Installation:
        """Read everything; raises ConfigError."""
        tree, base = self._tree_and_base()
        read = {office: self._office(office, base, tree) for office in tree.offices if self._path(office).is_dir()}
        files = {office: each for office, each in read.items() if each is not None}
        self._find_doubled_prefixes(files)
        self._find_unknown_parents(tree)
        self._raise_faults()
        naming = {office: Naming(office, tree.plain) for office in files}
        fleets = {office: Fleet.of(each.sites, naming=naming[office]) for office, each in files.items()}
        host = host_of(base, Naming(tree.plain, tree.plain), fleets.values())
        self._find_faults_between(host)
        self._raise_faults()
        offices = {office: settings_of(host, files[office], naming[office], fleets[office]) for office in fleets}
        return Installation(with_work_of_all(host, offices.values()), offices, tree)

    def offices(self, offices: Collection[str]) -> tuple[Tree, Settings, Mapping[str, OfficeFiles]]:
        """Read the tree, the base, and these of its offices; raises ConfigError for what is wrong within them."""
        tree, base = self._tree_and_base()
        files = {office: each for office in offices if (each := self._office(office, base, tree)) is not None}
        self._raise_faults()
        return tree, base, files

    def _tree_and_base(self) -> tuple[Tree, Settings]:
        tree, self.documents[OFFICES] = read_offices(
            self.directory / OFFICES, str(self.directory / OFFICES), self.kinds
        )
        base = self._base()
        if base is not None:
            self._find_unknown_readers(tree, base)
        self._look_at_folders(tree)
        if base is None:
            raise ConfigError(self.faults)
        return tree, base

    def _raise_faults(self) -> None:
        if self.faults:
            raise ConfigError(self.faults)

    def _path(self, office: str) -> Path:
        return self.directory / FOLDER / office

    def _base(self) -> Settings | None:
        """Read the files beside offices.toml; None when one is wrong."""
        if os.path.lexists(self.directory / "sites.toml"):
            said = message("is not read beside offices.toml. Expected its sites in offices/OFFICE/sites.toml")
            self.faults.append(Problem(str(self.directory / "sites.toml"), 0, "", said))
        monitor = self.validated(self.document("monitor.toml"), MonitorFile)
        charter = self.validated(self.document("charter.toml"), CharterFile)
        calendar = self.validated(self.document("calendar.toml"), CalendarFile)
        holidays = self.validated(self.document("holidays.toml"), HolidaysFile)
        areas = self.areas(AREAS)
        if monitor:
            self.faults.extend(alone.channels_without_section(self.documents["monitor.toml"], monitor, self.kinds))
        if not (monitor and charter and calendar and holidays):
            return None
        return Settings(self.directory, Fleet({}), monitor, charter, calendar, holidays, areas)

    def _find_unknown_readers(self, tree: Tree, base: Settings) -> None:
        """Find readers of the report of a place who are no recipients of the installation."""
        document, known = self.documents[OFFICES], base.monitor.recipients
        for id_, node in tree.nodes.items():
            for reader in node.report_readers:
                if reader not in known:
                    fault = no_such("recipient", reader, known)
                    self.faults.append(document.problem(("offices", id_, "report_readers"), fault))

    def _look_at_folders(self, tree: Tree) -> None:
        """Find offices without a folder, and folders of no office."""
        for office in tree.offices:
            if not self._path(office).is_dir():
                text = N_("has no folder {folder}. Expected one with sites.toml and charter.toml in it")
                said = Message(text, {"folder": f"{FOLDER}/{office}"})
                self.faults.append(self.documents[OFFICES].problem(("offices", office), said))
        folder = self.directory / FOLDER
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_dir() and not path.name.startswith(".") and path.name not in tree.offices:
                said = message("offices.toml has {fault}", fault=no_such("office", path.name, tree.offices))
                self.faults.append(Problem(str(path), 0, "", said))

    def _office(self, office: str, base: Settings, tree: Tree) -> OfficeFiles | None:
        """Read the files of one office over the base; None when one is wrong."""
        folder = f"{FOLDER}/{office}"
        sites = self.sites(f"{folder}/sites.toml")
        charter = self._charter(office, base.charter)
        calendar = self._calendar(f"{folder}/calendar.toml", base.calendar)
        areas = self.areas(f"{folder}/{AREAS}")
        name, document = f"{folder}/monitor.toml", self.documents["monitor.toml"]
        monitor: OfficeMonitorFile | None = OfficeMonitorFile()
        if (own := self._if_there(name)) is not None:
            document = over_monitor(document, own)
            monitor = self.validated(own, OfficeMonitorFile)
        if not (sites and charter and calendar and monitor):
            return None
        merged = monitor.over(base.monitor)
        unions = {site.union for site in sites.sites.values() if site.union}
        self.faults.extend(alone.unknown_credentials(self.documents[f"{folder}/sites.toml"], sites, merged))
        self.faults.extend(alone.unknown_sites(document, monitor, sites.sites, unions, {}))
        self.faults.extend(alone.channels_without_section(document, merged, self.kinds))
        self.faults.extend(alone.conflicting_recipients(document, merged, charter))
        self.faults.extend(_doubled_names(document, monitor, base.monitor))
        self.faults.extend(_doubled_readers(document, monitor, tree))
        return OfficeFiles(sites, charter, calendar, monitor, areas)

    def _if_there(self, name: str) -> Document | None:
        return self.document(name) if os.path.lexists(self.directory / name) else None

    def _charter(self, office: str, base: CharterFile) -> CharterFile | None:
        """Read an office's charter; what it does not say is the base's, and takes no memory again."""
        own = self.document(f"{FOLDER}/{office}/charter.toml")
        if own is None:
            return None
        document = over_charter(self.documents["charter.toml"], own)
        charter = self.validated(document, CharterFile)
        if charter is None:
            return None
        if charter.office.id not in {None, office}:
            said = message("the folder is that of '{office}'. Expected this id, or none", office=office)
            self.faults.append(document.problem(("office", "id"), said))
        said_here = {*own.data, *(name.removesuffix("_defaults") for name in own.data)}
        inherited = {name: getattr(base, name) for name in CharterFile.model_fields if name not in said_here}
        entry = charter.office.model_copy(update={"id": office})
        return charter.model_copy(update={**inherited, "office": entry})

    def _calendar(self, name: str, base: CalendarFile) -> CalendarFile | None:
        if not os.path.lexists(self.directory / name):
            return base
        own = self.document(name)
        if own is None:
            return None
        return self.validated(over_calendar(self.documents["calendar.toml"], own), CalendarFile)

    def _find_doubled_prefixes(self, files: Mapping[str, OfficeFiles]) -> None:
        first: dict[str, str] = {}
        for office, each in files.items():
            prefix = each.charter.office.ticket_prefix
            if (other := first.setdefault(prefix, office)) != office:
                text = N_("{prefix} already is the prefix of {other}. Expected one of its own")
                said = Message(text, {"prefix": prefix, "other": f"'{other}'"})
                document = self.documents[f"{FOLDER}/{office}/charter.toml"]
                self.faults.append(document.problem(("office", "ticket_prefix"), said))

    def _find_unknown_parents(self, tree: Tree) -> None:
        """Find parents 'OFFICE.SITE' that no office has."""
        documents = {office: self.documents.get(f"{FOLDER}/{office}/sites.toml") for office in tree.offices}
        tables = {office: _table(document and document.data.get("sites")) for office, document in documents.items()}
        unlike = 0
        for office, document in documents.items():
            for id_, table in tables[office].items():
                named = _table(table).get("parent")
                if document is None or not isinstance(named, str) or "." not in named:
                    continue
                other, _, site = named.rpartition(".")
                if other in tables and site in tables[other]:
                    continue
                unlike += 1
                near = (*tables.get(other, ()),) if unlike <= MOST_HINTS else ()
                fault = no_such("site", site, near) if other in tables else no_such("office", other, tables)
                self.faults.append(document.problem(("sites", id_, "parent"), fault))

    def _find_faults_between(self, host: Settings) -> None:
        """Find what is wrong between sites of several offices, and in the base's planned work."""
        fleet = host.fleet
        for cycle in cycles({id_: site.parent for id_, site in fleet.sites.items()}):
            document, path = self._where(fleet.sites[cycle[0]])
            self.faults.append(document.problem((*path, "parent"), circle_of_parents(cycle)))
        for device, key, first in doubled_addresses(fleet):
            document, path = self._where(fleet.sites[device.site])
            text = N_("{address} is already the address of {device}. Expected an address of its own")
            said = Message(text, {"address": getattr(device, key), "device": first.id})
            whole: KeyPath = (*path, "devices", device.name, key)
            self.faults.append(document.problem(whole if document.has(whole) else (*path, key), said))
        unions = {site.union for site in fleet.sites.values() if site.union}
        document = self.documents["monitor.toml"]
        self.faults.extend(alone.unknown_sites(document, host.monitor, fleet.sites, unions, host.monitor.vantage))

    def _where(self, site: Site) -> tuple[Document, KeyPath]:
        """Return the file of a site, and its path there."""
        document = self.documents[f"{FOLDER}/{site.office}/sites.toml"]
        return document, ("sites", site.id.removeprefix(f"{site.office}."))


def _doubled_readers(document: Document, own: OfficeMonitorFile, tree: Tree) -> Iterator[Problem]:
    """Yield recipients of an office that are named as one who reads the report of a place: that is somebody else."""
    readers = {reader for node in tree.nodes.values() for reader in node.report_readers}
    for name in own.recipients:
        if name in readers:
            said = message("offices.toml has reports of places go to the installation's. Expected a name of its own")
            yield document.problem(("recipients", name), said)


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _doubled_names(document: Document, own: OfficeMonitorFile, base: MonitorFile) -> Iterator[Problem]:
    """Yield planned work of an office that is named as that of the installation."""
    sections = (
        ("maintenance", own.maintenance, base.maintenance),
        ("acknowledged", own.acknowledged, base.acknowledged),
    )
    for section, ours, theirs in sections:
        for name in ours:
            if name in theirs:
                said = message("monitor.toml of the installation has it already. Expected a name of its own")
                yield document.problem((section, name), said)
