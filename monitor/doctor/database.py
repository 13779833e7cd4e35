"""Examine the database: that it can be opened, and that file, schema and rows are what was written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.doctor.check import Check, Pace, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.message import N_, Said, said_by, series
from monitor.store.errors import Damaged, DatabaseError, NoDatabase, NotYet, StoreError
from monitor.store.soundness import examine_structure

OK = Kind("database.ok", Level.OK, N_("the database is whole: {size:size}"))
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
    """How the database is, and why not otherwise. ``size``: bytes."""

    state: Literal["ok", "none", "gone", "damaged", "refuses"]
    why: Sequence[Said] = ()
    unprotected: Sequence[Said] = ()
    size: int = 0


def _gather(place: Place) -> Seen:
    try:
        with place.opened() as store, store.read() as session:
            sound, size = examine_structure(session), store.size_bytes()
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
    return Seen("damaged" if sound.damage else "ok", sound.damage, sound.faults, size)


def _judge(seen: Seen, _: datetime) -> Iterator[Finding]:
    kinds = {"ok": OK, "none": NONE, "gone": GONE, "damaged": DAMAGED, "refuses": REFUSES}
    if seen.unprotected:
        yield found(UNPROTECTED, why=series(seen.unprotected, "; "))
        return
    yield found(kinds[seen.state], why=series(seen.why, "; "), size=seen.size)


DATABASE_CHECK = Check(
    "database",
    N_("Database"),
    "SQLite's own examination of the whole file, the schema, references between rows, and whether each column can be "
    "read back. The file of summaries (history.db) may be lost, and is not looked at.",
    _gather,
    _judge,
    (OK, NONE, GONE, DAMAGED, UNPROTECTED, REFUSES),
    Pace.HEAVY,
)
