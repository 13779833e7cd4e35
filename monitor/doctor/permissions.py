"""Examine who may read and change files: secrets, configuration, and what the daemon has stored."""

import os
import pwd
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from monitor.doctor.check import Check, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.message import N_
from monitor.runtime.server_certificate import certificate_of
from monitor.runtime.startup_messages import secret_files
from monitor.settings.offices_file import FOLDER
from monitor.settings.secrets import closed_mode, is_open_to_others

MOST_FILES = 2_000  # that are looked at in the state folder

Use = Literal["secret", "configuration", "state"]

OK = Kind("permissions.ok", Level.OK, N_("secrets, configuration and state are open to those alone who need them"))
SECRET_OPEN = Kind(
    "permissions.secret-open",
    Level.ERROR,
    N_("{path} holds a secret, and others on this machine can read it"),
    N_("chmod {mode} {path}"),
)
CHANGEABLE = Kind(
    "permissions.changeable",
    Level.ERROR,
    N_("{path} can be changed by anybody on this machine"),
    N_("chmod o-w {path}"),
)
STATE_OPEN = Kind(
    "permissions.state-open",
    Level.WARNING,
    N_("{path} holds names and telephones of citizens, and others on this machine can read it"),
    N_("chmod o-rwx {path}"),
)
FOREIGN = Kind(
    "permissions.foreign",
    Level.ERROR,
    N_("{path} does not belong to {user}, as whom the daemon works: it cannot write it"),
    N_("As root: chown {user}: {path}"),
)
UNREADABLE = Kind(
    "permissions.unreadable",
    Level.ERROR,
    N_("{path} cannot be read by {user}, as whom the daemon works"),
    N_("As root: chgrp {group} {path} && chmod 640 {path}"),
)


@dataclass(frozen=True)
class Entry:
    """One file or folder. ``mode``: its bits; ``closed``: the mode that closes a secret, '' if it is closed."""

    path: str
    use: Use
    mode: int
    uid: int
    gid: int
    is_folder: bool = False
    closed: str = ""


@dataclass(frozen=True)
class Seen:
    """The files, and as whom the daemon works: the owner of the state folder. ``groups``: those of that user."""

    entries: Sequence[Entry]
    user: str
    group: str
    uid: int
    groups: frozenset[int]


def _gather(place: Place) -> Seen:
    settings, state = place.settings, place.settings.state
    owner = (state if state.is_dir() else settings.directory).stat()
    certificate = certificate_of(settings)
    offices = place.installation.offices.values()
    secrets = {path for each in offices for path in secret_files(each)}
    secrets.update([certificate.key_path] if certificate else [])
    folder = settings.directory / FOLDER
    folders = [
        settings.directory,
        *([folder, *(folder / each.office for each in offices if each.office)] if folder.is_dir() else []),
    ]
    configuration = [path for each in folders for path in (each, *sorted(each.glob("*.toml")))]
    entries = [
        *(entry for path in sorted(secrets) for entry in _entries(path, "secret")),
        *(entry for path in configuration for entry in _entries(path, "configuration")),
        *(entry for path in _stored(state) for entry in _entries(path, "state")),
    ]
    user, group, groups = str(owner.st_uid), str(owner.st_gid), {owner.st_gid}
    try:
        known = pwd.getpwuid(owner.st_uid)
        user, group = known.pw_name, known.pw_name
        groups = set(os.getgrouplist(known.pw_name, known.pw_gid))
    except KeyError:  # a user of a container that is not listed here
        pass
    return Seen(entries, user, group, owner.st_uid, frozenset(groups))


def _stored(state: Path) -> Iterator[Path]:
    """Yield the state folder, and what lies in it and in the folders of it, MOST_FILES at most."""
    if not state.is_dir():
        return
    yield state
    left = MOST_FILES
    for folder, folders, names in os.walk(state):
        for name in (*sorted(folders), *sorted(names)):
            if not (left := left - 1):
                return
            yield Path(folder) / name


def _entries(path: Path, use: Use) -> Iterator[Entry]:
    """Yield the entry of a path that is there; one that vanishes meanwhile is none."""
    try:
        about = path.stat(follow_symlinks=use != "state")
        closed = closed_mode(path) if use == "secret" and is_open_to_others(path) else ""
    except OSError:
        return
    is_folder = stat.S_ISDIR(about.st_mode)
    if not stat.S_ISLNK(about.st_mode):
        yield Entry(str(path), use, stat.S_IMODE(about.st_mode), about.st_uid, about.st_gid, is_folder, closed)


def _judge(seen: Seen, _: datetime) -> Iterator[Finding]:
    faults = [fault for entry in seen.entries for fault in _faults(entry, seen)]
    if any(each.kind is STATE_OPEN for each in faults):  # a closed folder closes what lies in it
        top = next(entry for entry in seen.entries if entry.use == "state")
        faults = [each for each in faults if each.kind is not STATE_OPEN or each.values["path"] == top.path]
    yield from faults or [found(OK)]


def _faults(entry: Entry, seen: Seen) -> Iterator[Finding]:
    path = entry.path
    if entry.closed:
        yield found(SECRET_OPEN, path=path, mode=entry.closed)
    if entry.mode & stat.S_IWOTH and not entry.mode & stat.S_ISVTX:
        yield found(CHANGEABLE, path=path)
    elif entry.use == "state" and entry.is_folder and entry.mode & stat.S_IROTH:
        yield found(STATE_OPEN, path=path)
    if entry.use == "state" and entry.uid != seen.uid:
        yield found(FOREIGN, path=path, user=seen.user)
    elif entry.use != "state" and not may_read(entry, seen.uid, seen.groups):
        yield found(UNREADABLE, path=path, user=seen.user, group=seen.group)


def may_read(entry: Entry, uid: int, groups: frozenset[int]) -> bool:
    """Return whether a user may read the entry, by its mode alone; root may read everything."""
    if uid == 0:
        return True
    if entry.uid == uid:
        return bool(entry.mode & stat.S_IRUSR)
    return bool(entry.mode & (stat.S_IRGRP if entry.gid in groups else stat.S_IROTH))


PERMISSIONS = Check(
    "permissions",
    N_("Rights"),
    "Owner and mode of files with secrets, of the configuration, and of all that lies in the state folder. The daemon "
    "works as the owner of that folder. Access lists and the folders above are not looked at.",
    _gather,
    _judge,
    (OK, SECRET_OPEN, CHANGEABLE, STATE_OPEN, FOREIGN, UNREADABLE),
)
