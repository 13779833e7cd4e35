"""Examine versions: Python and packages against what this program needs, SQLite's known bug, and what runs."""

import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, requires, version

from monitor.doctor.check import Check, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.message import N_
from monitor.store.sqlite import sqlite_version, wal_is_safe

PROGRAM = "upazila-monitor"
FLOOR = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?[^;]*?>=\s*([0-9][0-9.]*)[^;]*(?:;(.*))?")

OK = Kind("versions.ok", Level.OK, N_("upazila-monitor {own}, Python {python}, SQLite {sqlite}, {count} packages"))
RESTART = Kind(
    "versions.restart",
    Level.WARNING,
    N_("version {own} is installed, and the daemon still runs {running}"),
    N_("Start it again: systemctl restart upazila-monitor"),
)
OLD_PACKAGE = Kind(
    "versions.old-package",
    Level.WARNING,
    N_("the package {package} {version} is older than this program needs: {floor}"),
    N_("Install this version of the program again (docs/install.md): it brings its packages along"),
)
MISSING_PACKAGE = Kind(
    "versions.missing-package",
    Level.ERROR,
    N_("the package {package} is missing, of which this program needs {floor}"),
    N_("Install this version of the program again (docs/install.md): it brings its packages along"),
)
WAL_BUG = Kind(
    "versions.wal-bug",
    Level.INFO,
    N_("SQLite {sqlite} can lose writes with its write-ahead log: the slower journal is used, with which it cannot"),
    N_("Nothing must be done; SQLite 3.51.3 or newer makes writing faster"),
)


@dataclass(frozen=True)
class Seen:
    """Versions as texts. ``packages``: name → (version, '' where it is missing; the least that is needed).

    ``running``: of the daemon that runs, '' where none does or it was not asked.
    """

    own: str
    python: str
    sqlite: str
    running: str = ""
    packages: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def _gather(place: Place) -> Seen:
    packages = {name: (_version(name), floor) for name, floor in floors(requires(PROGRAM) or ())}
    return Seen(version(PROGRAM), platform.python_version(), sqlite_version(), place.running, packages)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def floors(requirements: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each package that is always needed, with the least version (PEP 508); those of extras are left out."""
    for line in requirements:
        if (parts := FLOOR.fullmatch(line.strip())) and "extra" not in (parts[3] or ""):
            yield parts[1], parts[2]


def release(text: str) -> tuple[int, ...]:
    """Return the numbers of a version, to be compared; what follows them (rc1, .post2) does not count."""
    numbers = re.match(r"[0-9]+(?:\.[0-9]+)*", text)
    found_ = [int(part) for part in numbers[0].split(".")] if numbers else []
    while found_ and not found_[-1]:
        found_.pop()
    return tuple(found_)


def _judge(seen: Seen, _: datetime) -> Iterator[Finding]:
    faults = list(_faults(seen))
    yield from faults or [
        found(OK, own=seen.own, python=seen.python, sqlite=seen.sqlite, count=len(seen.packages)),
    ]
    if not wal_is_safe(release(seen.sqlite)):
        yield found(WAL_BUG, sqlite=seen.sqlite)


def _faults(seen: Seen) -> Iterator[Finding]:
    if seen.running and seen.running != seen.own:
        yield found(RESTART, own=seen.own, running=seen.running)
    for package, (present, floor) in seen.packages.items():
        if not present:
            yield found(MISSING_PACKAGE, package=package, floor=floor)
        elif release(present) < release(floor):
            yield found(OLD_PACKAGE, package=package, version=present, floor=floor)


VERSIONS = Check(
    "versions",
    N_("Versions"),
    "The installed packages against the least versions that this program declares, SQLite against its bug of lost "
    "writes, and the version that runs against the one that is installed.",
    _gather,
    _judge,
    (OK, RESTART, OLD_PACKAGE, MISSING_PACKAGE, WAL_BUG),
)
