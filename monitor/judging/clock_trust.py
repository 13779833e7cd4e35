"""Decide whether the wall clock can be trusted, and which time to use while it cannot. Pure.

The wall clock is compared with the time since boot, which counts suspend and cannot be set. Trusted time is an
*anchor*, a trusted wall time at some moment since boot, plus the time passed since then::

    trusted ──jumps by more than a minute──> suspect ──back where it would have been──────────────> trusted
       ^                                        │ ├──────an operator trusts it────────────────────> trusted, moved
       │                                        │ ├──────NTP trusts it (where it did not run before)─> trusted, moved
    boot with a plausible clock                 │ └──────an hour without another jump─────────────> trusted, moved
                                                └─another jump, or a time before this was written: the hour restarts

While the clock is suspect, time continues from the anchor by the time since boot (*provisional*). When another time is
trusted in the end, all dates after ``unproven_since_utc`` are moved by the same length (`Move`), forwards or backwards.

The clock of a boot is plausible when it is not behind the last stored time, and at most a week ahead of it
(``OFF_FOR``: a weekend with a holiday). Beyond that, NTP decides.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from monitor.domain.clock import NS_PER_S

WRITTEN_UTC = datetime(2026, 11, 1, tzinfo=UTC)
JUMP = timedelta(seconds=60)
OFF_FOR = timedelta(days=7)  # so long may a machine have been off without anybody asking whether its clock is right
PROVED_AFTER_NS = 3_600 * NS_PER_S


@dataclass(frozen=True, slots=True)
class ClockReading:
    """One reading of the clocks, taken together: wall time, nanoseconds since boot, and the boot's id ('': not known).

    ``synchronised``: the kernel reports that NTP keeps the wall clock.
    """

    utc: datetime
    boot_ns: int
    boot_id: str
    synchronised: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """A correction of dates: what is dated after ``since_utc`` is moved by ``by``.

    ``off``: the machine was off before, and that gap is not recorded yet: its last heartbeat, and the start of this
    boot's monitoring (provisional).
    """

    since_utc: datetime
    by: timedelta
    off: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class ClockTrust:
    """The state of the wall clock after the reading ``last``.

    ``anchor``: the trusted time, and when it was read; provisional while the clock is suspect. ``unproven_since_utc``:
    dates after it came from a clock that nothing has proved right. ``suspect_since_boot_ns``: when the hour began.
    ``ntp_decides``: NTP did not keep this clock before, so that its synchronisation counts as proof. ``off``: as in
    `Move`, of a boot that is not trusted yet. ``move``: what this reading brought, once.
    """

    last: ClockReading
    anchor: ClockReading
    unproven_since_utc: datetime
    suspect_since_boot_ns: int | None = None
    ntp_decides: bool = False
    off: tuple[datetime, datetime] | None = None
    move: Move | None = None

    @property
    def suspect(self) -> bool:
        """Return whether the wall clock cannot be trusted."""
        return self.suspect_since_boot_ns is not None

    def utc_at(self, boot_ns: int) -> datetime:
        """Return the time by the anchor: trusted, or provisional while the clock is suspect."""
        return self.anchor.utc + timedelta(microseconds=(boot_ns - self.anchor.boot_ns) / 1_000)

    def date(self, wall_utc: datetime, boot_ns: int) -> datetime:
        """Return the time to store for a reading.

        The wall clock's, or the anchor's while it is suspect or has just jumped.
        """
        by_anchor = self.utc_at(boot_ns)
        return by_anchor if self.suspect or abs(wall_utc - by_anchor) > JUMP else wall_utc


def first_trust(stored: ClockTrust | None, now: ClockReading, word: ClockReading | None = None) -> ClockTrust:
    """Return the state at a start, from that of the run before (if any) and an operator's confirmation ``word``."""
    if stored is None:
        fresh = ClockTrust(now, now, now.utc, ntp_decides=True)
        return fresh if now.utc >= WRITTEN_UTC else replace(fresh, suspect_since_boot_ns=now.boot_ns)
    if same_boot(stored.last, now):
        return next_trust(stored, now, word)
    # The machine was off for an unknown time. Until its clock is trusted, time continues as if it had hardly been off;
    # but later than anything written after the last heartbeat, to keep both apart.
    last_utc = stored.utc_at(stored.last.boot_ns)
    anchor = ClockReading(last_utc + JUMP, now.boot_ns, now.boot_id)
    trust = ClockTrust(now, anchor, last_utc + JUMP / 2, now.boot_ns, ntp_decides=True, off=(last_utc, anchor.utc))
    if stored.suspect:
        trust = _still_suspect(stored, trust, last_utc)
    if now.utc >= WRITTEN_UTC and (_plausible(trust, now) or now.synchronised or _said(word, now)):
        trusted = _accept(trust, now)
        dated_too_late = trust.unproven_since_utc <= last_utc or now.utc < last_utc - JUMP
        return trusted if dated_too_late else replace(trusted, move=None)
    return trust


