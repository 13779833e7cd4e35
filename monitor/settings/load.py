"""A folder of configuration files → frozen settings, or every fault in them at once."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from monitor.settings import fleet as fleet_rules
from monitor.settings.base import Model
from monitor.settings.calendar_file import CalendarFile, HolidaysFile
from monitor.settings.charter_file import CharterFile
from monitor.settings.fleet import Fleet
from monitor.settings.monitor_file import MonitorFile
from monitor.settings.problems import ConfigError, Problem
from monitor.settings.sites_file import SitesFile
from monitor.settings.toml import Document, read
from monitor.settings.validate import validate

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Settings:
    """Everything that an office configures. Relative paths in it count from ``home``."""

    directory: Path
    fleet: Fleet
    monitor: MonitorFile
    charter: CharterFile
    calendar: CalendarFile
    holidays: HolidaysFile

    @property
    def home(self) -> Path:
        """The folder that holds the config folder."""
        return self.directory.absolute().parent

    @property
    def state(self) -> Path:
        """Where the daemon keeps what it must remember."""
        return self.home / self.monitor.storage.directory


def load(directory: Path) -> Settings:
    """Reads all files of ``directory``; raises ConfigError with the faults of all of them."""
    faults: list[Problem] = []
    if not directory.is_dir():
        raise ConfigError([Problem(str(directory), 0, "", "is not a folder. Expected one with sites.toml in it")])

    def part(name: str, model: type[M]) -> tuple[Document, M] | None:
        try:
            document = read(directory / name, str(directory / name))
            return document, validate(document, model)
        except ConfigError as error:
            faults.extend(error.problems)
            return None

    sites = part("sites.toml", SitesFile)
    monitor = part("monitor.toml", MonitorFile)
    charter = part("charter.toml", CharterFile)
    calendar = part("calendar.toml", CalendarFile)
    holidays = part("holidays.toml", HolidaysFile)
    if sites is not None:
        faults.extend(fleet_rules.problems(*sites))
    if faults or not (sites and monitor and charter and calendar and holidays):
        raise ConfigError(faults)
    return Settings(directory, Fleet.of(sites[1]), monitor[1], charter[1], calendar[1], holidays[1])
