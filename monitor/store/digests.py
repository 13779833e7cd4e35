"""Compare two databases row by row, whatever keeps them: each table's number of rows, and a hash over all of them."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select

from monitor.domain.message import message
from monitor.store.errors import StoreError
from monitor.store.models import Base
from monitor.store.redundancy import DOUBLE

AT_ONCE = 1_000


class Digest(NamedTuple):
    """The number of a table's rows, and SHA-256 over them in the order of their keys, in hexadecimal."""

    rows: int
    hash: str


def of(connection: Connection) -> Mapping[str, Digest]:
    """Return the digest of each table, but for the schema's double, which is another one elsewhere."""
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name == DOUBLE:
            continue
        rows, total = 0, hashlib.sha256()
        query = select(table).order_by(*table.primary_key).execution_options(yield_per=AT_ONCE)
        for row in connection.execute(query):
            rows += 1
            total.update(repr(tuple(row)).encode("utf-8", "surrogatepass"))
            total.update(b"\n")
        found[table.name] = Digest(rows, total.hexdigest())
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
