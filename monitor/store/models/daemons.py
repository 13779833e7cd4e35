"""Define the tables of several daemons on one database: their leases, and the daemons themselves.

Times in them are the database's own, by its clock alone, with a time zone; rows are updated every few seconds, so that
pages keep room for another version of each.
"""

from datetime import datetime

from sqlalchemy import DateTime, false
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Line, Lines
from monitor.store.models.base import Base

OFTEN_UPDATED = {"postgresql_with": {"fillfactor": "50"}}


class LeaseRow(Base):
    """A lease, see `domain.leases`: who holds it, for the how manieth change of holder, and until when.

    ``renewed``: when a holder last took, renewed or released it; None before any did.
    """

    __tablename__ = "leases"
    __table_args__ = OFTEN_UPDATED

    name: Mapped[str] = mapped_column(Line(40), primary_key=True)
    holder: Mapped[str] = mapped_column(Line(160))
    epoch: Mapped[int]
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    renewed: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DaemonRow(Base):
    """A daemon that works on this database, or did until ``until``. ``holder``: of its leases, unique to its process.

    ``url``: of its page; empty without one. ``shards``: how many it holds. ``fit``: its clock is trusted, so that it
    takes duties. ``watches``: the digest of the sites and offices of its configuration, and since when it is that.
    ``sees``, ``lost``: names of the uplinks beyond which something answers it, and nothing, with commas between them.
    ``away``: while it sends the letters, why channels cannot be reached, by channel as JSON; empty for none.
    """

    __tablename__ = "daemons"
    __table_args__ = OFTEN_UPDATED

    holder: Mapped[str] = mapped_column(Line(160), primary_key=True)
    name: Mapped[str] = mapped_column(Line(120))
    url: Mapped[str] = mapped_column(Line(500), default="", server_default="")
    started: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    shards: Mapped[int]
    fit: Mapped[bool] = mapped_column(default=False, server_default=false())
    watches: Mapped[str] = mapped_column(Line(64), default="", server_default="")
    watches_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sees: Mapped[str] = mapped_column(Lines, default="", server_default="")
    lost: Mapped[str] = mapped_column(Lines, default="", server_default="")
    away: Mapped[str] = mapped_column(Lines, default="", server_default="")


class UnprovenDates(Base):
    """What a daemon stored by a lease while nothing had proved its clock right; by the clock that it had.

    ``since_utc``, ``until_utc``: the first and last date that may stand in those rows. ``wrong_by_s``: by how much they
    are to be moved, in seconds, once that is known: then whoever holds the lease moves them, and deletes this row.
    """

    __tablename__ = "unproven_dates"
    __table_args__ = OFTEN_UPDATED

    lease: Mapped[str] = mapped_column(Line(40), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    daemon: Mapped[str] = mapped_column(Line(120))
    since_utc: Mapped[datetime]
    until_utc: Mapped[datetime]
    wrong_by_s: Mapped[float | None]
