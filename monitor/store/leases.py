"""Take, renew, release and prove leases on a PostgreSQL server: one short transaction each.

A lease is a row that is never deleted: its epoch must not begin anew. Whether one has run out is decided by the
database's clock at the moment at which the row is locked (`clock_timestamp`; `now` stands still while a transaction
waits), and never by any daemon's. A lease that ends more than CAP terms ahead was written under a clock that has been
set back since, and is free.

Nobody waits for a locked row to take it or renew it: a holder that was stopped in the middle of a transaction would
stop all others. A proof does wait, and locks the row until its transaction ends: FOR NO KEY UPDATE, by which also the
holder's own transaction of before, whose end it has not heard of, is waited for.
"""

from collections.abc import Collection

from sqlalchemy import select, tuple_

from monitor.domain.leases import Lease
from monitor.store.models import LeaseRow
from monitor.store.session import Session

CAP = 3
"""A lease that ends more than so many terms ahead is nobody's."""


class LeaseLost(Exception):
    """Another daemon holds the leases now; nothing was written. ``leases``: those that were lost."""

    def __init__(self, leases: Collection[Lease]) -> None:
        super().__init__(f"lost to another daemon: {', '.join(sorted(lease.name for lease in leases))}")
        self.leases = frozenset(leases)


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
