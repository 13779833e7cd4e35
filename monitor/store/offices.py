"""Narrow every session to the offices that it is for, and give what it adds to its office.

::

    None            the installation: all rows, and what is added belongs to the office that stands alone ('')
    ('a',)          one office: it sees its own rows alone, and what it adds is its own
    ('a', 'b', …)   the offices below a node of the tree: only to read

No query names the office: so none can forget it. What has no column for it (users, heartbeats, gaps) belongs to the
installation, and everybody sees it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from monitor.charter.offices import ALONE
from monitor.store.models.base import OfOffice

OFFICES = "offices"
ALL = {"all_offices": True}
"""Options of a statement about rows of all offices, whatever session runs it."""

Offices = tuple[str, ...] | None


class OfficeSession(Session):
    """A session whose `info` has the offices that it is for."""


def office_of(session: Session) -> str:
    """Return the office whose rows the session adds; raises ValueError for one that only reads several."""
    offices: Offices = session.info.get(OFFICES)
    if offices is None:
        return ALONE
    if len(offices) != 1:
        raise ValueError(f"a session of {len(offices)} offices only reads")
    return offices[0]


@contextmanager
def on_behalf_of(session: Session, *offices: str) -> Iterator[None]:
    """Make it a session of that office, or of those to read, within the block, in the same transaction.

    Empty: of the installation itself among several offices, which sees no office's rows either.
    """
    before = session.info.get(OFFICES)
    session.info[OFFICES] = offices
    try:
        yield
    finally:
        session.info[OFFICES] = before


@event.listens_for(OfficeSession, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    offices: Offices = state.session.info.get(OFFICES)
    if offices is None or state.is_column_load or state.execution_options.get("all_offices"):
        return
    state.statement = state.statement.options(
        with_loader_criteria(OfOffice, lambda table: table.office.in_(offices), include_aliases=True)
    )


@event.listens_for(OfficeSession, "transient_to_pending")
def _give(session: Session, row: object) -> None:
    if isinstance(row, OfOffice) and not row.office:
        row.office = office_of(session)
