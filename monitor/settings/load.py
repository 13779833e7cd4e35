"""Load a folder of configuration files into frozen settings, or collect every fault in them."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
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
from monitor.settings.problems import ConfigError, Problem, did_you_mean, hinted, no_such
from monitor.settings.secrets import secret_path
from monitor.settings.sites_file import SiteEntry, SitesFile
from monitor.settings.storage_section import Server
from monitor.settings.toml import Document, read
from monitor.settings.validate import validate

M = TypeVar("M", bound=Model)

LONGEST_NAME = 120  # of a daemon, as the database keeps it


@dataclass(frozen=True)
class Settings:
    """All settings of an office. Relative paths in it start at ``home``. ``areas``: None without areas.json."""

    directory: Path
    fleet: Fleet
    monitor: MonitorFile
    charter: CharterFile
    calendar: CalendarFile
    holidays: HolidaysFile
    areas: Areas | None = None

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
    def daemon(self) -> str:
        """Return the name of this daemon among several on one database; empty where the database is a file."""
        if self.server is None:
            return ""
        return self.monitor.daemon.name or f"{socket.gethostname()}:{self.state.absolute()}"[:LONGEST_NAME]


def load(directory: Path, kinds: Kinds, sources: dict[str, bytes] | None = None) -> Settings:
    """Load all files of ``directory``; raises ConfigError with the faults of all of them.

    ``kinds``: the registered checks, channels and help desks; `monitor.configuration.load` has all of them. ``sources``
    is filled with what was read: the name of each file, and its bytes.
    """
    if not directory.is_dir():
        raise ConfigError(
            [Problem(str(directory), 0, "", message("is not a folder. Expected one with sites.toml in it"))]
        )
    faults: list[Problem] = []
    documents: dict[str, Document] = {}

    def part(name: str, model: type[M]) -> M | None:
        try:
            document = documents[name] = read(directory / name, str(directory / name))
            if model is SitesFile:
                faults.extend(_between_sites(document, kinds))
            return validate(document, model, kinds)
        except ConfigError as error:
            faults.extend(error.problems)
            return None

    sites = part("sites.toml", SitesFile)
    monitor = part("monitor.toml", MonitorFile)
    charter = part("charter.toml", CharterFile)
    calendar = part("calendar.toml", CalendarFile)
    holidays = part("holidays.toml", HolidaysFile)
    outlines = None
    try:
        outlines = read_areas(directory / AREAS, str(directory / AREAS))
    except ConfigError as error:
        faults.extend(error.problems)
    if sites and monitor:
        faults.extend(_unknown_credentials(documents["sites.toml"], sites, monitor))
        faults.extend(_unknown_sites(documents["monitor.toml"], sites, monitor))
    if monitor:
        faults.extend(_channels_without_section(documents["monitor.toml"], monitor, kinds))
    if monitor and charter:
        faults.extend(_conflicting_recipients(documents["monitor.toml"], monitor, charter))
    if faults or not (sites and monitor and charter and calendar and holidays):
        raise ConfigError(faults)
    if sources is not None:
        sources |= {name: document.source for name, document in documents.items()}
        sources |= {AREAS: outlines[1]} if outlines else {}
    areas = outlines[0] if outlines else None
    return Settings(directory, Fleet.of(sites, monitor.vantage), monitor, charter, calendar, holidays, areas)


def _unknown_credentials(document: Document, sites: SitesFile, monitor: MonitorFile) -> Iterator[Problem]:
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
                yield Problem(document.name, document.line(path), ".".join(path), said)


def _unknown_sites(document: Document, sites: SitesFile, monitor: MonitorFile) -> Iterator[Problem]:
    """Yield sites named in monitor.toml that are not in sites.toml."""
    named: list[tuple[tuple[str, ...], str | None]] = []
    for name, group in monitor.vantage.items():
        named.append((("vantage", name, "behind"), group.behind))
    unions = sorted({site.union for site in sites.sites.values() if site.union})
    there = {comparison_key(union) for union in unions}
    chosen: dict[tuple[str, str], Maintenance | Acknowledged] = {}
    chosen |= {("maintenance", name): window for name, window in monitor.maintenance.items()}
    chosen |= {("acknowledged", name): entry for name, entry in monitor.acknowledged.items()}
    for section, window in chosen.items():
        named.append(((*section, "behind"), window.behind))
        named += [((*section, "sites"), site) for site in window.sites]
        for union in window.unions:
            if comparison_key(union) not in there:
                said = message("sites.toml has {fault}", fault=no_such("union", union, unions))
                where = (*section, "unions")
                yield Problem(document.name, document.line(where), ".".join(where), said)
    for path, site in named:
        if site is not None and site not in sites.sites:
            said = message("sites.toml has {fault}", fault=no_such("site", site, sites.sites))
            yield Problem(document.name, document.line(path), ".".join(path), said)


def _channels_without_section(document: Document, monitor: MonitorFile, kinds: Kinds) -> Iterator[Problem]:
    """Yield recipients by a channel whose section is missing."""
    for name, entry in monitor.recipients.items():
        if entry.channel in kinds[ChannelSection] and entry.channel not in monitor.channels:
            text = N_("this channel needs to know more. Expected a section [channels.{channel}] as well")
            said, path = Message(text, {"channel": entry.channel}), ("recipients", name, "channel")
            yield Problem(document.name, document.line(path), ".".join(path), said)


def _conflicting_recipients(document: Document, monitor: MonitorFile, charter: CharterFile) -> Iterator[Problem]:
    """Yield recipients named like an officer, and briefs or reports for officers whom the charter does not have."""
    for name in (name for name in monitor.recipients if name in {*charter.officers, "asker"}):
        said = message("'{name}' already is a reader by the charter. Expected a name of its own", name=name)
        yield Problem(document.name, document.line(("recipients", name)), f"recipients.{name}", said)
    known = {*charter.officers, *monitor.recipients}
    readers = {("notices", brief): getattr(monitor.notices, brief) for brief in ("morning", "weekly")}
    for path, roles in {**readers, ("reports", "recipients"): monitor.reports.recipients}.items():
        for role in (role for role in roles if role not in known):
            said = message("there is {fault}", fault=no_such("officer or recipient", role, known))
            yield Problem(document.name, document.line(path), ".".join(path), said)


def _between_sites(document: Document, kinds: Kinds) -> list[Problem]:
    """Return the faults between those sites that have none of their own."""
    tables = document.data.get("sites")
    if not isinstance(tables, dict):
        return []
    sound = {}
    for id_, table in tables.items():
        with suppress(ValidationError):
            sound[id_] = SiteEntry.model_validate(table, context=kinds)
    return list(problems_of_fleet(document, sound, tables))
