"""Count datagrams that are no valid response, and keep the last reason for each agent under request."""

from collections import Counter

from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.probes.snmp.ber import BerError
from monitor.probes.snmp.sockets import Where, place_of


class Rejections:
    """Rejected datagrams by reason, and the last reason for each agent that is being asked.

    On the event loop of its client. An agent has at most one request under way.
    """

    def __init__(self, by_reason: Counter[str] | None = None) -> None:
        self.by_reason = Counter[str]() if by_reason is None else by_reason
        self._sources: dict[Where, Where] = {}
        self._last: dict[Where, Reason | None] = {}

    def expect(self, where: Where, source: Where | None) -> None:
        """Accept the answers of the agent at ``where`` from ``source`` too, unless that is None."""
        if source is not None:
            self._sources[where] = source

    def is_foreign(self, source: Where, where: Where) -> bool:
        """Tell whether what came from ``source`` cannot be an answer of the agent at ``where``."""
        return source != where and source != self._sources.get(where)

    def begin(self, where: Where) -> None:
        """Keep the reasons for that agent from now on, until `end`."""
        self._last[where] = None

    def end(self, where: Where) -> Reason | None:
        """Return the last reason for that agent; None without one."""
        return self._last.pop(where, None)

    def reject(self, counted_as: str, whose: Where, why: Reason) -> None:
        """Count a datagram; ``why`` is kept for ``whose``, if that is being asked."""
        self.by_reason[counted_as] += 1
        if whose in self._last:
            self._last[whose] = why

    def late(self, source: Where) -> None:
        """Reject a response to a request that is over, or was never made."""
        self.reject("late_or_unasked", source, reason(ReasonCode.SNMP_ANSWER_LATE))

    def foreign(self, source: Where, where: Where) -> None:
        """Reject a response from another source than the agent at ``where``."""
        address, port = place_of(source)
        other = reason(ReasonCode.SNMP_ANSWERED_BY, address=address, port=port)
        self.reject("wrong_source", where, other)

    def malformed(self, source: Where, error: BerError) -> None:
        """Reject a datagram that cannot be decoded."""
        self.reject("malformed", source, reason(ReasonCode.SNMP_MALFORMED, fault=str(error)))
