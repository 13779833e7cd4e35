"""Load a folder of configuration files into frozen settings, or collect every fault in them."""

import socket
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from monitor.domain.message import N_, Message, message
from monitor.domain.text import comparison_key
from monitor.settings.acknowledged_section import Acknowledged
from monitor.settings.areas_file import AREAS, Areas, read_areas
from monitor.settings.base import Model
from monitor.settings.calendar_file import CalendarFile, HolidaysFile
from monitor.settings.charter_file import CharterFile
from monitor.settings.fleet import Fleet
from monitor.settings.fleet_problems import problems as problems_of_fleet
from monitor.settings.maintenance_section import Maintenance
from monitor.settings.monitor_file import MonitorFile
from monitor.settings.notices_section import ChannelSection
from monitor.settings.of_kind import Kinds
from monitor.settings.office_monitor_file import OfficeMonitorFile
from monitor.settings.problems import ConfigError, Problem, did_you_mean, hinted, no_such
from monitor.settings.secrets import secret_path
from monitor.settings.sites_file import SiteEntry, SitesFile
from monitor.settings.storage_section import Server
from monitor.settings.toml import Document, read
from monitor.settings.uplinks_section import UplinkEntry
from monitor.settings.validate import validate
from monitor.settings.web_section import LOOPBACK_OF

M = TypeVar("M", bound=Model)

LONGEST_NAME = 120  # of a daemon, as the database keeps it


@dataclass(frozen=True)
class Settings:
    """All settings of an office. Relative paths in it start at ``home``. ``areas``: None without areas.json.

    ``office``: its id in offices.toml; '' for one that stands alone, and for an installation as a whole.
    """

    directory: Path
    fleet: Fleet
    monitor: MonitorFile
    charter: CharterFile
    calendar: CalendarFile
    holidays: HolidaysFile
    areas: Areas | None = None
    office: str = ""

    @property
    def home(self) -> Path:
        """Return the folder that holds the config folder."""
        return self.directory.absolute().parent

    @property
    def state(self) -> Path:
        """Return the daemon's state folder."""
        return self.home / self.monitor.storage.directory

    @property
    def server(self) -> Server | None:
        """Return the server that keeps the database; None for a file in the state folder."""
        storage = self.monitor.storage
        if not storage.url:
            return None
        return Server(storage.url, storage.password_file and secret_path(self.home, storage.password_file))

    @property
    def page_url(self) -> str:
        """Return where other machines find this daemon's page: by this machine's name where it listens everywhere."""
        web = self.monitor.web
        host = socket.gethostname() if web.listen.startswith(tuple(LOOPBACK_OF)) else web.listen.rpartition(":")[0]
        return f"{web.scheme}://{host}:{web.port}"

    @property
    def spans_offices(self) -> bool:
        """Return whether these are the settings of an installation with several offices, as a whole."""
        return not self.office and any(site.office for site in self.fleet.sites.values())

    @property
    def daemon(self) -> str:
        """Return the name of this daemon among several on one database; empty where the database is a file."""
        if self.server is None:
            return ""
        return self.monitor.daemon.name or f"{socket.gethostname()}:{self.state.absolute()}"[:LONGEST_NAME]


class Reader:
    """Reads the files of a folder one by one; collects their faults and what was read.

    ``kinds``: the registered checks, channels and help desks; `monitor.configuration` has all of them.
    """

    among_others = False
    """A parent may be 'OFFICE.SITE'; whether that exists is looked up when all offices are read."""

    def __init__(self, directory: Path, kinds: Kinds) -> None:
        self.directory, self.kinds = directory, kinds
        self.faults: list[Problem] = []
        self.documents: dict[str, Document] = {}
        self._areas: dict[str, bytes] = {}

    @property
    def sources(self) -> dict[str, bytes]:
        """Return what was read: the name of each file below the folder, and its bytes."""
        return {name: document.source for name, document in self.documents.items()} | self._areas

    def document(self, name: str) -> Document | None:
        """Read a file; None when it cannot be."""
        try:
            return self.documents.setdefault(name, read(self.directory / name, str(self.directory / name)))
        except ConfigError as error:
            self.faults.extend(error.problems)
            return None

    def validated(self, document: Document | None, model: type[M]) -> M | None:
        """Validate what was read; None when it is wrong."""
        try:
            return None if document is None else validate(document, model, self.kinds)
        except ConfigError as error:
            self.faults.extend(error.problems)
            return None

    def sites(self, name: str) -> SitesFile | None:
        """Read and validate a file of sites, and what is wrong between those that are sound themselves."""
        document = self.document(name)
        if document is None:
            return None
        tables = document.data.get("sites")
        sound = _sound_sites(tables, self.kinds)
        if isinstance(tables, dict):
            self.faults.extend(_between_sites(document, sound, tables, among_others=self.among_others))
            if len(sound) == len(tables):  # each is validated already, which takes its time with many thousands
                with suppress(ConfigError):
                    whole = replace(document, data=document.data | {"sites": sound})
                    return validate(whole, SitesFile, self.kinds)
        return self.validated(document, SitesFile)

    def areas(self, name: str) -> Areas | None:
        """Read the outlines; None without any."""
        try:
            found = read_areas(self.directory / name, str(self.directory / name))
        except ConfigError as error:
            self.faults.extend(error.problems)
            return None
        if found is None:
            return None
        self._areas[name] = found[1]
        return found[0]