def _still_suspect(stored: ClockTrust, trust: ClockTrust, last_utc: datetime) -> ClockTrust:
    """Return the state at the start of a boot after one whose clock was suspect to its end.

    If this clock continues the suspect one, both stay suspect together, and the time off is known by them. Otherwise
    dates of the boot before stand if it had ever been trusted; if not, they move to the start of this boot.
    """
    was_off = trust.last.utc - stored.last.utc
    goes_on = timedelta(0) <= was_off <= OFF_FOR
    if goes_on and (stored.off is not None or not _plausible(trust, trust.last)):
        anchor = replace(trust.anchor, utc=max(last_utc + was_off, trust.anchor.utc))
        return replace(trust, anchor=anchor, unproven_since_utc=stored.unproven_since_utc, off=stored.off)
    if stored.off is not None:
        return replace(trust, unproven_since_utc=stored.unproven_since_utc, off=stored.off)
    return trust


def next_trust(trust: ClockTrust, now: ClockReading, word: ClockReading | None = None) -> ClockTrust:
    """Return the state after another reading in the same boot."""
    off = now.utc - trust.utc_at(now.boot_ns)
    if now.utc < WRITTEN_UTC:
        return _suspect(trust, now)
    if abs(off) <= JUMP:
        return _accept(trust, now)
    ntp_says = now.synchronised and (trust.ntp_decides if trust.suspect else not trust.last.synchronised)
    if ntp_says or _said(word, now) or _plausible(trust, now):
        return _accept(trust, now)
    if not trust.suspect or _moved(trust.last, now):
        return _suspect(trust, now)
    assert trust.suspect_since_boot_ns is not None
    if now.boot_ns - trust.suspect_since_boot_ns >= PROVED_AFTER_NS:
        return _accept(trust, now)
    return replace(trust, last=now, move=None)


def same_boot(before: ClockReading, now: ClockReading) -> bool:
    """Return whether two readings are of the same boot.

    Without a boot id, another boot is assumed when the time since boot went back or does not fit the wall clock: a step
    of the clock looks the same, and is the rarer of the two.
    """
    if before.boot_id and now.boot_id:
        return before.boot_id == now.boot_id
    return now.boot_ns >= before.boot_ns and not _moved(before, now)


def _suspect(trust: ClockTrust, now: ClockReading) -> ClockTrust:
    decides = trust.ntp_decides if trust.suspect else not trust.last.synchronised
    return replace(trust, last=now, suspect_since_boot_ns=now.boot_ns, ntp_decides=decides, move=None)


def _accept(trust: ClockTrust, now: ClockReading) -> ClockTrust:
    """Take the reading as the new anchor; dates from ``unproven_since_utc`` on move with it."""
    proved = now.synchronised or now.boot_ns >= PROVED_AFTER_NS
    by = now.utc - trust.utc_at(now.boot_ns)
    moves = abs(by) > JUMP or trust.off is not None
    return ClockTrust(
        now,
        now,
        now.utc if proved or moves else trust.unproven_since_utc,
        move=Move(trust.unproven_since_utc, by, trust.off) if moves else None,
    )


def _plausible(trust: ClockTrust, now: ClockReading) -> bool:
    """Return whether the clock of an untrusted boot is within a week after the last stored time."""
    if trust.off is None:
        return False
    behind, ahead = trust.anchor.utc - now.utc, now.utc - trust.unproven_since_utc
    return behind <= 2 * JUMP and ahead <= OFF_FOR + _since_boot(now)


def _said(word: ClockReading | None, now: ClockReading) -> bool:
    """Return whether an operator has confirmed this very clock, in this boot."""
    return word is not None and same_boot(word, now) and not _moved(word, now)


def _since_boot(now: ClockReading) -> timedelta:
    return timedelta(microseconds=now.boot_ns / 1_000)


def _moved(before: ClockReading, now: ClockReading) -> bool:
    """Return whether the wall clock was stepped between two readings of one boot."""
    gone_by = timedelta(microseconds=(now.boot_ns - before.boot_ns) / 1_000)
    return abs(now.utc - before.utc - gone_by) > JUMP
