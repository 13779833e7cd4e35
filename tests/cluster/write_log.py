"""The database's own log of writes: triggers of the test's note each row that is written, and by which leases.

A lease that a transaction has locked bears the transaction's number in its `xmax`: so the log says what was fenced
when a row was written, whatever the writer believes. Only locks of its own kind do so: a lease that was merely read
does not.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

TABLES = ("outages", "affected", "events", "site_states", "excused", "gaps", "tickets", "ticket_events", "notices")

INSTALL = """
CREATE SCHEMA watched;
CREATE TABLE watched.writes (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    client text NOT NULL DEFAULT coalesce(host(inet_client_addr()), 'here'),
    tbl text NOT NULL, op text NOT NULL, row jsonb NOT NULL, fences jsonb NOT NULL
);
CREATE TABLE watched.leases (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    client text NOT NULL DEFAULT coalesce(host(inet_client_addr()), 'here'),
    name text NOT NULL, holder text NOT NULL, epoch bigint NOT NULL, until timestamptz NOT NULL
);
CREATE FUNCTION watched.fences() RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_object_agg(name, jsonb_build_array(epoch, holder)), '{}')
            FROM leases WHERE xmax = pg_current_xact_id()::xid);
END $$;
CREATE FUNCTION watched.note_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO watched.writes (tbl, op, row, fences) VALUES (
        TG_TABLE_NAME, TG_OP,
        to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END) - '{facts,evidence,text,hash}'::text[],
        watched.fences());
    RETURN NULL;
END $$;
CREATE FUNCTION watched.note_lease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO watched.leases (name, holder, epoch, until) VALUES (NEW.name, NEW.holder, NEW.epoch, NEW.until);
    RETURN NULL;
END $$;
"""


@dataclass(frozen=True)
class Fence:
    """A lease that a transaction had locked."""

    name: str
    epoch: int
    holder: str


@dataclass(frozen=True)
class Write:
    """A row that was written and committed. ``place``: of its commit among all, equal within a transaction.

    ``at_s``: by the server's clock, in seconds since 1970.
    """

    place: int
    at_s: float
    table: str
    op: str
    row: Mapping[str, Any]
    fences: tuple[Fence, ...] = ()
    client: str = ""


@dataclass(frozen=True)
class LeaseRow:
    """A state of a lease, as it was written."""

    at_s: float
    name: str
    holder: str
    epoch: int
    until_s: float


def install(connection: "psycopg.Connection[Any]") -> None:
    """Begin the log, in a database that is migrated."""
    connection.execute(INSTALL)
    for table in TABLES:
        connection.execute(
            f"CREATE TRIGGER watched AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION watched.note_write()"
        )
    connection.execute(
        "CREATE TRIGGER watched AFTER INSERT OR UPDATE ON leases FOR EACH ROW EXECUTE FUNCTION watched.note_lease()"
    )


def writes(connection: "psycopg.Connection[Any]") -> list[Write]:
    """All writes that were committed, in the order of their commits."""
    rows = connection.execute(
        "SELECT dense_rank() OVER (ORDER BY pg_xact_commit_timestamp(xid::xid), xid), "
        "extract(epoch FROM at)::float8, tbl, op, row::text, fences::text, client "
        "FROM watched.writes ORDER BY 1, seq"
    ).fetchall()
    return [
        Write(place, at_s, table, op, json.loads(row), fences_in(json.loads(fences)), client)
        for place, at_s, table, op, row, fences, client in rows
    ]


def fences_in(found: Mapping[str, Sequence[Any]]) -> tuple[Fence, ...]:
    """What the trigger has noted."""
    return tuple(Fence(name, epoch, holder) for name, (epoch, holder) in sorted(found.items()))


def lease_rows(connection: "psycopg.Connection[Any]") -> list[LeaseRow]:
    """All states of all leases, in order, but those that the test itself has made."""
    rows = connection.execute(
        "SELECT extract(epoch FROM at)::float8, name, holder, epoch, extract(epoch FROM until)::float8 "
        "FROM watched.leases WHERE client <> 'here' ORDER BY seq"
    ).fetchall()
    return [LeaseRow(*row) for row in rows]
