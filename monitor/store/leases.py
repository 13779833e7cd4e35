"""Take, renew, release and prove leases on a PostgreSQL server: one short transaction each.

A lease is a row that is never deleted: its epoch must not begin anew. Whether one has run out is decided by the
database's clock at the moment at which the row is locked (`clock_timestamp`; `now` stands still while a transaction
waits), and never by any daemon's. A lease that ends more than CAP terms ahead was written under a clock that has been
set back since, and is free.

Nobody waits for a locked row to take it: a holder that was stopped in the middle of a transaction would stop all
others. A proof does wait, and locks the row until its transaction ends: FOR NO KEY UPDATE, by which also the holder's
own transaction of before, whose end it has not heard of, is waited for.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert

from monitor.domain.leases import ALL_NAMES, Lease
from monitor.domain.message import Said
from monitor.store.columns import sentences_from, stored_sentences
from monitor.store.models import LeaseRow
from monitor.store.session import Session

CAP = 3
"""A lease that ends more than so many terms ahead is nobody's."""
FORGET_AFTER = timedelta(days=1)
"""So long after its last word a daemon's row, and that of its operations, is kept."""
RELOADED_WITHIN = timedelta(minutes=2)
"""So long two daemons may have different configurations: one is reloaded after the other."""

_PAST = text("'epoch'::timestamptz")
_FREE = "(until < clock_timestamp() OR until > clock_timestamp() + :cap)"

LOOK = text(f"SELECT name, holder, {_FREE} AS is_free FROM leases")
TAKE = text(
    f"""
    WITH free AS (
        SELECT name, renewed FROM leases WHERE name = ANY(:names) AND ({_FREE} OR holder = :holder)
        ORDER BY name FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE leases AS own
    SET holder = :holder, epoch = own.epoch + CASE WHEN own.holder = :holder THEN 0 ELSE 1 END,
        until = clock_timestamp() + :term, renewed = clock_timestamp()
    FROM free WHERE own.name = free.name
    RETURNING own.name, own.epoch, extract(epoch FROM clock_timestamp() - free.renewed) AS idle_s
    """
)
_RENEW = """
    WITH mine AS (
        SELECT name FROM leases WHERE name = ANY(:names) AND holder = :holder AND until > renewed
        ORDER BY name FOR NO KEY UPDATE {how}
    )
    UPDATE leases AS own SET until = clock_timestamp() + :term, renewed = clock_timestamp()
    FROM mine WHERE own.name = mine.name AND own.holder = :holder
    RETURNING own.name, own.epoch
"""
RENEW_AT_ONCE = text(_RENEW.format(how="SKIP LOCKED"))
RENEW_WAITING = text(_RENEW.format(how=""))
RELEASE = text(
    """
    WITH mine AS (
        SELECT name FROM leases WHERE name = ANY(:names) AND holder = :holder ORDER BY name FOR NO KEY UPDATE
    )
    UPDATE leases AS own SET until = clock_timestamp(), renewed = clock_timestamp()
    FROM mine WHERE own.name = mine.name AND own.holder = :holder
    """
)
SAY = text(
    """
    INSERT INTO daemons AS own (holder, name, url, started, until, shards, fit, watches, watches_since, sees, lost,
        away)
    VALUES (
        :holder, :name, :url, clock_timestamp(), clock_timestamp() + :term, :shards, :fit, :watches, clock_timestamp(),
        :sees, :lost, :away
    )
    ON CONFLICT (holder) DO UPDATE
    SET url = :url, until = clock_timestamp() + :term, shards = :shards, fit = :fit, watches = :watches,
        watches_since = CASE WHEN own.watches = :watches THEN own.watches_since ELSE clock_timestamp() END,
        sees = :sees, lost = :lost, away = :away
    """
)
LIVING = text(
    f"""
    SELECT holder, name, url, shards, fit, watches, sees, lost, away,
        coalesce(clock_timestamp() - watches_since, interval '0') AS watches_for
    FROM daemons WHERE NOT {_FREE} ORDER BY name, holder
    """
)
FORGET = text(
    """
    WITH gone AS (DELETE FROM daemons WHERE until < clock_timestamp() - :kept RETURNING holder)
    DELETE FROM last_operations WHERE writer IN (SELECT holder FROM gone)
    """
)
STORED = text(
    f"""
    SELECT name, started, until, shards, fit, NOT {_FREE} AS lives, watches, coalesce(watches_since, started)
    FROM daemons WHERE until > clock_timestamp() - :kept ORDER BY name, started
    """
)
IDLE = text("SELECT name FROM leases WHERE until < clock_timestamp() - :idle_for ORDER BY name")
LEAVE = text("UPDATE daemons SET until = clock_timestamp(), shards = 0 WHERE holder = :holder")


class LeaseLost(Exception):
    """Another daemon holds the leases now; nothing was written. ``leases``: those that were lost."""

    def __init__(self, leases: Collection[Lease]) -> None:
        super().__init__(f"lost to another daemon: {', '.join(sorted(lease.name for lease in leases))}")
        self.leases = frozenset(leases)


@dataclass(frozen=True, slots=True)
class LeaseLook:
    """A lease as seen: ``holder``, also of one that has run out or was released, which ``is_free``."""

    holder: str
    is_free: bool


@dataclass(frozen=True, slots=True)
class DaemonLook:
    """A daemon that lives, as it last said; as in `models.daemons.DaemonRow`. ``watches_for``: how long it is that."""

    holder: str
    name: str
    url: str
    shards: int
    fit: bool
    watches: str = ""
    sees: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    away: Mapping[str, Said] = field(default_factory=dict)
    watches_for: timedelta = field(default=timedelta(0), compare=False)


