"""Give the history of the office that stood alone to the office that it is among several: once, all of it, or nothing.

Its chain and its numbers go on where they stood. The database refuses any change of its history: so the triggers that
do are taken away and put back within the one transaction, behind which nobody else writes.
"""

from sqlalchemy import func, select, update

from monitor.charter.offices import ALONE
from monitor.domain.message import message, messages
from monitor.store import audit_chain, redundancy, schema
from monitor.store.errors import StoreError
from monitor.store.models import Base
from monitor.store.session import Session


def unadopted(session: Session) -> int:
    """Count the rows of the office that stood alone, but for what people did in the installation."""
    found = 0
    for name, table in Base.metadata.tables.items():
        if "office" in table.columns and name not in {"acts", "chain_heads"}:
            alone = select(func.count()).select_from(table).where(table.c.office == ALONE)
            found += session.scalar(alone) or 0
    return found


def refuse_unadopted(session: Session) -> None:
    """Raise StoreError where an office among several still has the history of when it stood alone.

    Its own daemon would not find it, and begin all that is open anew.
    """
    if count := unadopted(session):
        raise StoreError(
            messages(
                "{count} row is of an office that stood alone. Say whose it is: upazila-monitor offices adopt ID",
                "{count:,} rows are of an office that stood alone. Say whose they are: "
                "upazila-monitor offices adopt ID",
                count,
            )
        )


def adopt(session: Session, office: str) -> int:
    """Give every row of the office that stood alone to ``office``, and verify it; return how many there were.

    Raises StoreError when there are none, when that office has a history of its own already, or when the history is not
    what it was.
    """
    connection = session.connection()
    tables = [table for table in Base.metadata.sorted_tables if "office" in table.columns]
    if not unadopted(session):
        raise StoreError(message("nothing is stored that has no office: there is nothing for {office}", office=office))
    for table in tables:
        if session.scalar(select(func.count()).select_from(table).where(table.c.office == office)):
            raise StoreError(
                message("{office} has a history of its own already. Expected an office without one", office=office)
            )
    before = audit_chain.verify(session)
    if before.fault:
        raise StoreError(message("the history is not whole, nothing was changed: {fault}", fault=before.fault))
    moved = 0
    with schema.without_triggers(connection):
        for table in tables:
            done = connection.execute(update(table).where(table.c.office == ALONE).values(office=office))
            moved += done.rowcount
    session.expire_all()
    after = audit_chain.verify(session)
    same = (after.events, after.acts, after.head, after.fault) == (before.events, before.acts, before.head, "")
    altered = [*redundancy.altered(connection), *redundancy.missing(connection)]
    if not same or altered:
        raise StoreError(message("the history is not what it was, nothing was changed: {fault}", fault=after.fault))
    return moved
