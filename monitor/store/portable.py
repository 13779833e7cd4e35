"""Find in a file what a PostgreSQL server would refuse, or could not give back as it is: table, row, column, and why.

SQLite takes any value into any column, and files of older versions hold some.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, DateTime, Integer, LargeBinary, String, Table
from sqlalchemy.types import TypeEngine

from monitor.domain.message import N_, Message, Said, message
from monitor.store.models import Base
from monitor.store.plain_rows import NO_CONTENTS, stored_kind

NUL_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
FAULT = N_("{table} {row}, {column}: {why}")


def faults(connection: sqlite3.Connection) -> Iterator[Said]:
    """Yield each value that a server would refuse; raises sqlite3.Error for a file that cannot be read."""
    before, connection.text_factory = connection.text_factory, bytes
    try:
        for table in Base.metadata.sorted_tables:
            if table.name not in NO_CONTENTS:
                yield from _values(connection, table)
        yield from _dangling(connection)
    finally:
        connection.text_factory = before


def _values(connection: sqlite3.Connection, table: Table) -> Iterator[Said]:
    names = [column.name for column in table.columns]
    looks = [_look(stored_kind(column.type)) for column in table.columns]
    required = [not column.nullable for column in table.columns]
    keys = [names.index(column.name) for column in table.primary_key]
    for row in connection.execute(f"SELECT {', '.join(names)} FROM {table.name}"):
        for at, value in enumerate(row):
            why = looks[at](value) if value is not None else message("is empty") if required[at] else None
            if why is not None:
                yield message(FAULT, table=table.name, row=_key([row[key] for key in keys]), column=names[at], why=why)


def _dangling(connection: sqlite3.Connection) -> Iterator[Said]:
    """Yield the references to rows that are not there."""
    for table, row, parent, key in connection.execute("PRAGMA foreign_key_check").fetchall():
        name: str = table.decode()
        listed = connection.execute(f"PRAGMA foreign_key_list({name})").fetchall()
        column = next(each[3] for each in listed if each[0] == key).decode()
        why = message("belongs to no row of {parent}", parent=parent.decode())
        yield message(FAULT, table=name, row=str(row), column=column, why=why)


def _key(values: Sequence[Any]) -> str:
    return " ".join(each.decode(errors="replace") if isinstance(each, bytes) else str(each) for each in values)


def _look(kind: TypeEngine[Any]) -> Callable[[Any], Message | None]:
    """Return what says why a value that is not NULL, texts as bytes, does not fit a column stored as ``kind``."""
    match kind:
        case Boolean():
            return lambda value: None if value in (0, 1) else message("is neither 0 nor 1")
        case Integer():
            return lambda value: None if isinstance(value, int) else message("is no whole number")
        case DateTime():
            return _time
        case LargeBinary():
            return lambda value: None if isinstance(value, bytes) else message("is no sequence of bytes")
        case JSON():
            return _json
        case String(length=most):
            return lambda value: _text(value, most)
    raise TypeError(f"no column is stored as {kind!r}")


def _text(value: Any, most: int | None) -> Message | None:
    if not isinstance(value, bytes):
        return message("is no text, but {value}", value=str(value))
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return message("is no UTF-8")
    if "\0" in text:
        return message("holds a NUL")
    if most is not None and len(text) > most:
        return message("has {count} characters. Expected {most} at most", count=len(text), most=most)
    return None


def _time(value: Any) -> Message | None:
    try:
        datetime.fromisoformat(value.decode())
    except (AttributeError, ValueError):
        return message("is no time")
    return None


def _json(value: Any) -> Message | None:
    if (why := _text(value, None)) is not None:
        return why
    text, odd = value.decode(), list[str]()
    try:
        json.loads(text, parse_constant=odd.append)  # Python reads numbers there that JSON lacks
    except (ValueError, RecursionError):
        return message("is no JSON")
    if odd:
        return message("holds NaN or an infinity")
    return message("holds a NUL") if NUL_ESCAPED.search(text) else None
