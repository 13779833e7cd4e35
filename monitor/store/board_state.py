"""Restore after a restart: open outages, affected sites, the last heartbeat, and the gap since."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from monitor.domain.downtime import Downtime
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.states import DowntimeKind
from monitor.judging.baseline import Baselines, Usual
from monitor.judging.clock_trust import JUMP, ClockReading, ClockTrust, Move
from monitor.judging.health import State
from monitor.judging.power import TOGETHER
from monitor.judging.stored_state import StoredState
from monitor.store import timeline_rows
from monitor.store.among import among
from monitor.store.models import AffectedSite, ClockWord, Gap, Heartbeat, Learned, Outage, SiteState, SuppressedOutage


def load_state(session: Session, sites: Collection[str] | None = None) -> StoredState:
    """Load the board's state as the run before left it; ``sites``: whose states are wanted, None for all that are."""
    states = select(SiteState.site, SiteState.state)
    if sites is not None:
        states = states.where(among(SiteState.site, sites))
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
        {site: State(state) for site, state in session.execute(states)},
        silent_since,
        {row.site: Downtime(DowntimeKind(row.kind), row.why, row.planned_until_utc) for row in excused if row.why},
        {row.uplink: row.started_utc for row in blind},
        {row.site: row.promised_utc for row in excused if row.promised_utc is not None},
        _timed_out(session, silent_since.values()),
        frozenset(session.scalars(select(SiteState.site).where(SiteState.flapping))),
    )


def _timed_out(session: Session, silent_utc: Iterable[datetime]) -> dict[str, list[datetime]]:
    """Return when sites went down that may have done so together with one that is down, or failing, now."""
    seen_utc = list(session.scalars(select(Heartbeat.at_utc)))
    oldest_utc = min([*silent_utc, *seen_utc], default=None)
    if oldest_utc is None:
        return {}
    went_down: dict[str, list[datetime]] = {}
    query = select(Outage.site, Outage.silent_since_utc).where(Outage.silent_since_utc >= oldest_utc - TOGETHER)
    for site, since_utc in session.execute(query):
        went_down.setdefault(site, []).append(since_utc)
    return went_down


def last_trust(session: Session, daemon: str = "") -> ClockTrust | None:
    """Return the clock's trust as of the daemon's last heartbeat; None before the first.

    ``daemon``: its name; empty where the database is a file, which has one alone.
    """
    row = session.get(Heartbeat, daemon)
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


def last_trust_on_server(session: Session, daemon: str) -> ClockTrust | None:
    """Return from what a daemon's clock continues where several write: its own last heartbeat, or a later one.

    A machine that was off has the time of before, and rows of others are later: what it dates until its clock is
    trusted must come after those. Another's counts only if its clock was trusted; its own alone where its was not.
    """
    own = last_trust(session, daemon)
    if own is not None and own.suspect:
        return own
    trusted = select(Heartbeat.daemon).where(Heartbeat.suspect_since_boot_ns.is_(None))
    latest = session.scalars(trusted.order_by(Heartbeat.at_utc.desc()).limit(1)).one_or_none()
    return own if latest is None or latest == daemon else last_trust(session, latest)


def store_heartbeat(session: Session, trust: ClockTrust, daemon: str = "") -> None:
    """Store a daemon's heartbeat with its clock's trust; ``daemon`` as in `last_trust`."""
    session.merge(
        Heartbeat(
            daemon=daemon,
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


def adopt_heartbeat(session: Session, daemon: str) -> None:
    """Give the heartbeat of a daemon that had no name yet to the first that has one: the same, as a rule."""
    if daemon and (row := session.get(Heartbeat, "")) is not None:
        if session.get(Heartbeat, daemon) is None:
            row.daemon = daemon
        else:
            session.delete(row)


def operator_confirmation(session: Session) -> ClockReading | None:
    """Return the clock reading that an operator last confirmed."""
    row = session.get(ClockWord, 1)
    return ClockReading(row.wall_utc, row.boot_ns, row.boot_id) if row else None


def store_confirmation(session: Session, now: ClockReading, actor: str) -> None:
    """Store an operator's confirmation of the wall clock."""
    session.merge(ClockWord(id=1, wall_utc=now.utc, boot_ns=now.boot_ns, boot_id=now.boot_id, actor=actor))


def note_gap(session: Session, since_utc: datetime, until_utc: datetime, longest_unnoticed: timedelta) -> bool:
    """Record a time as unmonitored, if it is longer than ``longest_unnoticed``; return whether it was."""
    if until_utc - since_utc <= longest_unnoticed:
        return False
    session.add(Gap(started_utc=since_utc, ended_utc=until_utc, reason=reason(ReasonCode.DAEMON_NOT_RUNNING)))
    return True


def note_unwatched(session: Session, shard: int, since_utc: datetime, until_utc: datetime, longest: timedelta) -> None:
    """Record a time as unmonitored for the sites of a shard, if what no other gap covers of it is that long."""
    since_utc = timeline_rows.last_gap_end(session, shard, since_utc) or since_utc
    if until_utc - since_utc > longest:
        why = reason(ReasonCode.DAEMON_NOT_RUNNING)
        session.add(Gap(started_utc=since_utc, ended_utc=until_utc, reason=why, shard=shard))


def end_blindness(session: Session, shards: Collection[int], now_utc: datetime) -> None:
    """End what these shards could not see through another daemon's uplinks."""
    for gap in timeline_rows.open_gaps_of(session, shards):
        gap.ended_utc = max(now_utc, gap.started_utc)


def note_gap_before(session: Session, move: Move) -> None:
    """Record the time for which the machine was off, now that its length is known."""
    if move.off is not None:
        off_utc, resumed_utc = move.off
        note_gap(session, off_utc, resumed_utc + move.by, JUMP)


def usual_times(session: Session, devices: Collection[str] | None = None) -> dict[str, Usual]:
    """Return the stored usual round-trip times of these devices; None: of each device."""
    query = select(Learned.device, Learned.packed)
    if devices is not None:
        query = query.where(among(Learned.device, devices))
    return {device: Usual(packed) for device, packed in session.execute(query)}


def write_usual_times(session: Session, baselines: Baselines, elsewhere: Collection[str] = ()) -> None:
    """Store changed usual round-trip times, and delete those of removed devices.

    ``elsewhere``: devices that other daemons probe, and store the times of.
    """
    known = set(session.scalars(select(Learned.device)))
    rows = [
        {"device": device, "packed": usual.packed}
        for device in list(baselines.changed)
        if (usual := baselines.known.get(device)) is not None
    ]
    # No objects: in a large installation all devices have changed.
    for statement, some in (
        (insert(Learned), [row for row in rows if row["device"] not in known]),
        (update(Learned), [row for row in rows if row["device"] in known]),
    ):
        if some:
            session.execute(statement, some)
    for device in known.difference(baselines.known, elsewhere):
        session.execute(delete(Learned).where(Learned.device == device))
