"""Whether the wall clock can be believed, and which time it is while it cannot. Pure.

The wall clock is compared with the time since boot, which counts a suspend but cannot be set. Believed time is an
*anchor*, the time that was believed at some moment since boot, and what has gone by since then::

    believed ──jumps by more than a minute──> suspect ──back where it would have been──────────────> believed
        ^                                        │ ├──────an operator says so───────────────────────> believed, moved
        │                                        │ ├──────NTP says so (where it was not asked before)─> believed, moved
    a start in a boot whose clock is plausible   │ └──────an hour without another jump───────────────> believed, moved
                                                 └─another jump, or a time before this was written: the hour begins anew

While it is suspect, time goes on from the anchor by the time since boot (*provisional*). When another clock is
believed in the end, all dates after ``unproven_since_utc`` are moved by the same length (`Move`): so nothing is ever
dated by a clock that turned out to be wrong, neither forwards nor backwards.

A boot's clock is plausible when it is not behind the last stored time, and not more than a week ahead of it: that is
what a weekend and a holiday beside it explain. Beyond that, NTP is asked.
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
    """One reading of the clocks, taken together: wall time, nanoseconds since boot, and which boot ('': not known).

    ``synchronised``: the kernel says that NTP keeps the wall clock.
    """

    utc: datetime
    boot_ns: int
    boot_id: str
    synchronised: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """Another clock is believed now: what is dated after ``since_utc`` is moved by ``by``.

    ``off``: the machine was off before, and that gap was not noted yet: when it was last seen, and when watching began
    anew (that one is not moved yet).
    """

    since_utc: datetime
    by: timedelta
    off: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class ClockTrust:
    """What is thought of the wall clock after the reading ``last``.

    ``anchor``: the time that was believed, and when; provisional while the clock is suspect. ``unproven_since_utc``:
    dates after it were given by a clock that nothing has proved right. ``suspect_since_boot_ns``: when the hour began.
    ``ntp_decides``: NTP did not keep this clock before, so that its word is news. ``off``: as in `Move`, of a boot that
    is not believed yet. ``move``: what this reading brought, once.
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
        return self.suspect_since_boot_ns is not None

    def utc_at(self, boot_ns: int) -> datetime:
        """The time by the anchor: believed, or provisional while the clock is suspect."""
        return self.anchor.utc + timedelta(microseconds=(boot_ns - self.anchor.boot_ns) / 1_000)

    def date(self, wall_utc: datetime, boot_ns: int) -> datetime:
        """The time to write down for a reading: the wall clock's, unless it is suspect or has just jumped."""
        by_anchor = self.utc_at(boot_ns)
        return by_anchor if self.suspect or abs(wall_utc - by_anchor) > JUMP else wall_utc


def first_trust(stored: ClockTrust | None, now: ClockReading, word: ClockReading | None = None) -> ClockTrust:
    """The trust at a start, given that of the run before, if there was one, and the ``word`` of an operator."""
    if stored is None:
        fresh = ClockTrust(now, now, now.utc, ntp_decides=True)
        return fresh if now.utc >= WRITTEN_UTC else replace(fresh, suspect_since_boot_ns=now.boot_ns)
    if same_boot(stored.last, now):
        return look_again(stored, now, word)
    # The machine was off for nobody knows how long. Until its clock is believed, time goes on as if it had hardly been;
    # but later than anything that was written after the last heartbeat: or that could not be told from what follows.
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
    """The trust at the start of a boot after one whose clock was suspect to its end.

    The clock now stands where the suspect one would have come to: both are suspect together, and the time off is
    known by them. Else what the boot before dated stands, if it dated by a time that had been believed; and if it
    never believed any, all of it goes where this boot will begin.
    """
    was_off = trust.last.utc - stored.last.utc
    goes_on = timedelta(0) <= was_off <= OFF_FOR
    if goes_on and (stored.off is not None or not _plausible(trust, trust.last)):
        anchor = replace(trust.anchor, utc=max(last_utc + was_off, trust.anchor.utc))
        return replace(trust, anchor=anchor, unproven_since_utc=stored.unproven_since_utc, off=stored.off)
    if stored.off is not None:
        return replace(trust, unproven_since_utc=stored.unproven_since_utc, off=stored.off)
    return trust


def look_again(trust: ClockTrust, now: ClockReading, word: ClockReading | None = None) -> ClockTrust:
    """What another reading, in the same boot, makes of the trust."""
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
    """Whether the machine has not been started anew between two readings.

    Where the boot's identity cannot be read, a time since boot that went back tells of another one, and so does one
    that does not fit the wall clock: a step cannot be told from it, and is the rarer of the two.
    """
    if before.boot_id and now.boot_id:
        return before.boot_id == now.boot_id
    return now.boot_ns >= before.boot_ns and not _moved(before, now)


def _suspect(trust: ClockTrust, now: ClockReading) -> ClockTrust:
    decides = trust.ntp_decides if trust.suspect else not trust.last.synchronised
    return replace(trust, last=now, suspect_since_boot_ns=now.boot_ns, ntp_decides=decides, move=None)


def _accept(trust: ClockTrust, now: ClockReading) -> ClockTrust:
    """Takes the reading as the new anchor; what it moves, it moves from what was not proved on."""
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
    """Whether the clock of a boot that is not believed yet says what the last stored time and a week off explain."""
    if trust.off is None:
        return False
    behind, ahead = trust.anchor.utc - now.utc, now.utc - trust.unproven_since_utc
    return behind <= 2 * JUMP and ahead <= OFF_FOR + _since_boot(now)


def _said(word: ClockReading | None, now: ClockReading) -> bool:
    """Whether an operator has said of this very clock, in this boot, that it is right."""
    return word is not None and same_boot(word, now) and not _moved(word, now)


def _since_boot(now: ClockReading) -> timedelta:
    return timedelta(microseconds=now.boot_ns / 1_000)


def _moved(before: ClockReading, now: ClockReading) -> bool:
    """Whether the wall clock was stepped between two readings of one boot."""
    gone_by = timedelta(microseconds=(now.boot_ns - before.boot_ns) / 1_000)
    return abs(now.utc - before.utc - gone_by) > JUMP
