"""Examine the database: that it can be opened, and that file, schema and rows are what was written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from monitor.doctor.check import Check, Pace, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.message import N_, Said, said_by, series
from monitor.store.errors import Damaged, DatabaseError, NoDatabase, NotYet, StoreError
from monitor.store.soundness import examine_structure

OK = Kind("database.ok", Level.OK, N_("the database is whole: {size:size}"))
OF_SERVER = Kind(
    "database.of-server", Level.OK, N_("the database is whole: {size:size}, on a PostgreSQL {version} server")
)
UNSAFE = Kind(
    "database.unsafe",
    Level.ERROR,
    N_("the database server may lose what it has confirmed when it crashes: {faults}"),
    N_("In postgresql.conf, or by ALTER SYSTEM: fsync, full_page_writes and synchronous_commit = on; then reload it"),
)
NONE = Kind(
    "database.none",
    Level.INFO,
    N_("there is no database yet: the daemon has never run"),
    N_("Start the daemon: upazila-monitor run, or systemctl start upazila-monitor"),
)
GONE = Kind(
    "database.gone",
    Level.ERROR,
    N_("the database is missing, although there was one"),
    N_("Put the newest good copy back: upazila-monitor backup restore"),
)
DAMAGED = Kind(
    "database.damaged",
    Level.ERROR,
    N_("the database is damaged: {why}"),
    N_("Stop the daemon, then put the newest good copy back: upazila-monitor backup restore"),
)
UNPROTECTED = Kind(
    "database.unprotected",
    Level.ERROR,
    N_("the database has lost what protects its history: {why}"),
    N_("Keep a copy of it as evidence, then: upazila-monitor backup restore"),
)
REFUSES = Kind(
    "database.refuses",
    Level.ERROR,
    N_("the database cannot be used: {why}"),
    N_("Do what this says, then: upazila-monitor doctor --only database"),
)


@dataclass(frozen=True)
class Seen:
    """How the database is, and why not otherwise. ``size``: bytes.

    ``version``: of the server that keeps it, '' for a file; ``unsafe``: its settings by which it may lose something.
    """

    state: Literal["ok", "none", "gone", "damaged", "refuses"]
    why: Sequence[Said] = ()
    unprotected: Sequence[Said] = ()
    size: int = 0
    version: str = ""
    unsafe: Mapping[str, str] = field(default_factory=dict)


def _gather(place: Place) -> Seen:
    try:
        with place.opened() as store, store.read() as session:
            sound, size = examine_structure(session), store.size_bytes()
            version, unsafe = store.version(), store.faults_of_server()
    except DatabaseError as error:
        return Seen("refuses", [str(error.orig)])
    except NoDatabase:
        return Seen("gone")
    except Damaged as error:
        return Seen("damaged", [said_by(error)])
    except NotYet:
        return Seen("none")
    except StoreError as error:
        return Seen("refuses", [said_by(error)])
    return Seen("damaged" if sound.damage else "ok", sound.damage, sound.faults, size, version, unsafe)


def _judge(seen: Seen, _: datetime) -> Iterator[Finding]:
    kinds = {"ok": OK, "none": NONE, "gone": GONE, "damaged": DAMAGED, "refuses": REFUSES}
    if seen.unprotected:
        yield found(UNPROTECTED, why=series(seen.unprotected, "; "))
        return
    if seen.unsafe:
        yield found(UNSAFE, faults=series([f"{name} = {value}" for name, value in seen.unsafe.items()], ", "))
    if seen.state == "ok" and seen.version:
        yield found(OF_SERVER, size=seen.size, version=seen.version)
        return
    yield found(kinds[seen.state], why=series(seen.why, "; "), size=seen.size)


DATABASE_CHECK = Check(
    "database",
    N_("Database"),
    "SQLite's own examination of the whole file, the schema, references between rows, and whether each column can be "
    "read back; on a server, that every row can be read, the schema and its triggers, and whether the server may lose "
    "what it has confirmed. The file of summaries (history.db) may be lost, and is not looked at.",
    _gather,
    _judge,
    (OK, OF_SERVER, UNSAFE, NONE, GONE, DAMAGED, UNPROTECTED, REFUSES),
    Pace.HEAVY,
)