@dataclass(frozen=True, slots=True)
class StoredDaemon:
    """A daemon that works on the database, or did within FORGET_AFTER; times by the database's clock.

    ``until_utc``: a term after its last word; ``shards``: as it said then, 0 if it gave everything back. ``watches``:
    the digest of its configuration, and since when it is that.
    """

    name: str
    started_utc: datetime
    until_utc: datetime
    shards: int
    fit: bool
    lives: bool
    watches: str
    watches_since_utc: datetime


@dataclass(frozen=True, slots=True)
class StoredLeases:
    """What was stored of all daemons at a moment of the database's clock; ``idle``: names of leases nobody holds."""

    at_utc: datetime
    daemons: Sequence[StoredDaemon]
    idle: Sequence[str]


def fence(session: Session, leases: Collection[Lease]) -> None:
    """Prove that ``leases`` are held, until the transaction ends; raises LeaseLost. Its first statement.

    Locks the rows in the order of their names. The lock of a state folder needs no proof.
    """
    stored = sorted(lease for lease in leases if lease.holder)
    if not stored:
        return
    held = tuple_(LeaseRow.name, LeaseRow.holder, LeaseRow.epoch)
    proved = select(LeaseRow.name).where(held.in_([(each.name, each.holder, each.epoch) for each in stored]))
    found = set(session.scalars(proved.order_by(LeaseRow.name).with_for_update(key_share=True)))
    if lost := [lease for lease in stored if lease.name not in found]:
        raise LeaseLost(lost)


def make_rows(connection: Connection) -> None:
    """Make the rows that are missing: one for each lease, free, and of no epoch yet."""
    rows = [{"name": name, "holder": "", "epoch": 0, "until": _PAST} for name in ALL_NAMES]
    connection.execute(insert(LeaseRow).values(rows).on_conflict_do_nothing())


def look(connection: Connection, term: timedelta) -> Mapping[str, LeaseLook]:
    """Return all leases by name."""
    rows = connection.execute(LOOK, {"cap": CAP * term})
    return {row.name: LeaseLook(row.holder, row.is_free) for row in rows}


def take(connection: Connection, names: Collection[str], holder: str, term: timedelta) -> Mapping[Lease, float | None]:
    """Take those of ``names`` that are free and not locked; return them, with the seconds since anybody had them.

    None where nobody ever had.
    """
    rows = connection.execute(TAKE, _of(names, holder) | {"term": term, "cap": CAP * term})
    return {
        Lease(row.name, holder, row.epoch): None if row.idle_s is None else max(float(row.idle_s), 0.0) for row in rows
    }


def renew(
    connection: Connection, names: Collection[str], holder: str, term: timedelta, *, waits: bool = False
) -> frozenset[Lease]:
    """Renew those of ``names`` that are the holder's and not released; return them.

    Those that are locked only if it ``waits``: what that does not return is the holder's no more.
    """
    rows = connection.execute(RENEW_WAITING if waits else RENEW_AT_ONCE, _of(names, holder) | {"term": term})
    return frozenset(Lease(row.name, holder, row.epoch) for row in rows)


def release(connection: Connection, names: Collection[str], holder: str) -> None:
    """Let those of ``names`` that are the holder's run out now; a renewal on its way does not renew them."""
    connection.execute(RELEASE, _of(names, holder))


def say_alive(connection: Connection, own: DaemonLook, term: timedelta) -> Sequence[DaemonLook]:
    """Store that a daemon lives; return all that do, by name."""
    said = {"holder": own.holder, "name": own.name, "url": own.url, "shards": own.shards, "fit": own.fit}
    said |= {"watches": own.watches, "sees": ",".join(sorted(own.sees)), "lost": ",".join(sorted(own.lost))}
    connection.execute(SAY, said | {"away": stored_sentences(own.away), "term": term})
    rows = connection.execute(LIVING, {"cap": CAP * term})
    return [
        DaemonLook(
            *(row.holder, row.name, row.url, row.shards, row.fit),
            *(row.watches, _names(row.sees), _names(row.lost), sentences_from(row.away), row.watches_for),
        )
        for row in rows
    ]


def living(session: Session, term: timedelta) -> Collection[str]:
    """Return the holders of all daemons that live; none where the database is a file."""
    if session.connection().dialect.name != "postgresql":
        return ()
    return [row.holder for row in session.execute(LIVING, {"cap": CAP * term})]


def stored(session: Session, term: timedelta, idle_for: timedelta) -> StoredLeases:
    """Return what is stored of daemons and leases in a database on a server.

    ``idle_for``: so long nobody has held those that are returned as idle.
    """
    connection = session.connection()
    (at_utc,) = connection.execute(text("SELECT clock_timestamp()")).one()
    daemons = connection.execute(STORED, {"cap": CAP * term, "kept": FORGET_AFTER})
    idle = connection.execute(IDLE, {"idle_for": idle_for}).scalars().all()
    return StoredLeases(at_utc, [StoredDaemon(*row) for row in daemons], idle)


def forget_gone(connection: Connection) -> None:
    """Delete the rows of daemons that have not lived for FORGET_AFTER, and of their operations."""
    connection.execute(FORGET, {"kept": FORGET_AFTER})


def leave(connection: Connection, holder: str) -> None:
    """Store that a daemon lives no more."""
    connection.execute(LEAVE, {"holder": holder})


def _names(joined: str) -> frozenset[str]:
    return frozenset(filter(None, joined.split(",")))


def _of(names: Collection[str], holder: str) -> dict[str, Any]:
    return {"names": sorted(names), "holder": holder}
