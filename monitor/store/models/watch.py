"""Define the tables of monitoring: states, unmonitored times, and the timeline."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    LargeBinary,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from monitor.domain.reasons import Reason
from monitor.store.columns import Line
from monitor.store.models.base import LONGEST_DEVICE, LONGEST_SITE, Base, OfOffice, OfOfficeInKey


class Event(OfOffice, Base):
    """A timeline event that is no outage: a restart, a UPS on battery, credentials refused, an uplink lost."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    at_utc: Mapped[datetime] = mapped_column(index=True)
    site: Mapped[str] = mapped_column(Line(LONGEST_SITE), index=True)
    device: Mapped[str] = mapped_column(Line(LONGEST_DEVICE), default="")
    kind: Mapped[str] = mapped_column(Line(32))
    reason: Mapped[Reason | None]


def _since(context: Any) -> datetime:
    """Return the default of ``first_utc``: when the site's first state was stored."""
    since: datetime = context.get_current_parameters()["since_utc"]
    return since


class SiteState(OfOffice, Base):
    """The last known state of a site; while it flaps, its changes are not notified.

    ``workstation_utc``: the first answer of a lab's workstation on the last day that had any. ``first_utc``: since when
    the site is known at all; None in rows of older versions. ``answers_since_utc``: since when it has answered without
    being confirmed down; None while it does not, or is not known to.
    """

    __tablename__ = "site_states"

    site: Mapped[str] = mapped_column(Line(LONGEST_SITE), primary_key=True)
    state: Mapped[str] = mapped_column(Line(16))
    since_utc: Mapped[datetime]
    workstation_utc: Mapped[datetime | None]
    first_utc: Mapped[datetime | None] = mapped_column(default=_since)
    flapping: Mapped[bool] = mapped_column(default=False, server_default=false())
    answers_since_utc: Mapped[datetime | None]


class Heartbeat(Base):
    """A daemon's last heartbeat, the boot of its machine, and its clock's trust.

    ``daemon``: its name, where several may work on one database; empty where the database is a file. ``at_utc``: the
    trusted time; ``wall_utc``: the wall clock, ``synchronised``: NTP's state. The rest as in
    `judging.clock_trust.ClockTrust`; None in rows of older versions.
    """

    __tablename__ = "heartbeat"

    daemon: Mapped[str] = mapped_column(Line(120), primary_key=True, default="", server_default="")
    at_utc: Mapped[datetime]
    boot_id: Mapped[str] = mapped_column(Line(40))
    boot_ns: Mapped[int] = mapped_column(BigInteger)
    wall_utc: Mapped[datetime | None]
    synchronised: Mapped[bool] = mapped_column(default=False, server_default=false())
    unproven_since_utc: Mapped[datetime | None]
    suspect_since_boot_ns: Mapped[int | None] = mapped_column(BigInteger)
    ntp_decides: Mapped[bool] = mapped_column(default=False, server_default=false())
    off_since_utc: Mapped[datetime | None]
    resumed_utc: Mapped[datetime | None]


class ClockWord(Base):
    """The one row with the clock reading that an operator last confirmed."""

    __tablename__ = "clock_word"

    id: Mapped[int] = mapped_column(primary_key=True)
    wall_utc: Mapped[datetime]
    boot_ns: Mapped[int] = mapped_column(BigInteger)
    boot_id: Mapped[str] = mapped_column(Line(40))
    actor: Mapped[str] = mapped_column(Line(100))


class Gap(Base):
    """An unmonitored time: neither up nor down. ``ended_utc``: None while it lasts.

    ``uplink``: the one behind which sites could not be seen; ``shard``: the one whose sites no daemon watched. Without
    either: all sites.
    """

    __tablename__ = "gaps"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_utc: Mapped[datetime] = mapped_column(index=True)
    ended_utc: Mapped[datetime | None]
    reason: Mapped[Reason | None]
    uplink: Mapped[str] = mapped_column(Line(64), default="", server_default="")
    shard: Mapped[int | None]


class SuppressedOutage(OfOffice, Base):
    """A site that was down without an outage: planned work, outside its service hours, or either of a parent.

    ``planned_until_utc``: the end of the downtime as known when it began. ``promised_utc``: since when the site was
    unreachable within service hours, where that was before the downtime.
    """

    __tablename__ = "excused"

    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str] = mapped_column(Line(LONGEST_SITE), index=True)
    kind: Mapped[str] = mapped_column(Line(16))
    why: Mapped[Reason | None]
    since_utc: Mapped[datetime]
    planned_until_utc: Mapped[datetime | None]
    promised_utc: Mapped[datetime | None]
    until_utc: Mapped[datetime | None] = mapped_column(index=True)


class PlannedWork(OfOfficeInKey, Base):
    """A maintenance window planned by command; ``ended_utc``: set when it was ended early.

    ``entry``: the keys of [maintenance.NAME] of monitor.toml, as plain JSON values. ``version`` grows with each change.
    """

    __tablename__ = "planned_work"

    name: Mapped[str] = mapped_column(Line(64), primary_key=True)
    entry: Mapped[dict[str, Any]]
    actor: Mapped[str] = mapped_column(Line(100))
    created_utc: Mapped[datetime]
    ended_utc: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (as above)


class Learned(Base):
    """A device's usual round-trip times by the hour of the week, as `judging.baseline` packs them."""

    __tablename__ = "learned"

    device: Mapped[str] = mapped_column(Line(LONGEST_DEVICE), primary_key=True)
    packed: Mapped[bytes] = mapped_column(LargeBinary)