def load(directory: Path, kinds: Kinds, sources: dict[str, bytes] | None = None) -> Settings:
    """Load the files of one office that stands alone; raises ConfigError with the faults of all of them.

    ``sources`` is filled with what was read, as `Reader.sources` has it.
    """
    reader = Reader(directory, kinds)
    sites = reader.sites("sites.toml")
    monitor = reader.validated(reader.document("monitor.toml"), MonitorFile)
    charter = reader.validated(reader.document("charter.toml"), CharterFile)
    calendar = reader.validated(reader.document("calendar.toml"), CalendarFile)
    holidays = reader.validated(reader.document("holidays.toml"), HolidaysFile)
    areas = reader.areas(AREAS)
    faults = reader.faults
    if sites and monitor:
        faults.extend(unknown_credentials(reader.documents["sites.toml"], sites, monitor))
        unions = {site.union for site in sites.sites.values() if site.union}
        faults.extend(unknown_sites(reader.documents["monitor.toml"], monitor, sites.sites, unions, monitor.vantage))
    if monitor:
        faults.extend(channels_without_section(reader.documents["monitor.toml"], monitor, kinds))
    if monitor and charter:
        faults.extend(conflicting_recipients(reader.documents["monitor.toml"], monitor, charter))
    if faults or not (sites and monitor and charter and calendar and holidays):
        raise ConfigError(faults)
    if sources is not None:
        sources |= reader.sources
    return Settings(directory, Fleet.of(sites, monitor.vantage), monitor, charter, calendar, holidays, areas)


def unknown_credentials(document: Document, sites: SitesFile, monitor: MonitorFile) -> Iterator[Problem]:
    """Yield devices whose credentials are not in monitor.toml."""
    known = {*monitor.snmp.v2c, *monitor.snmp.v3}
    for id_, site in sites.sites.items():
        for name, device in site.devices.items():
            path = ("sites", id_, "devices", name, "snmp")
            if device.snmp and device.snmp not in known:
                hint = did_you_mean(device.snmp, known) or message(
                    "Expected the NAME of a [snmp.v2c.NAME] or [snmp.v3.NAME]"
                )
                said = hinted(message("monitor.toml has no such credentials."), hint)  # it may be the community itself
                yield document.problem(path, said)


def unknown_sites(
    document: Document,
    monitor: MonitorFile | OfficeMonitorFile,
    sites: Collection[str],
    unions: Collection[str],
    uplinks: Mapping[str, UplinkEntry],
) -> Iterator[Problem]:
    """Yield sites and unions named in monitor.toml that are not among these of sites.toml."""
    named: list[tuple[tuple[str, ...], str | None]] = []
    for name, group in uplinks.items():
        named.append((("vantage", name, "behind"), group.behind))
    there = {comparison_key(union) for union in unions}
    chosen: dict[tuple[str, str], Maintenance | Acknowledged] = {}
    chosen |= {("maintenance", name): window for name, window in monitor.maintenance.items()}
    chosen |= {("acknowledged", name): entry for name, entry in monitor.acknowledged.items()}
    for section, window in chosen.items():
        named.append(((*section, "behind"), window.behind))
        named += [((*section, "sites"), site) for site in window.sites]
        for union in window.unions:
            if comparison_key(union) not in there:
                said = message("sites.toml has {fault}", fault=no_such("union", union, sorted(unions)))
                yield document.problem((*section, "unions"), said)
    for path, site in named:
        if site is not None and site not in sites:
            yield document.problem(path, message("sites.toml has {fault}", fault=no_such("site", site, sites)))


def channels_without_section(document: Document, monitor: MonitorFile, kinds: Kinds) -> Iterator[Problem]:
    """Yield recipients by a channel whose section is missing."""
    for name, entry in monitor.recipients.items():
        if entry.channel in kinds[ChannelSection] and entry.channel not in monitor.channels:
            text = N_("this channel needs to know more. Expected a section [channels.{channel}] as well")
            said, path = Message(text, {"channel": entry.channel}), ("recipients", name, "channel")
            yield document.problem(path, said)


def conflicting_recipients(document: Document, monitor: MonitorFile, charter: CharterFile) -> Iterator[Problem]:
    """Yield recipients named like an officer, and briefs or reports for officers whom the charter does not have."""
    for name in (name for name in monitor.recipients if name in {*charter.officers, "asker"}):
        said = message("'{name}' already is a reader by the charter. Expected a name of its own", name=name)
        yield document.problem(("recipients", name), said)
    known = {*charter.officers, *monitor.recipients}
    readers = {("notices", brief): getattr(monitor.notices, brief) for brief in ("morning", "weekly")}
    for path, roles in {**readers, ("reports", "recipients"): monitor.reports.recipients}.items():
        for role in (role for role in roles if role not in known):
            said = message("there is {fault}", fault=no_such("officer or recipient", role, known))
            yield document.problem(path, said)


def _sound_sites(tables: object, kinds: Kinds) -> dict[str, SiteEntry]:
    """Return the sites that have no fault of their own."""
    sound = {}
    for id_, table in tables.items() if isinstance(tables, dict) else ():
        with suppress(ValidationError):
            sound[id_] = SiteEntry.model_validate(table, context=kinds)
    return sound


def _between_sites(
    document: Document, sound: Mapping[str, SiteEntry], known: Collection[str], *, among_others: bool
) -> list[Problem]:
    """Return the faults between those sites that have none of their own; ``known``: the ids of all."""
    alone = {
        id_: site.model_copy(update={"parent": None}) if among_others and "." in (site.parent or "") else site
        for id_, site in sound.items()
    }
    return list(problems_of_fleet(document, alone, known))
