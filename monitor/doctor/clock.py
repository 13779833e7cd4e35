"""Examine this machine's clock: whether NTP keeps it, and whether the daemon trusts it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from monitor.doctor.check import Check, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.message import N_
from monitor.judging.clock_trust import WRITTEN_UTC
from monitor.runtime.trusted_clock import kernel_says_synchronised
from monitor.store.board_state import last_trust
from monitor.store.errors import SQLAlchemyError, StoreError

OK = Kind("clock.ok", Level.OK, N_("NTP keeps the clock, and it is trusted"))
NOT_KEPT = Kind(
    "clock.not-kept",
    Level.WARNING,
    N_("nothing keeps this machine's clock right (NTP): deadlines are counted by it"),
    N_("As root: systemctl enable --now systemd-timesyncd, or chrony; then: timedatectl"),
)
SUSPECT = Kind(
    "clock.suspect",
    Level.ERROR,
    N_("the daemon does not trust the clock: nothing is escalated, resolved or mailed by it"),
    N_("Set the clock; if it is right: upazila-monitor clock trust"),
)
TOO_EARLY = Kind(
    "clock.too-early",
    Level.ERROR,
    N_("the clock shows {now:moment}, which is before this program was written"),
    N_("Set the clock, and see that its battery and NTP keep it: timedatectl"),
)


@dataclass(frozen=True)
class Seen:
    """What keeps the clock. ``suspect``: as the daemon stored it; False where there is no database to ask."""

    synchronised: bool
    suspect: bool


def _gather(place: Place) -> Seen:
    trust = None
    with suppress(StoreError, SQLAlchemyError), place.opened() as store, store.read_briefly() as session:
        trust = last_trust(session, place.settings.daemon)
    return Seen(kernel_says_synchronised(), trust is not None and trust.suspect)


def _judge(seen: Seen, now_utc: datetime) -> Iterator[Finding]:
    if now_utc < WRITTEN_UTC:
        yield found(TOO_EARLY, now=now_utc)
    if seen.suspect:
        yield found(SUSPECT)
    if not seen.synchronised:
        yield found(NOT_KEPT)
    elif not seen.suspect and now_utc >= WRITTEN_UTC:
        yield found(OK)


CLOCK = Check(
    "clock",
    N_("Clock"),
    "Whether the kernel says that NTP keeps the clock (adjtimex(2), or systemd-timesyncd), and whether the daemon "
    "trusts it.",
    _gather,
    _judge,
    (OK, NOT_KEPT, SUSPECT, TOO_EARLY),
)
