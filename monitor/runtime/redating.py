"""Have moved what was dated by a wrong clock, where several daemons work on one database.

A daemon notes by which leases it writes while nothing has proved its clock right. When another time is trusted, it
notes by how much that was wrong; and whoever holds such a lease then, itself or another, moves those rows, behind the
proof of that lease.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from monitor.alerts.cases import outages
from monitor.alerts.cases.of_offices import Works
from monitor.alerts.cases.redate import redate
from monitor.domain.leases import Lease, shard_of
from monitor.judging import shards
from monitor.judging.clock_trust import JUMP, ClockTrust, Move
from monitor.runtime.leases import Leases
from monitor.settings.fleet import Fleet
from monitor.store import board_state, unproven_rows
from monitor.store.dated_rows import Written
from monitor.store.session import Session


def note_move(session: Session, daemon: str, move: Move) -> None:
    """Note by how much a daemon's clock was wrong, and for how long its machine was off, now that it is known."""
    unproven_rows.found_wrong(session, daemon, move.since_utc, move.by.total_seconds())
    board_state.note_gap_before(session, move)


class Redating:
    """What the writer of one of several daemons does about it; nothing where the database is a file."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self._begun: Mapping[Lease, datetime] = {}
        self._wanted: frozenset[str] = frozenset()  # names of leases of which something is to be moved
        self._has_notes = True  # as far as is known: of the run before

    def begins(self, leases: Collection[Lease], now_utc: datetime) -> None:
        """Note since when something is written by these leases; on the loop."""
        held = set(self._leases.own()) | set(leases)
        begun = {lease: since_utc for lease, since_utc in self._begun.items() if lease in held}
        self._begun = begun | {lease: now_utc for lease in leases if lease not in begun}

    def wanted(self) -> set[Lease]:
        """Return the leases that are held here, and of which something is to be moved."""
        return {lease for name in self._wanted if (lease := self._leases.held(name)) is not None}

    def turn(
        self,
        works: Works,
        fleet: Fleet,
        wrote: Collection[Lease],
        proved: Collection[Lease],
        before: ClockTrust,
        after: ClockTrust,
    ) -> None:
        """Note by which leases it ``wrote``, and move what is wrong of those that are ``proved``; in its transaction.

        ``before``, ``after``: the clock's trust by which
        it was dated, and the present one.
        """
        session, daemon = works.session, self._leases.daemon
        now_utc = before.date(after.last.utc, after.last.boot_ns)
        if before.suspect or after.suspect or now_utc - before.unproven_since_utc > JUMP:
            oldest_utc, begun = before.unproven_since_utc, self._begun
            since_utc = {each: max(oldest_utc, begun.get(each, oldest_utc)) for each in wrote}
            unproven_rows.note(session, since_utc, daemon, now_utc)
            self._has_notes = True
        if after.move is not None:
            note_move(session, daemon, after.move)
            self._begun = {}
        elif before.suspect and not after.suspect:  # it was right, and what had to wait for that can be done
            unproven_rows.found_wrong(session, daemon, before.unproven_since_utc, 0.0)
        elif self._has_notes and after.unproven_since_utc == after.last.utc:
            unproven_rows.found_right(session, daemon)
            self._has_notes = False
        self._move(works, fleet, proved)
        self._wanted = unproven_rows.leases_to_redate(session)

    def _move(self, works: Works, fleet: Fleet, proved: Collection[Lease]) -> None:
        names = self._wanted & {lease.name for lease in proved}
        found = unproven_rows.to_redate(works.session, names) if names else ()
        for row in found:
            shard = shard_of(row.lease)
            sites = None if shard is None else [site for site in fleet.sites if shards.shard_of(fleet, site) == shard]
            move = Move(row.since_utc, timedelta(seconds=row.wrong_by_s or 0.0))
            written = Written(row.until_utc, row.daemon, shard, sites)
            for work in works.each():
                redate(work, move, written)
                if sites is not None:
                    outages.catch_up(work, move.since_utc + min(move.by, timedelta(0)), sites)
            works.session.delete(row)
