"""What the engine has seen since the start."""

from collections import Counter
from dataclasses import dataclass, field

from monitor.domain.reasons import Reason
from monitor.probes.icmp.packets import FORGED, Rejected


@dataclass
class Counters:
    """Only ever grows."""

    sent: int = 0
    accepted: int = 0
    rejected_by_reason: Counter[Rejected] = field(default_factory=Counter)
    errors_by_reason: Counter[Reason] = field(default_factory=Counter)
    refused_by_errno: Counter[str] = field(default_factory=Counter)
    dropped: int = 0

    def rejected(self) -> dict[str, int]:
        """Datagrams that were no answer, by reason; every reason is there, so that a series exists before it grows."""
        return {reason.value: self.rejected_by_reason[reason] for reason in Rejected}

    @property
    def forged(self) -> int:
        """Those that somebody must have made up."""
        return sum(self.rejected_by_reason[reason] for reason in FORGED)
