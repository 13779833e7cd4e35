"""Count what the ICMP engine sends, receives and rejects."""

from collections import Counter
from dataclasses import dataclass, field

from monitor.domain.reasons import Reason
from monitor.probes.icmp.packets import Rejected


@dataclass
class Counters:
    """Totals since the start; they never decrease."""

    sent: int = 0
    accepted: int = 0
    rejected_by_reason: Counter[Rejected] = field(default_factory=Counter)
    errors_by_reason: Counter[Reason] = field(default_factory=Counter)
    refused_by_errno: Counter[str] = field(default_factory=Counter)
    dropped: int = 0

    def rejected(self) -> dict[str, int]:
        """Count datagrams that were no valid reply, by reason.

        All reasons are present from the start, as series need it.
        """
        return {reason.value: self.rejected_by_reason[reason] for reason in Rejected}
