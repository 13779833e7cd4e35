"""What outlives a restart: open outages, who was affected, the last heartbeat, and the gap until now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.alerts.believable import Look
from monitor.judging.states import State
from monitor.store.models import AffectedSite, Gap, Heartbeat, Outage, SiteState

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Remembered:
    """``open_outages``: site → start; ``affected``: site → (root, since); ``states``: site → last stored state."""

    open_outages: dict[str, datetime]
    affected: dict[str, str]
    states: dict[str, State]


def boot_id() -> str:
    """The identity of this boot of the machine; empty where the kernel does not tell."""
    return BOOT_ID.read_text().strip() if BOOT_ID.exists() else ""


def remember(session: Session) -> Remembered:
    """What the run before left open."""
    open_rows = session.scalars(select(Outage).where(Outage.ended_utc.is_(None))).all()
    behind = session.scalars(select(AffectedSite).where(AffectedSite.until_utc.is_(None))).all()
    roots = {row.id: row.site for row in open_rows}
    return Remembered(
        {row.site: row.started_utc for row in open_rows},
        {row.site: roots[row.outage_id] for row in behind if row.outage_id in roots},
        {row.site: State(row.state) for row in session.scalars(select(SiteState))},
    )


def last_look(session: Session) -> Look | None:
    """The clocks as the last heartbeat saw them."""
    row = session.get(Heartbeat, 1)
    return Look(row.at_utc, row.boot_ns, row.boot_id) if row else None


def beat(session: Session, now: Look) -> None:
    """Says that the daemon lives."""
    session.merge(Heartbeat(id=1, at_utc=now.utc, boot_id=now.boot_id, boot_ns=now.boot_ns))


def note_gap(session: Session, now_utc: datetime, longest_unnoticed: timedelta) -> timedelta | None:
    """Records the time since the last heartbeat as unmonitored, if it is longer than ``longest_unnoticed``."""
    last = last_look(session)
    if last is None or now_utc - last.utc <= longest_unnoticed:
        return None
    session.add(Gap(started_utc=last.utc, ended_utc=now_utc, reason="the daemon was not running"))
    return now_utc - last.utc
