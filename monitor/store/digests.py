"""Compare two databases row by row, whatever keeps them: each table's number of rows, and a hash over all of them."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from monitor.domain.message import message
from monitor.domain.progress import Progress, unheard
from monitor.store import plain_rows
from monitor.store.errors import StoreError


class Digest(NamedTuple):
    """The number of a table's rows, and SHA-256 over them in the order of their keys, in hexadecimal."""

    rows: int
    hash: str


def of(connection: Connection, progress: Progress = unheard) -> Mapping[str, Digest]:
    """Return the digest of each table, of its rows as they are stored."""
    found: dict[str, Digest] = {}
    seen, all_rows = 0, plain_rows.count(connection)
    for named in plain_rows.stored_tables(connection):
        rows, total = 0, hashlib.sha256()
        for portion in plain_rows.portions(connection, named):
            for row in portion:
                total.update(repr(tuple(row.values())).encode("utf-8", "surrogatepass"))
                total.update(b"\n")
            rows += len(portion)
            seen += len(portion)
            progress(seen, all_rows)
        found[named.table.name] = Digest(rows, total.hexdigest())
    return found


def compare(one: Mapping[str, Digest], other: Mapping[str, Digest]) -> None:
    """Raise StoreError for the first table that differs."""
    for table, wanted in one.items():
        if other[table] != wanted:
            raise StoreError(
                message(
                    "{table} is not the same there: {found} rows, expected {rows}; or a row differs",
                    table=table,
                    found=other[table].rows,
                    rows=wanted.rows,
                )
            )
