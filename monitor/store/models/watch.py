"""What the monitor keeps of its watching: states, times in which nobody could see, and what judges nobody."""

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
from monitor.store.models.base import Base


class Event(Base):
    """A line of the timeline that is no outage: a restart, a UPS on battery, credentials refused, the uplink gone."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    at_utc: Mapped[datetime] = mapped_column(index=True)
    site: Mapped[str] = mapped_column(Line(64), index=True)
    device: Mapped[str] = mapped_column(Line(130), default="")
    kind: Mapped[str] = mapped_column(Line(32))
    reason: Mapped[Reason | None]


def _since(context: Any) -> datetime:
    """A site's first state is when it came to be known."""
    since: datetime = context.get_current_parameters()["since_utc"]
    return since


class SiteState(Base):
    """The last known state of a site; while it flaps, its comings and goings are not told.

    ``workstation_utc``: the first answer of one of a lab's workstations on the last day that had any. ``first_utc``:
    since when the site is known at all; None in rows from before that was kept. ``answers_since_utc``: since when it
    answers without having been silent for certain; None while it does not, or is not known to.
    """

    __tablename__ = "site_states"

    site: Mapped[str] = mapped_column(Line(64), primary_key=True)
    state: Mapped[str] = mapped_column(Line(16))
    since_utc: Mapped[datetime]
    workstation_utc: Mapped[datetime | None]
    first_utc: Mapped[datetime | None] = mapped_column(default=_since)
    flapping: Mapped[bool] = mapped_column(default=False, server_default=false())
    answers_since_utc: Mapped[datetime | None]


class Heartbeat(Base):
    """The one row that says when the daemon last lived, in which boot of the machine, and what it thought of the clock.

    ``at_utc`` is the time that it went by; ``wall_utc`` what the wall clock said, ``synchronised`` what NTP said of it.
    The rest is as `judging.clock_trust.ClockTrust` explains it; None in rows from before that was kept.
    """

    __tablename__ = "heartbeat"

    id: Mapped[int] = mapped_column(primary_key=True)
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
    """The one row that says of which reading of the clocks an operator said last that it is right."""

    __tablename__ = "clock_word"

    id: Mapped[int] = mapped_column(primary_key=True)
    wall_utc: Mapped[datetime]
    boot_ns: Mapped[int] = mapped_column(BigInteger)
    boot_id: Mapped[str] = mapped_column(Line(40))
    actor: Mapped[str] = mapped_column(Line(100))


class Gap(Base):
    """A time in which nobody watched: neither up nor down. ``ended_utc`` is None while it lasts.

    ``uplink``: only what lies behind that one could not be seen; empty: nothing at all.
    """

    __tablename__ = "gaps"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_utc: Mapped[datetime] = mapped_column(index=True)
    ended_utc: Mapped[datetime | None]
    reason: Mapped[Reason | None]
    uplink: Mapped[str] = mapped_column(Line(64), default="", server_default="")


class SuppressedOutage(Base):
    """A site was silent, but no outage began: planned work, hours in which it is not promised, or either of a parent.

    ``planned_until_utc``: when the excuse ends, as far as was known when it began. ``promised_utc``: when the site was
    first both silent and promised, where that was before the excuse.
    """

    __tablename__ = "excused"

    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str] = mapped_column(Line(64), index=True)
    kind: Mapped[str] = mapped_column(Line(16))
    why: Mapped[Reason | None]
    since_utc: Mapped[datetime]
    planned_until_utc: Mapped[datetime | None]
    promised_utc: Mapped[datetime | None]
    until_utc: Mapped[datetime | None] = mapped_column(index=True)


class PlannedWork(Base):
    """A maintenance window that was asked for by command; ``ended_utc`` when it was ended before its time.

    ``entry``: what [maintenance.NAME] of monitor.toml would say, as plain JSON values.
    ``version`` grows with each change.
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
    """What is usual of a device: its round-trip times by the hour of the week, as `judging.baseline` packs them."""

    __tablename__ = "learned"

    device: Mapped[str] = mapped_column(Line(130), primary_key=True)
    packed: Mapped[bytes] = mapped_column(LargeBinary)
