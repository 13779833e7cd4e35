"""Track the wall clock of a replay, and the trusted time where it was stepped."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.domain.clock import NS_PER_S
from monitor.judging.clock_trust import PROVED_AFTER_NS, ClockReading, ClockTrust, next_trust


@dataclass
class ReplayClock:
    """The clock of a replay. ``ahead``: by how much it has been stepped; ``trust``: None before the first step."""

    ahead: timedelta = timedelta(0)
    trust: ClockTrust | None = field(default=None)

    @property
    def suspect(self) -> bool:
        return self.trust is not None and self.trust.suspect

    def look(self, wall_utc: datetime, *, synchronised: bool = False) -> ClockReading:
        """Return a reading of the clocks; time since boot advances whatever the wall clock does."""
        boot_ns = round((wall_utc - self.ahead).timestamp() * NS_PER_S)
        return ClockReading(wall_utc, boot_ns, "replay", synchronised)

    def known(self, wall_utc: datetime) -> ClockTrust:
        """Return the clock's trust; before the first step it is trusted."""
        look = self.look(wall_utc)
        return self.trust or ClockTrust(look, look, wall_utc)

    def proved_wall_utc(self, until_utc: datetime) -> datetime | None:
        """Return when an hour without another step makes it trusted, by the wall clock.

        None if not before ``until_utc``.
        """
        if self.trust is None or self.trust.suspect_since_boot_ns is None:
            return None
        proved = datetime.fromtimestamp(
            (self.trust.suspect_since_boot_ns + PROVED_AFTER_NS) / NS_PER_S, until_utc.tzinfo
        )
        return proved + self.ahead if proved + self.ahead < until_utc else None

    def read(self, wall_utc: datetime, *, synchronised: bool = False) -> ClockTrust:
        """Read the clocks again; return the trust before."""
        before = self.known(wall_utc)
        self.trust = next_trust(before, self.look(wall_utc, synchronised=synchronised))
        return before

    def date(self, wall_utc: datetime) -> datetime:
        """Return the time to store for a reading."""
        return self.known(wall_utc).date(wall_utc, self.look(wall_utc).boot_ns)
