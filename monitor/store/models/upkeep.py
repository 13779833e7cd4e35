"""Define the tables of the database's own upkeep: decisions set aside, operations, and the schema's double."""

from datetime import datetime

from sqlalchemy import (
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store import redundancy
from monitor.store.columns import Line, Lines
from monitor.store.models.base import Base


class SetAside(Base):
    """A decision that could not be stored because of its contents, in words, and why; it is not retried."""

    __tablename__ = "set_aside"

    id: Mapped[int] = mapped_column(primary_key=True)
    at_utc: Mapped[datetime]
    what: Mapped[str] = mapped_column(Lines)
    why: Mapped[str] = mapped_column(Lines)


class LastOperation(Base):
    """The last operation that a writer has stored; see `operations`."""

    __tablename__ = "last_operations"

    writer: Mapped[str] = mapped_column(Line(160), primary_key=True)
    operation: Mapped[str] = mapped_column(Line(32))


class NotedOperation(Base):
    """A transaction of the last day that did what a person had asked for, by the wall clock; see `operations`."""

    __tablename__ = "noted_operations"

    operation: Mapped[str] = mapped_column(Line(32), primary_key=True)
    at_utc: Mapped[datetime] = mapped_column(index=True)


class SchemaDouble(Base):
    """The schema's text of a table, an index or a trigger, as the last migration left it; see `redundancy`."""

    __tablename__ = redundancy.DOUBLE

    name: Mapped[str] = mapped_column(Line(200), primary_key=True)
    sql: Mapped[str] = mapped_column(Text)
