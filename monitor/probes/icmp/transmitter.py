"""Send batches over one family's socket, and match what arrives."""

import errno
import time
from collections.abc import Collection

from monitor.domain.clock import Clock
from monitor.probes.icmp.counters import Counters
from monitor.probes.icmp.in_flight import Group, InFlightEchoes
from monitor.probes.icmp.mmsg_buffers import ARRIVALS, Outgoing, QueuedError
from monitor.probes.icmp.sockets import EchoSocket, can_be_sent_later, packet_options

WARM_NS = 1_000_000  # caches keep what sending needs for so long
GROWTH, LONGEST = 4, 32  # of the pieces that a batch is sent in


class EchoTransmitter:
    """One family's socket with the echoes in flight over it."""

    def __init__(self, echo_socket: EchoSocket, counters: Counters, clock: Clock, timeout_ns: int) -> None:
        self.socket = echo_socket
        self.in_flight = InFlightEchoes(echo_socket, counters, timeout_ns)
        self._probed: set[str] = set()  # but for the newest round's
        self._probed_newly: Collection[str] = ()
        self._counters = counters
        self._clock = clock
        self._sent_mono_ns = 0
        self._out = Outgoing(self.in_flight.requests, v6=echo_socket.v6)

    def has_probed(self, devices: Collection[str]) -> bool:
        """Return whether one of them was probed over this socket before."""
        self._probed.update(self._probed_newly)
        self._probed_newly = ()
        return not self._probed.isdisjoint(devices)

    def note_probed(self, devices: Collection[str]) -> None:
        """Note that they are probed over this socket; they are sorted in when it is asked for again."""
        self._probed.update(self._probed_newly)
        self._probed_newly = devices

    def send(self, group: Group, echo: int) -> list[int]:
        """Send one echo to each of the group; return the indexes of those for which the kernel had no buffer space."""
        number = self.in_flight.start(group, echo)
        count = len(group.targets)
        departures, refused = self._transmit(number, group, 0, count)
        self.in_flight.departed(number, departures)
        group.waves_sent += 1
        self._counters.sent += count - len(refused)
        no_room = []
        for place, number_ in refused:
            group.unsent[place] += 1
            if can_be_sent_later(number_):
                no_room.append(place)
            else:
                self.refuse(group, place, number_)
        self.take_in(number)
        return no_room

    def send_again(self, group: Group, place: int) -> bool:
        """Retry one echo of the group's last batch; return whether there was buffer space."""
        number = group.batches[-1]
        departures, refused = self._transmit(number, group, place, place + 1)
        if refused and can_be_sent_later(refused[0][1]):
            return False
        if refused:
            self.refuse(group, place, refused[0][1])
        else:
            group.unsent[place] -= 1
            self._counters.sent += 1
            self.in_flight.departed_later(number, place, departures[0])
        return True

    def _transmit(self, number: int, group: Group, start: int, end: int) -> tuple[list[int], list[tuple[int, int]]]:
        """Return when each of them left (monotonic ns), and (index, errno) of those refused."""
        shape, socket_ = group.shape, self.socket
        control = packet_options(v6=socket_.v6, ttl=shape.ttl, dscp=shape.dscp)
        self._out.load(number, group.address_batch, group.extra_bytes, control)
        socket_.forbid_fragments(shape.dont_fragment or not group.extra_bytes)  # a plain echo fits through every link
        return self._in_pieces(start, end)

    def _in_pieces(self, start: int, end: int) -> tuple[list[int], list[tuple[int, int]]]:
        """Send a batch in growing pieces, to date each packet.

        After a pause the first packets take many times as long as later ones, until caches are warm, and one straight
        line through a whole batch would date most departures tens of microseconds too early. So pieces grow from one
        packet, and each packet is dated at the middle of its share of the piece's time. For the very first one after a
        pause the kernel's transmit timestamp counts.
        """
        fd, now = self.socket.fileno(), self._clock.mono_ns
        departures: list[int] = []
        refused: list[tuple[int, int]] = []
        done, begun_ns = start, now()
        cold = begun_ns - self._sent_mono_ns > WARM_NS
        size = 1 if cold else LONGEST
        self._out.request_first_departure(cold and not start)
        while done < end:
            size = min(size, end - done)
            refused += self._out.send(fd, done, done + size)
            ended_ns = now()
            each_ns = max(1, (ended_ns - begun_ns) // size)
            first_ns = begun_ns + each_ns // 2
            if cold and not done:
                first_ns, ended_ns = self._first_departure(begun_ns, ended_ns), now()
            departures += range(first_ns, first_ns + each_ns * size, each_ns)
            begun_ns, done, size = ended_ns, done + size, min(size * GROWTH, LONGEST)
        self._sent_mono_ns = begun_ns
        return departures, refused

    def _first_departure(self, begun_ns: int, ended_ns: int) -> int:
        """Return the kernel's transmit timestamp, if there is one within these times, else the middle."""
        wall_to_mono_ns = self._clock.mono_ns() - time.time_ns()
        for entry in self.socket.queue():
            if isinstance(entry, QueuedError):
                self.in_flight.queued_error(entry)
            elif begun_ns <= entry.stamp_ns + wall_to_mono_ns <= ended_ns:
                return entry.stamp_ns + wall_to_mono_ns
        return (begun_ns + ended_ns) // 2

    def refuse(self, group: Group, place: int, number: int) -> None:
        """Store that the kernel did not send it."""
        self._counters.refused_by_errno[errno.errorcode.get(number, str(number))] += 1
        group.refused[place] = number

    def take_in(self, just_sent: int | None = None) -> None:
        """Receive and match all that has arrived; also called by the event loop.

        Near and idle neighbours answer in the order of sending: right after a batch was sent, that is tried first.
        """
        socket_, incoming = self.socket, self.socket.incoming
        while True:
            count = socket_.receive()
            read_ns = self._clock.mono_ns()
            wall_to_mono_ns = read_ns - time.time_ns()
            if (
                just_sent is not None
                and count
                and incoming.mirrors(self._out, count)
                and self.in_flight.mirrored(just_sent, incoming.stamps(count, wall_to_mono_ns), read_ns)
            ):
                break
            if count:
                self.in_flight.take_in(
                    incoming.records(count), incoming.datagram, incoming.plain_bytes, wall_to_mono_ns, read_ns
                )
            if count < ARRIVALS:
                break
        if not count:
            for entry in socket_.queue():
                if isinstance(entry, QueuedError):
                    self.in_flight.queued_error(entry)
