"""Define what all tables share: names of constraints, and column types."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase

from monitor.domain.reasons import Reason
from monitor.store.columns import Facts, Reasons, Utc


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
