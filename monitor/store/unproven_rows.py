"""Note what a daemon dates by a clock that nothing has proved right, and find what is to be moved; on a server.

Which rows those are cannot be told from their dates alone: others write beside it by clocks of their own. So it is
noted by lease: whoever holds it writes them alone, and whoever holds it later can move them.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select

from monitor.domain.leases import Lease
from monitor.store.models import UnprovenDates
from monitor.store.session import Session


def note(session: Session, since_utc: Mapping[Lease, datetime], daemon: str, until_utc: datetime) -> None:
    """Note that what is written by these leases from those times on, until now, is dated by such a clock.

    ``until_utc``: now, by it.
    """
    for lease, begun_utc in since_utc.items():
        row = session.get(UnprovenDates, (lease.name, lease.epoch))
        if row is None:
            row = UnprovenDates(lease=lease.name, epoch=lease.epoch, daemon=daemon, since_utc=begun_utc)
            session.add(row)
        if row.wrong_by_s is None:
            row.until_utc = until_utc


def found_wrong(session: Session, daemon: str, since_utc: datetime, by_s: float) -> None:
    """Note that what a daemon dated after that time is to be moved by so many seconds; what is before it is right."""
    session.flush()
    for row in session.scalars(_open(daemon)):
        if row.until_utc <= since_utc:
            session.delete(row)
        else:
            row.since_utc, row.wrong_by_s = max(row.since_utc, since_utc), by_s
    session.flush()


def found_right(session: Session, daemon: str) -> None:
    """Forget what was noted of a daemon: its clock was right."""
    session.execute(delete(UnprovenDates).where(UnprovenDates.daemon == daemon, UnprovenDates.wrong_by_s.is_(None)))


def leases_to_redate(session: Session) -> frozenset[str]:
    """Return the names of the leases of which something is to be moved."""
    return frozenset(session.scalars(select(UnprovenDates.lease).where(UnprovenDates.wrong_by_s.is_not(None))))


def to_redate(session: Session, leases: Collection[str]) -> Sequence[UnprovenDates]:
    """Return what is to be moved of these leases, by name, in the order in which it was written."""
    query = select(UnprovenDates).where(UnprovenDates.wrong_by_s.is_not(None), UnprovenDates.lease.in_(leases))
    return session.scalars(query.order_by(UnprovenDates.lease, UnprovenDates.epoch)).all()


def _open(daemon: str) -> Select[UnprovenDates]:
    return select(UnprovenDates).where(UnprovenDates.daemon == daemon, UnprovenDates.wrong_by_s.is_(None))
