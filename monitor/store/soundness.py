"""Examine whether stored data is what was written: structure, rows, references, contents, history."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from monitor.domain.message import N_, NN_, Message, Said, message, messages
from monitor.domain.progress import Progress, unheard
from monitor.store import audit_chain, mailed_head, redundancy, schema
from monitor.store.columns import Facts, Utc
from monitor.store.models import Base

MOST_PROBLEMS = 5
A_TIME = "[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]"


UNREADABLE = NN_("one row of {table} has no readable {column}", "{count} rows of {table} have no readable {column}")


@dataclass(frozen=True, slots=True)
class Soundness:
    """The result of an examination, in words. ``damage``: in the file itself, so that a copy must be put back.

    ``faults``: in its contents (the history was altered or cut off, or its protection is gone); ``events``: how many
    the history has; ``lived_utc``: the daemon's last heartbeat.
    """

    damage: tuple[Said, ...] = ()
    faults: tuple[Said, ...] = ()
    events: int = 0
    lived_utc: datetime | None = None

    @property
    def problems(self) -> tuple[Said, ...]:
        """Return damage and faults together."""
        return self.damage + self.faults


def examine(session: Session, state: Path, progress: Progress = unheard) -> Soundness:
    """Examine all below ``state``, the last mailed head included; takes seconds for a hundred megabytes."""
    from monitor.store.gap_rows import last_heartbeat

    found = examine_structure(session)
    if found.damage:
        return found
    mailed = mailed_head.read(state)
    chain = audit_chain.verify(session, mailed.head if mailed else "", progress)
    faults = (*found.faults, chain.fault) if chain.fault else found.faults
    return Soundness((), faults, chain.events, last_heartbeat(session))


def examine_structure(session: Session) -> Soundness:
    """Examine the file itself, its schema and its rows, without the history's chain."""
    damage = tuple(_damage(session))
    if damage:
        return Soundness(damage)
    gone = redundancy.missing(session.connection())[:MOST_PROBLEMS]
    return Soundness((), tuple(message("the schema has lost {name}", name=name) for name in gone))


def _damage(session: Session) -> Iterator[Said]:
    """Yield what no program of ours can have written."""
    connection = session.connection()
    if schema.is_server(connection):
        yield from _damage_there(connection)
        return
    try:
        structure = connection.exec_driver_sql(f"PRAGMA integrity_check({MOST_PROBLEMS})").scalars().all()
    except DatabaseError as error:
        yield str(error.orig)
        return
    if structure != ["ok"]:
        yield from structure
        return
    for name in redundancy.altered(connection)[:MOST_PROBLEMS]:
        yield message("the schema of {name} is not what was written", name=name)
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check").all()[:MOST_PROBLEMS]:
        text = N_("row {row} of {table} belongs to a row of {parent} that is not there")
        yield Message(text, {"row": row, "table": table, "parent": parent})
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            condition = _unreadable(column.name, column.type)
            if condition:
                query = f"SELECT count(*) FROM {table.name} WHERE {condition}"
                if count := connection.exec_driver_sql(query).scalar_one():
                    names = {"table": table.name, "column": column.name}
                    yield messages(*UNREADABLE, count, **names)


def _damage_there(connection: Connection) -> Iterator[Said]:
    """Yield what a server cannot read, or what of its schema was altered; types and references it keeps itself."""
    try:
        for table in Base.metadata.sorted_tables:
            connection.exec_driver_sql(f"SELECT count(t.*) FROM {table.name} t").scalar_one()
    except DatabaseError as error:
        yield str(error.orig)
        return
    for name in redundancy.altered(connection)[:MOST_PROBLEMS]:
        yield message("the schema of {name} is not what was written", name=name)


def _unreadable(name: str, kind: object) -> str:
    """Return SQL that is true for a column's value that cannot be read back; empty for columns that accept anything."""
    if isinstance(kind, Utc):
        return f"{name} IS NOT NULL AND ({name} NOT GLOB '{A_TIME}' OR datetime({name}) IS NULL)"
    if isinstance(kind, Facts):
        return f"NOT json_valid({name})"
    return ""
