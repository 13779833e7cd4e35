"""Choose the socket for a round: two rounds of one device never carry the same identifier and cookie.

A stateful firewall or NAT that once dropped a flow goes on dropping it for as long as it sees packets of it, and a flow
of ICMP echoes is defined by their identifier. So the socket of a family, with its identifier and cookie, is replaced
before any device is probed over it for the second time: the device's next round is a new flow.
"""

import asyncio
import logging
from collections.abc import Sequence

from monitor.domain.clock import Clock
from monitor.domain.log_events import LogEvent
from monitor.logs.emit import emit
from monitor.probes.icmp.counters import Counters
from monitor.probes.icmp.socket_choice import SocketKind, open_socket
from monitor.probes.icmp.sockets import EchoSocket, Family, Opener
from monitor.probes.icmp.transmitter import EchoTransmitter

log = logging.getLogger(__name__)

LATE_S = 5.0  # for how long a replaced socket still counts late and forged answers


class EchoTransmitters:
    """The transmitters in use, one per family, and replaced ones that wait for late replies. On the event loop.

    ``timeout_ns`` applies to sockets opened from then on.
    """

    def __init__(self, counters: Counters, clock: Clock, timeout_ns: int, opener: Opener) -> None:
        self.current: dict[Family, EchoTransmitter] = {}
        self.replaced: set[EchoTransmitter] = set()
        self._counters = counters
        self._clock = clock
        self.timeout_ns = timeout_ns
        self._opener = opener
        self._dropped_by_closed = 0

    def open(self, family: Family, wanted: SocketKind) -> None:
        """Open the family's first socket; raises NoSocket, with the remedy in its message, when no kind works."""
        self._use(family, open_socket(family, wanted, self._opener))

    def for_round(self, family: Family, devices: Sequence[str]) -> EchoTransmitter | None:
        """Return a transmitter over which none of those devices was probed before; None without a socket.

        Where no other socket can be opened (EMFILE, ENOBUFS), the present one stays in use: a round with an identifier
        seen before is better than none.
        """
        transmitter = self.current.get(family)
        if transmitter is None:
            return None
        if transmitter.has_probed(devices):
            try:
                echo_socket = EchoSocket(family, transmitter.socket.kind, self._opener)
            except OSError as error:
                text = "no new ICMP socket for IPv%d, the old one is used: %s"
                emit(log, LogEvent.ICMP_SOCKET_KEPT, text, family, error.strerror)
            else:
                self.replaced.add(transmitter)
                self.close_if_idle(transmitter)
                transmitter = self._use(family, echo_socket)
        transmitter.note_probed(devices)
        return transmitter

    def close_if_idle(self, transmitter: EchoTransmitter) -> None:
        """Close a replaced transmitter without echoes in flight after `LATE_S`: late replies are counted until then."""
        if transmitter in self.replaced and not transmitter.in_flight:
            asyncio.get_running_loop().call_later(LATE_S, self._close, transmitter)

    def dropped(self) -> int:
        """Return how many datagrams the kernel has dropped because a receive buffer was full, in total."""
        in_use = (*self.current.values(), *self.replaced)
        return self._dropped_by_closed + sum(transmitter.socket.dropped() for transmitter in in_use)

    def close(self) -> None:
        """Close all sockets."""
        for transmitter in (*self.current.values(), *self.replaced):
            asyncio.get_running_loop().remove_reader(transmitter.socket)
            transmitter.socket.close()
        self.current.clear()
        self.replaced.clear()

    def _use(self, family: Family, echo_socket: EchoSocket) -> EchoTransmitter:
        transmitter = self.current[family] = EchoTransmitter(echo_socket, self._counters, self._clock, self.timeout_ns)
        asyncio.get_running_loop().add_reader(echo_socket, transmitter.take_in)
        return transmitter

    def _close(self, transmitter: EchoTransmitter) -> None:
        if transmitter in self.replaced and not transmitter.in_flight:
            self.replaced.discard(transmitter)
            transmitter.take_in()
            self._dropped_by_closed += transmitter.socket.dropped()
            asyncio.get_running_loop().remove_reader(transmitter.socket)
            transmitter.socket.close()
