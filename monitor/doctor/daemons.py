"""Examine the daemons on one database: who lives, what nobody does, and names that two of them have."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from monitor.doctor.check import Check, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.leases import SHARDS, shard_of
from monitor.domain.message import N_
from monitor.store.errors import DatabaseError, StoreError
from monitor.store.leases import RELOADED_WITHIN, StoredDaemon, StoredLeases, stored

IDLE_TERMS = 3
"""A lease is taken within two terms after its end, if anybody can; a daemon takes its first within three."""

SOLE = Kind("daemons.sole", Level.OK, N_("the database is a file: one daemon does everything"))
OK = Kind("daemons.ok", Level.OK, N_("all work is divided among the daemons: {names}"))
NONE = Kind(
    "daemons.none",
    Level.INFO,
    N_("no daemon works on this database now"),
    N_("Start the daemon: upazila-monitor run, or systemctl start upazila-monitor"),
)
UNREAD = Kind(
    "daemons.unread",
    Level.INFO,
    N_("which daemons work is not known: the database cannot be read, or is not there yet"),
    N_("See what the database's own line says: upazila-monitor doctor --only database"),
)
IDLE = Kind(
    "daemons.idle",
    Level.ERROR,
    N_("no daemon does this work: {duties}"),
    N_("On each daemon's machine: upazila-monitor doctor --only clock; then start that daemon again"),
)
UNWATCHED = Kind(
    "daemons.unwatched",
    Level.ERROR,
    N_("no daemon watches {count} of {all} shards of sites"),
    N_("See in each daemon's log what it says of leases: journalctl -u upazila-monitor; then start it again"),
)
UNFIT = Kind(
    "daemons.unfit",
    Level.WARNING,
    N_("{name} does not trust its clock: it watches its sites, and leaves all other work to other daemons"),
    N_("On its machine: upazila-monitor doctor --only clock"),
)
SAME_NAME = Kind(
    "daemons.same-name",
    Level.WARNING,
    N_("two daemons have the name {name}: they share one heartbeat, and pages show them as one"),
    N_("monitor.toml of each: [daemon] name, another for each; then start them again"),
)
DIFFERENT = Kind(
    "daemons.different",
    Level.ERROR,
    N_("{one} and {other} have other sites or offices in their configurations than each other"),
    N_("Copy the configuration of the one that is right to the other machine, and there: upazila-monitor reload"),
)
VANISHED = Kind(
    "daemons.vanished",
    Level.WARNING,
    N_("{name} has not been heard of since {last:moment}, and did not end in good order"),
    N_("Look at its machine and its line, and start it again; one that is gone for good is forgotten after a day"),
)


@dataclass(frozen=True)
class Seen:
    """What is stored. ``term``: of a lease; ``leases``: None where the database is a file."""

    term: timedelta
    leases: StoredLeases | None


def _gather(place: Place) -> Seen | None:
    """Read what is stored; None where it cannot be read."""
    term = timedelta(seconds=place.settings.monitor.storage.lease_s)
    if place.settings.server is None:
        return Seen(term, None)
    try:
        with place.opened() as store, store.read_briefly() as session:
            return Seen(term, stored(session, term, IDLE_TERMS * term))
    except (StoreError, DatabaseError):
        return None


def _judge(seen: Seen | None, _: datetime) -> Iterator[Finding]:
    if seen is None:
        yield found(UNREAD)
    elif seen.leases is None:
        yield found(SOLE)
    else:
        yield from _of_several(seen.term, seen.leases)


def _of_several(term: timedelta, leases: StoredLeases) -> Iterator[Finding]:
    alive = [each for each in leases.daemons if each.lives]
    names = sorted({each.name for each in alive})
    faults = list(_faults(term, leases, alive))
    yield from faults
    if not alive:
        yield found(NONE)
    elif not faults:
        yield found(OK, names=names)


def _faults(term: timedelta, leases: StoredLeases, alive: list[StoredDaemon]) -> Iterator[Finding]:
    if any(each.started_utc <= leases.at_utc - IDLE_TERMS * term for each in alive):
        duties = [name for name in leases.idle if shard_of(name) is None]
        if duties:
            yield found(IDLE, duties=duties)
        if len(leases.idle) > len(duties):
            yield found(UNWATCHED, count=len(leases.idle) - len(duties), all=SHARDS)
    names = {each.name for each in alive}
    for name in sorted(names):
        if not all(each.fit for each in alive if each.name == name):
            yield found(UNFIT, name=name)
        if any(_were_at_once(*two, term) for two in combinations([each for each in alive if each.name == name], 2)):
            yield found(SAME_NAME, name=name)
    for one, other in combinations(alive, 2):
        same_since_utc = max(one.watches_since_utc, other.watches_since_utc)
        differ = one.watches and other.watches and one.watches != other.watches  # an older version does not say
        if differ and same_since_utc < leases.at_utc - RELOADED_WITHIN:
            yield found(DIFFERENT, one=one.name, other=other.name)
    for each in leases.daemons:
        last_utc = each.until_utc - term
        if each.shards and each.name not in names and last_utc < leases.at_utc - IDLE_TERMS * term:
            yield found(VANISHED, name=each.name, last=last_utc)


def _were_at_once(one: StoredDaemon, other: StoredDaemon, term: timedelta) -> bool:
    """Return whether the older one spoke after the younger began: one that was killed and started again did not."""
    older, younger = sorted((one, other), key=lambda each: each.started_utc)
    return older.until_utc - term > younger.started_utc


DAEMONS = Check(
    "daemons",
    N_("Daemons"),
    "On a server: the daemons that work on the database, whether they trust their clocks, have names of their own, and "
    "the same sites and offices; shards and duties that nobody has held for three times `[storage] lease_s`; daemons "
    "that ended within the last day without giving back what they held (docs/several-daemons.md).",
    _gather,
    _judge,
    (SOLE, OK, NONE, UNREAD, IDLE, UNWATCHED, UNFIT, SAME_NAME, DIFFERENT, VANISHED),
)
