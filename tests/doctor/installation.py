"""An installation in a folder of its own, to be broken and examined: the shipped configuration, a state folder."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tomlkit

from monitor.alerts.cases.entered import Entered
from monitor.configuration import load_installation
from monitor.doctor.check import Place
from monitor.doctor.checks import CHECKS
from monitor.doctor.finding import Examined, Finding
from monitor.domain.clock import Clock, VirtualClock
from monitor.settings import installation
from monitor.settings.load import Settings
from monitor.store.database import Store
from tests.places import SHIPPED
from tests.store.migrated import new_store


@dataclass
class Installation:
    """The installation below ``home``; its clock stands still unless it is turned."""

    home: Path
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(datetime(2026, 10, 1, 4, 0, tzinfo=UTC)))

    @classmethod
    def made_in(cls, home: Path) -> "Installation":
        """The shipped one, closed to others as an installed one is; no daemon has run yet."""
        shutil.copytree(SHIPPED, home / "config")
        return cls(home)

    @property
    def config(self) -> Path:
        return self.home / "config"

    @property
    def state(self) -> Path:
        return self.home / "var"

    def configure(self, file: str, section: str, **keys: Any) -> None:
        """Sets keys of a section ('mail', 'snmp.v2c.core') of a file, which is made where it is missing."""
        path = self.config / file
        document: Any = tomlkit.parse(path.read_text(encoding="utf-8"))
        table = document
        for part in section.split("."):
            table = table.setdefault(part, tomlkit.table())
        table.update(keys)
        path.write_text(tomlkit.dumps(document), encoding="utf-8")

    def secret(self, name: str, value: str, mode: int = 0o600) -> Path:
        """A file with a secret, beside the configuration."""
        path = self.home / name
        path.write_text(f"{value}\n", encoding="utf-8")
        path.chmod(mode)
        return path

    def store(self) -> Store:
        """A database, as after the daemon's first start; the caller closes it."""
        return new_store(self.state)

    def has_run(self) -> None:
        """Leaves what a daemon leaves behind."""
        self.store().close()

    def settings(self) -> Settings:
        return load_installation(self.config).host

    @staticmethod
    def place_of(found: installation.Installation, clock: Clock, **others: Any) -> Place:
        return Place(found, Entered().offices(found), clock, **others)

    def place(self, **others: Any) -> Place:
        return self.place_of(load_installation(self.config), self.clock, **others)

    def examined(self, check: str, **others: Any) -> Examined:
        return CHECKS[check].examine(self.place(**others))

    def found(self, check: str, **others: Any) -> list[str]:
        """The codes of what a check finds, without the check's name before them."""
        return codes(self.examined(check, **others).findings)


def codes(findings: Sequence[Finding]) -> list[str]:
    return [finding.kind.code.partition(".")[2] for finding in findings]


def is_allowed(words: Sequence[str]) -> bool:
    """Whether this machine and user may do that."""
    if shutil.which(words[0]) is None:
        return False
    return subprocess.run(words, capture_output=True, check=False).returncode == 0
