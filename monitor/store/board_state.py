"""What outlives a restart: open outages, who was affected, the last heartbeat, and the gap until now."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from monitor.domain.downtime import Downtime
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.states import DowntimeKind
from monitor.judging.baseline import Baselines, Usual
from monitor.judging.clock_trust import JUMP, ClockReading, ClockTrust, Move
from monitor.judging.health import State
from monitor.judging.power import TOGETHER
from monitor.judging.thresholds import StoredState
from monitor.store.models import AffectedSite, ClockWord, Gap, Heartbeat, Learned, Outage, SiteState, SuppressedOutage


def remember(session: Session) -> StoredState:
    """What the run before left open."""
    open_rows = session.scalars(select(Outage).where(Outage.ended_utc.is_(None))).all()
    behind = session.scalars(select(AffectedSite).where(AffectedSite.until_utc.is_(None))).all()
    roots = {row.id: row.site for row in open_rows}
    excused = session.scalars(select(SuppressedOutage).where(SuppressedOutage.until_utc.is_(None))).all()
    blind = session.scalars(select(Gap).where(Gap.uplink != "", Gap.ended_utc.is_(None)))
    silent_since = {row.site: row.since_utc for row in excused} | {row.site: row.since_utc for row in behind}
    silent_since |= {row.site: row.silent_since_utc for row in open_rows}
    return StoredState(
        {row.site: row.started_utc for row in open_rows},
        {row.site: roots[row.outage_id] for row in behind if row.outage_id in roots},
        {row.site: State(row.state) for row in session.scalars(select(SiteState))},
        silent_since,
        {row.site: Downtime(DowntimeKind(row.kind), row.why, row.planned_until_utc) for row in excused if row.why},
        {row.uplink: row.started_utc for row in blind},
        {row.site: row.promised_utc for row in excused if row.promised_utc is not None},
        _fell_silent(session, silent_since.values()),
        frozenset(session.scalars(select(SiteState.site).where(SiteState.flapping))),
    )


def _fell_silent(session: Session, silent_utc: Iterable[datetime]) -> dict[str, list[datetime]]:
    """When sites fell silent with which one that is silent now, or was about to be, may have fallen silent together."""
    last = last_trust(session)
    seen_utc = [last.utc_at(last.last.boot_ns)] if last else []
    oldest_utc = min([*silent_utc, *seen_utc], default=None)
    if oldest_utc is None:
        return {}
    fell: dict[str, list[datetime]] = {}
    query = select(Outage.site, Outage.silent_since_utc).where(Outage.silent_since_utc >= oldest_utc - TOGETHER)
    for site, since_utc in session.execute(query):
        fell.setdefault(site, []).append(since_utc)
    return fell


def last_trust(session: Session) -> ClockTrust | None:
    """What the run before thought of the clock, as of its last heartbeat; None before the first."""
    row = session.get(Heartbeat, 1)
    if row is None:
        return None
    boot = row.boot_id.replace("-", "")
    return ClockTrust(
        ClockReading(row.wall_utc or row.at_utc, row.boot_ns, boot, row.synchronised),
        ClockReading(row.at_utc, row.boot_ns, boot),
        row.unproven_since_utc or row.at_utc,
        row.suspect_since_boot_ns,
        row.ntp_decides,
        (row.off_since_utc, row.resumed_utc) if row.off_since_utc and row.resumed_utc else None,
    )


def beat(session: Session, trust: ClockTrust) -> None:
    """Says that the daemon lives, and what it thinks of the clock."""
    session.merge(
        Heartbeat(
            id=1,
            at_utc=trust.date(trust.last.utc, trust.last.boot_ns),
            boot_id=trust.last.boot_id,
            boot_ns=trust.last.boot_ns,
            wall_utc=trust.last.utc,
            synchronised=trust.last.synchronised,
            unproven_since_utc=trust.unproven_since_utc,
            suspect_since_boot_ns=trust.suspect_since_boot_ns,
            ntp_decides=trust.ntp_decides,
            off_since_utc=trust.off and trust.off[0],
            resumed_utc=trust.off and trust.off[1],
        )
    )


def operators_word(session: Session) -> ClockReading | None:
    """The reading of the clocks of which an operator said last that it is right."""
    row = session.get(ClockWord, 1)
    return ClockReading(row.wall_utc, row.boot_ns, row.boot_id) if row else None


def keep_word(session: Session, now: ClockReading, actor: str) -> None:
    """Notes that an operator says that the wall clock is right."""
    session.merge(ClockWord(id=1, wall_utc=now.utc, boot_ns=now.boot_ns, boot_id=now.boot_id, actor=actor))


def note_gap(session: Session, since_utc: datetime, until_utc: datetime, longest_unnoticed: timedelta) -> bool:
    """Records a time as unmonitored, if it is longer than ``longest_unnoticed``; whether it was."""
    if until_utc - since_utc <= longest_unnoticed:
        return False
    session.add(Gap(started_utc=since_utc, ended_utc=until_utc, reason=reason(ReasonCode.DAEMON_NOT_RUNNING)))
    return True


def note_gap_before(session: Session, move: Move) -> None:
    """Records the time for which the machine was off, now that it is known how long that was."""
    if move.off is not None:
        off_utc, resumed_utc = move.off
        note_gap(session, off_utc, resumed_utc + move.by, JUMP)


def learned(session: Session) -> dict[str, Usual]:
    """What is usual of each device, as it was written down last."""
    return {row.device: Usual(row.packed) for row in session.scalars(select(Learned))}


def write_learned(session: Session, baselines: Baselines) -> None:
    """Writes down what is new since the last time, and drops what is gone."""
    for device in list(baselines.changed):
        usual = baselines.known.get(device)
        if usual is not None:
            session.merge(Learned(device=device, packed=usual.packed()))
    known = set(session.scalars(select(Learned.device)))
    for device in known - baselines.known.keys():
        session.execute(delete(Learned).where(Learned.device == device))
