"""Examine the disk under the state folder: how full it is, and when it will be, as database and history grow."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.doctor.check import Check, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.message import N_
from monitor.store.copies import nightly
from monitor.store.database import Store
from monitor.store.errors import SQLAlchemyError
from monitor.store.history.file import HistoryFile, HistoryRefuses
from monitor.store.opening import BACKUPS

FULL_SOON_DAYS = 60
LEAST_FREE = 100_000_000  # bytes; a night's copy and a restore need room
LEAST_FREE_FILES = 1_000
NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"})
MOUNTS = Path("/proc/self/mountinfo")

OK = Kind("disk.ok", Level.OK, N_("{free:size} free for {state}; it grows by {growth:size} a day"))
NEW = Kind("disk.new", Level.OK, N_("{free:size} free for {state}; by how much it grows is not known yet"))
FULL = Kind(
    "disk.full",
    Level.ERROR,
    N_("the disk of {state} is full: {free:size} free of {total:size}"),
    N_("Free some space there; what takes it: du -xh --max-depth=2 {mount} | sort -h"),
)
FULL_SOON = Kind(
    "disk.full-soon",
    Level.WARNING,
    N_("the disk of {state} will be full in {days} days: {free:size} free, and it grows by {growth:size} a day"),
    N_("monitor.toml: [storage] backups: keep fewer copies, or give it a larger disk"),
)
NO_FILES = Kind(
    "disk.no-files",
    Level.ERROR,
    N_("the disk of {state} takes only {files} files more"),
    N_("Delete small files there; who has them: du --inodes -x --max-depth=2 {mount} | sort -n"),
)
READ_ONLY = Kind(
    "disk.read-only",
    Level.ERROR,
    N_("the disk of {state} is mounted read-only: nothing can be stored"),
    N_("See why in the kernel's log (dmesg), then as root: mount -o remount,rw {mount}"),
)
REMOTE = Kind(
    "disk.remote",
    Level.WARNING,
    N_("{state} lies on a network's disk ({kind}): a database there can be damaged by its locks"),
    N_("monitor.toml: [storage] directory: a folder on this machine's own disk"),
)
MISSING = Kind(
    "disk.no-folder",
    Level.INFO,
    N_("{state} is not there yet"),
    N_("Start the daemon: upazila-monitor run, or systemctl start upazila-monitor"),
)


@dataclass(frozen=True, slots=True)
class Disk:
    """What is stored where. Sizes in bytes; ``days_left``: until the disk is full at the present growth, None: never.

    ``copied_utc``: when the last copy was made, None: there is none. ``growth``: of everything, a day. ``free_files``:
    None where the file system does not count them. ``kind``: of the file system, '?' where it is hidden.
    """

    database: int
    free: int
    copies: int
    copied_utc: datetime | None
    growth: float
    days_left: float | None
    total: int = 0
    free_files: int | None = None
    is_read_only: bool = False
    mount: Path = Path("/")
    kind: str = "?"


def measure(state: Path, now_utc: datetime, store: Store | None = None, *, has_file: bool = True) -> Disk:
    """Measure what is stored; blocks. What cannot be read counts as nothing; so does a database that is not given.

    ``has_file``: the database lies there too, and not on a server.
    """
    size = 0
    with suppress(SQLAlchemyError):
        size = 0 if store is None else store.size_bytes()
    copies = [(_made(path), path.stat().st_size) for path in nightly(state / BACKUPS)]
    # The database grows, and so does each night's copy of it, of which one more is kept meanwhile.
    growth = (2 if has_file else 1) * growth_a_day(copies) + _history_growth(state, now_utc)
    free = total = 0
    free_files, is_read_only = None, False
    with suppress(OSError):
        used, about = shutil.disk_usage(state), os.statvfs(state)
        free, total, is_read_only = used.free, used.total, bool(about.f_flag & os.ST_RDONLY)
        free_files = about.f_favail if about.f_files else None
    mount, kind = _mount_of(state)
    return Disk(
        size,
        free,
        len(copies),
        max((made for made, _ in copies), default=None),
        growth,
        free / growth if growth > 0 else None,
        total,
        free_files,
        is_read_only,
        mount,
        kind,
    )


def _made(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def growth_a_day(copies: Sequence[tuple[datetime, int]]) -> float:
    """Return by how many bytes a day the copies, (made, size), have grown; 0 before there are two, a day apart."""
    if not copies:
        return 0.0
    (first, small), (last, large) = min(copies), max(copies)
    days = (last - first) / timedelta(days=1)
    return max((large - small) / days, 0.0) if days >= 1 else 0.0


def _history_growth(state: Path, now_utc: datetime) -> float:
    """Return by how many bytes a day the file of summaries has grown; 0 before it is a day old."""
    history = HistoryFile(state)
    try:
        first = history.began_on() if history.is_there else None
        days = 0 if first is None else (now_utc.date() - first).days
        return history.path.stat().st_size / days if days >= 1 else 0.0
    except (HistoryRefuses, OSError):
        return 0.0


def _mount_of(folder: Path) -> tuple[Path, str]:
    """Return where the file system of a folder is mounted, and its kind (proc(5), mountinfo)."""
    place = folder.resolve()
    while not os.path.ismount(place) and place != place.parent:
        place = place.parent
    with suppress(OSError):
        for line in reversed(MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()):
            before, _, after = line.partition(" - ")
            if after and before.split()[4] == str(place).replace(" ", "\\040"):
                return place, after.split()[0]
    return place, "?"


@dataclass(frozen=True)
class Seen:
    """The state folder, and its disk; None while there is no such folder. ``has_file``: the database is there."""

    state: Path
    disk: Disk | None
    has_file: bool = True


def _gather(place: Place) -> Seen:
    state = place.settings.state
    has_file = place.settings.server is None
    disk = measure(state, place.clock.utc(), has_file=has_file) if state.is_dir() else None
    return Seen(state, disk, has_file)


def _judge(seen: Seen, _: datetime) -> Iterator[Finding]:
    disk, state = seen.disk, str(seen.state)
    if disk is None:
        yield found(MISSING, state=state)
        return
    faults = [each for each in _faults(disk, state) if seen.has_file or each.kind is not REMOTE]
    about = {"state": state, "free": disk.free}
    yield from faults or [found(OK, growth=disk.growth, **about) if disk.growth else found(NEW, **about)]


def _faults(disk: Disk, state: str) -> Iterator[Finding]:
    where = {"state": state, "mount": str(disk.mount), "free": disk.free}
    if disk.is_read_only:
        yield found(READ_ONLY, **where)
    if disk.free < LEAST_FREE:
        yield found(FULL, total=disk.total, **where)
    elif disk.days_left is not None and disk.days_left < FULL_SOON_DAYS:
        yield found(FULL_SOON, days=int(disk.days_left), growth=disk.growth, **where)
    if disk.free_files is not None and disk.free_files < LEAST_FREE_FILES:
        yield found(NO_FILES, files=disk.free_files, **where)
    if disk.kind in NETWORK_FILE_SYSTEMS:
        yield found(REMOTE, kind=disk.kind, **where)


DISK = Check(
    "disk",
    N_("Disk"),
    "Free space and free files under the state folder, how the file system is mounted, and a forecast: the database "
    "grows as its nightly copies did, twice (the copy grows too; once on a server, whose own disk is not seen), and "
    "the history as it did since its first day.",
    _gather,
    _judge,
    (OK, NEW, FULL, FULL_SOON, NO_FILES, READ_ONLY, REMOTE, MISSING),
)
