"""Define the tables of reports: their editions, and the files of them that left the house."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from monitor.domain.reasons import Reason
from monitor.store.columns import Line
from monitor.store.models.base import Base, OfOffice
from monitor.store.models.cases import Ticket
from monitor.store.redundancy import HASHED


class Edition(OfOffice, Base):
    """An edition of a report, from the wish for it on. ``state``: as in `domain.edition_states`; ``why`` it failed.

    ``scope_kind``, ``scope_id``: what it is about, as in `reports.report`; ``official``: the key of the official
    service that it answers. ``files``: which are to be kept with it, such as 'bn.pdf'. ``number``: 1 for the first
    edition of that period and scope, 0 until it is made; ``same_as``: the edition that has all of it already.
    ``value``: what it says, as `reports.edition_process` packs it, ``value_hash`` the SHA-256 of it as JSON;
    ``as_of_utc``: up to when it counts; ``said``: its summary, by language. ``differences``: the first of
    ``different`` figures that the edition before had otherwise. ``ticket``: of the request that it is to answer.
    ``occasion``: what the schedule asked for it for, else ''.
    """

    __tablename__ = "editions"

    id: Mapped[int] = mapped_column(primary_key=True)
    period_kind: Mapped[str] = mapped_column(Line(8))
    period_code: Mapped[str] = mapped_column(Line(24))
    scope_kind: Mapped[str] = mapped_column(Line(12))
    scope_id: Mapped[str] = mapped_column(Line(200), default="")
    official: Mapped[str] = mapped_column(Line(64), default="")
    files: Mapped[list[Any]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(Line(8), index=True)
    why: Mapped[Reason | None]
    asked_utc: Mapped[datetime]
    actor: Mapped[str] = mapped_column(Line(100))
    begun_utc: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    made_utc: Mapped[datetime | None] = mapped_column(index=True)
    number: Mapped[int] = mapped_column(default=0)
    same_as: Mapped[int | None]
    as_of_utc: Mapped[datetime | None]
    value: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, info={HASHED: True})
    value_hash: Mapped[str] = mapped_column(Line(64), default="")
    said: Mapped[dict[str, Any]] = mapped_column(default=dict)
    differences: Mapped[list[Any]] = mapped_column(JSON, default=list)
    different: Mapped[int] = mapped_column(default=0)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    occasion: Mapped[str] = mapped_column(Line(24), default="")

    ticket: Mapped[Ticket | None] = relationship()
    kept: Mapped[list["EditionFile"]] = relationship(back_populates="edition", order_by="EditionFile.name")


class EditionFile(OfOffice, Base):
    """A file of an edition as it left the house: mailed, or put to a request. ``hash``: its SHA-256.

    ``name``: language and format, such as 'bn.pdf'; ``filename``: what it is called outside; ``media``: its type.
    """

    __tablename__ = "edition_files"
    __table_args__ = (UniqueConstraint("edition_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    name: Mapped[str] = mapped_column(Line(16))
    filename: Mapped[str] = mapped_column(Line(120))
    media: Mapped[str] = mapped_column(Line(100))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, info={HASHED: True})
    size: Mapped[int]
    hash: Mapped[str] = mapped_column(Line(64))

    edition: Mapped[Edition] = relationship(back_populates="kept")
