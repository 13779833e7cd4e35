"""Examine the nightly copies: that there are some, that the newest is young and can be restored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypedDict

from monitor.doctor.check import Check, Pace, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.message import N_, Said, said_by, series
from monitor.settings.storage_section import Server
from monitor.store import server_copies
from monitor.store.copies import copy_name, newest_good, nightly
from monitor.store.errors import DatabaseError, StoreError
from monitor.store.opening import BACKUPS

OLD_AFTER = timedelta(hours=50)  # one night may be missed

OK = Kind("backups.ok", Level.OK, N_("{count} copies; the newest, {copy}, was restored for a try and is good"))
OFF = Kind(
    "backups.off",
    Level.WARNING,
    N_("no copies of the database are made at night"),
    N_("monitor.toml: [storage] backups = 7"),
)
NONE = Kind(
    "backups.none",
    Level.WARNING,
    N_("there is no copy of the database yet: the daemon makes one every night"),
    N_("To have one now: upazila-monitor backup create"),
)
NOT_YET = Kind(
    "backups.not-yet",
    Level.INFO,
    N_("there is no database yet that could be copied"),
    N_("Start the daemon: upazila-monitor run, or systemctl start upazila-monitor"),
)
OLD = Kind(
    "backups.old",
    Level.WARNING,
    N_("the newest copy, {copy}, is {age:lasting} old"),
    N_("See why none is made: journalctl -u upazila-monitor -g backup; one now: upazila-monitor backup create"),
)
NOT_GOOD = Kind(
    "backups.not-good",
    Level.ERROR,
    N_("no copy of the database can be restored: {why}"),
    N_("Make a good one, elsewhere: upazila-monitor backup create --output FILE"),
)
NEWEST_NOT_GOOD = Kind(
    "backups.newest-not-good",
    Level.WARNING,
    N_("the newest copy, {newest}, cannot be restored; the newest good one is {copy}"),
    N_("Make a new one: upazila-monitor backup create"),
)
NO_PROGRAM = Kind(
    "backups.no-program",
    Level.ERROR,
    N_("no copy can be made of the server: {why}"),
    N_("apt-get install postgresql-client, at least as new as the server"),
)
NO_RIGHT = Kind(
    "backups.no-right",
    Level.ERROR,
    N_("no copy can be proved: the server's user may make no database"),
    N_("On the server, as its administrator: ALTER ROLE … CREATEDB"),
)
SAME_DISK = Kind(
    "backups.same-disk",
    Level.INFO,
    N_("the copies lie on the disk of the database: if it breaks, both are lost"),
    N_("Copy the folder {folder} to another machine every week (docs/backup.md)"),
)


@dataclass(frozen=True)
class Seen:
    """The copies in ``folder``. ``good``: the newest that can be restored, None for none, and ``why`` then."""

    folder: Path
    wanted: bool
    copies: tuple[Path, ...] = ()
    good: Path | None = None
    made_utc: datetime | None = None
    why: Said = ""
    is_same_disk: bool = False
    has_database: bool = True
    no_program: Said = ""
    has_right: bool = True


def _gather(place: Place) -> Seen:
    settings, now_utc = place.settings, place.clock.utc()
    state, folder = settings.state, settings.state / BACKUPS
    copies = tuple(nightly(folder, folder / copy_name(now_utc)))
    unknown = Seen(folder, settings.monitor.storage.backups > 0, copies, has_database=place.has_database)
    if settings.server is not None and unknown.wanted and unknown.has_database:
        unknown = replace(unknown, **_means(place))
    if not copies:
        return unknown
    is_same_disk = folder.stat().st_dev == state.stat().st_dev
    try:
        good = (
            newest_good(state, now_utc) if settings.server is None else _good_of_server(state, settings.server, copies)
        )
    except StoreError as error:
        return replace(unknown, why=said_by(error), is_same_disk=is_same_disk)
    made_utc = datetime.fromtimestamp(good.stat().st_mtime, UTC)
    return replace(unknown, good=good, made_utc=made_utc, is_same_disk=is_same_disk)


class _Means(TypedDict):
    no_program: Said
    has_right: bool


def _means(place: Place) -> _Means:
    """Find out whether copies of a server can be made and proved at all; what it refuses, another check tells."""
    try:
        with place.opened() as store:
            return {"no_program": server_copies.why_no_program(store), "has_right": server_copies.may_prove(store)}
    except (StoreError, DatabaseError):
        return {"no_program": "", "has_right": True}


def _good_of_server(state: Path, server: Server, copies: Sequence[Path]) -> Path:
    """Return the newest copy that a database server takes back; raises StoreError when there is none."""
    why: list[Said] = []
    for copy in reversed(copies):
        try:
            problems: tuple[Said, ...] = server_copies.verify(state, server, copy).problems
        except StoreError as error:
            problems = (said_by(error),)
        if not problems:
            return copy
        why.extend(problems)
    raise StoreError(series(why, "; "))


def _judge(seen: Seen, now_utc: datetime) -> Iterator[Finding]:
    if not seen.wanted:
        yield found(OFF)
    if seen.no_program:
        yield found(NO_PROGRAM, why=seen.no_program)
    if not seen.has_right:
        yield found(NO_RIGHT)
    if not seen.copies:
        if seen.wanted:
            yield found(NONE if seen.has_database else NOT_YET)
        return
    if seen.good is None or seen.made_utc is None:
        yield found(NOT_GOOD, why=seen.why)
        return
    newest = seen.copies[-1]
    age = now_utc - seen.made_utc
    if seen.good != newest:
        yield found(NEWEST_NOT_GOOD, newest=newest.name, copy=seen.good.name)
    elif age > OLD_AFTER:
        yield found(OLD, copy=seen.good.name, age=age.total_seconds())
    else:
        yield found(OK, count=len(seen.copies), copy=seen.good.name)
    if seen.is_same_disk:
        yield found(SAME_DISK, folder=str(seen.folder))


BACKUPS_CHECK = Check(
    "backups",
    N_("Copies"),
    "The nightly copies: the newest is restored into a scratch file and examined as a whole, down to its history; if "
    "it is not good, the one before, and so on.",
    _gather,
    _judge,
    (OK, OFF, NONE, NOT_YET, OLD, NOT_GOOD, NEWEST_NOT_GOOD, NO_PROGRAM, NO_RIGHT, SAME_DISK),
    Pace.HEAVY,
)
