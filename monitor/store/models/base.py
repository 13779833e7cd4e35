"""Define what all tables share: names of constraints, column types, and the office whose rows they are."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from monitor.domain.reasons import Reason
from monitor.store.columns import Facts, Line, Reasons, Utc

LONGEST_OFFICE = 63
LONGEST_SITE = 127  # OFFICE.SITE
LONGEST_DEVICE = 191  # OFFICE.SITE/DEVICE


class Base(DeclarativeBase):
    """The declarative base; it names every constraint, so that migrations can refer to it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy's own idiom)
        # SQLite numbers rows by itself only where the type is called INTEGER, which has 64 bits there.
        int: BigInteger().with_variant(Integer(), "sqlite"),
        datetime: Utc,
        dict[str, Any]: Facts,
        Reason: Reasons,
    }


class OfOffice:
    """The column of a table whose rows belong to one office each; empty for the office that stands alone.

    `store.offices` fills it, and narrows every query to the offices of its session. What has no such column belongs to
    the installation.
    """

    office: Mapped[str] = mapped_column(Line(LONGEST_OFFICE), default="", server_default="")


class OfOfficeInKey(OfOffice):
    """The same where it is a part of the primary key."""

    office: Mapped[str] = mapped_column(
        Line(LONGEST_OFFICE), primary_key=True, default="", server_default="", sort_order=-1
    )
