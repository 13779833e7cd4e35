"""Match datagrams to the echoes in flight. No I/O: bytes and times in, results out.

A reply counts only with the right source, identifier, sequence and cookie, and only when the kernel received it within
the timeout; all else is counted by its reason and changes nothing.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from operator import sub
from typing import Protocol

from monitor.domain.clock import NS_PER_S
from monitor.domain.reasons import Reason
from monitor.probes.base import Shape, Target
from monitor.probes.icmp.counters import Counters
from monitor.probes.icmp.mmsg_buffers import AddressBatch, Arrival, Datagram, QueuedError
from monitor.probes.icmp.packets import (
    BATCH,
    BATCH_BITS,
    COOKIE_BYTES,
    HEADER,
    LEAST_PAYLOAD_BYTES,
    MOST_BATCHES,
    PACKET_BYTES,
    ErrorMessage,
    Rejected,
    Requests,
    answer_to,
    checksum,
    error_reason,
    read_error,
    read_reply,
    without_ip_header,
)

STAMP_SLACK_NS = 1_000_000  # departures are interpolated within their batch
WHOLE_HEADER, ALL_BUT_CHECKSUM = 0xFFFFFFFFFFFFFFFF, 0xFFFF0000FFFFFFFF
PLACE = BATCH - 1
BATCHES_BY_SEQUENCE = 0x10000 // BATCH


class Wire(Protocol):
    """What is needed of a socket."""

    @property
    def v6(self) -> bool: ...
    @property
    def has_ip_header(self) -> bool:
        """Return whether datagrams begin with an IP header, and the checksum behind it is not verified yet."""

    @property
    def identifier(self) -> int: ...


class Group:
    """Up to `BATCH` targets of one shape that are probed together, with one batch for each of their echoes.

    ``rtts_ns``: for each echo the round-trip times by target, None while unanswered. By target's index too: ``errors``
    (the ICMP error received), ``refused`` (the errno of sending) and ``unsent`` (how often); ``done``: its sample is
    yielded.
    """

    def __init__(self, targets: Sequence[Target], echoes: int, news: asyncio.Event) -> None:
        self.targets = targets
        self.devices, self.addresses, scopes, shapes = zip(*targets, strict=True)
        self.address_batch = AddressBatch(self.addresses, scopes)
        self.shape: Shape = shapes[0]
        self.extra_bytes = (self.shape.payload_bytes or LEAST_PAYLOAD_BYTES) - LEAST_PAYLOAD_BYTES
        self.news = news
        self.rtts_ns: list[list[int | None]] = [[None] * len(targets) for _ in range(echoes)]
        self.unanswered = echoes * len(targets)
        self.waves_sent = 0
        self.last_sent_mono_ns = 0
        self.errors: dict[int, Reason] = {}
        self.refused: dict[int, int] = {}
        self.unsent: Counter[int] = Counter()
        self.done: set[int] = set()
        self.batches: list[int] = []


class Batch:
    """One echo to each target of a group, in flight. ``departures``: monotonic ns, by target's index.

    ``plain``: no padding follows the echo, so that the fast paths see all of its reply.
    """

    __slots__ = ("addresses", "count", "departures", "group", "plain", "rtts_ns")

    def __init__(self, group: Group, echo: int) -> None:
        self.group = group
        self.addresses = group.addresses
        self.count = len(group.addresses)
        self.plain = not group.extra_bytes
        self.rtts_ns = group.rtts_ns[echo]
        self.departures: Sequence[int] = ()


class InFlightEchoes:
    """All echoes in flight over one socket, by batch number. Not thread-safe: on the event loop."""

    def __init__(self, wire: Wire, counters: Counters, timeout_ns: int) -> None:
        self.cookie = secrets.token_bytes(COOKIE_BYTES)
        self.requests = Requests(v6=wire.v6, identifier=wire.identifier, cookie=self.cookie)
        self._wire = wire
        self._counters = counters
        self._timeout_ns = timeout_ns
        self._under_way: dict[int, Batch] = {}
        self._next_batch = self._first_batch = secrets.randbelow(MOST_BATCHES)
        # what the header of a right answer is, but for its sequence; an IPv6 kernel has verified the checksum itself
        self._mask = ALL_BUT_CHECKSUM if wire.v6 else WHOLE_HEADER
        self._head = int.from_bytes(answer_to(self.requests.packet(0), v6=wire.v6)[: HEADER.size]) & self._mask
        self._cookie_number = int.from_bytes(self.cookie)

    def __len__(self) -> int:
        return len(self._under_way)

    def start(self, group: Group, echo: int) -> int:
        """Assign a number to the group's next batch; its echoes are in flight until `end`."""
        number = self._next_batch
        self._next_batch = (number + 1) % MOST_BATCHES
        group.batches.append(number)
        self._under_way[number] = Batch(group, echo)
        return number

    def departed(self, number: int, departures: Sequence[int]) -> None:
        """Store when the batch's echoes left (monotonic ns)."""
        batch = self._under_way[number]
        batch.departures = departures
        batch.group.last_sent_mono_ns = departures[-1]

    def departed_later(self, number: int, place: int, mono_ns: int) -> None:
        """Store when one echo of the batch left at a retry."""
        batch = self._under_way[number]
        batch.departures = [*batch.departures]
        batch.departures[place] = batch.group.last_sent_mono_ns = mono_ns

    def end(self, group: Group) -> None:
        """Drop the group's echoes; replies to them are late from now on."""
        for number in group.batches:
            self._under_way.pop(number, None)

    def take_in(
        self,
        arrivals: Iterable[Arrival],
        datagram: Callable[[int], Datagram],
        plain_bytes: int,
        wall_to_mono_ns: int,
        read_mono_ns: int,
    ) -> None:
        """Match the records of one receive call (see `Incoming.records`); ``datagram`` returns each of them whole.

        ``wall_to_mono_ns`` converts the kernel's stamps to the monotonic clock, which was ``read_mono_ns`` then. This
        loop turns once for every reply: a valid one passes in a few comparisons, which together verify each of its
        bits; all else goes to `arrived`.
        """
        mask, good_head, good_cookie, under_way = self._mask, self._head, self._cookie_number, self._under_way
        for index, (length, seconds, nanoseconds, (source, head, cookie, token, inverse, last)) in enumerate(arrivals):
            batch, place = under_way.get(token >> BATCH_BITS), token & PLACE
            if (
                length != plain_bytes
                or batch is None
                or not batch.plain
                or head & mask != good_head | token & 0xFFFF
                or cookie != good_cookie
                or token ^ inverse != 0xFFFFFFFF
                or last != (inverse & 0xFFFF) << 16
                or place >= batch.count
                or source != batch.addresses[place]
                or batch.rtts_ns[place] is not None
            ):
                self.arrived(datagram(index), wall_to_mono_ns, read_mono_ns)
                continue
            self._timed(batch, place, seconds * NS_PER_S + nanoseconds + wall_to_mono_ns, read_mono_ns)

    def mirrored(self, number: int, stamps_mono_ns: Sequence[int], read_mono_ns: int) -> bool:
        """Take in the replies to a whole batch, in its order, whose contents are known to be right.

        Returns False, and has done nothing, where one of them must be matched by itself.
        """
        batch = self._under_way[number]
        if not batch.plain or len(stamps_mono_ns) != batch.count or batch.rtts_ns.count(None) != batch.count:
            return False
        rtts_ns = list(map(sub, stamps_mono_ns, batch.departures))
        least_ns = min(rtts_ns)
        too_late_ns = min(batch.departures[0] + self._timeout_ns, read_mono_ns)
        if least_ns < -STAMP_SLACK_NS or max(stamps_mono_ns) > too_late_ns:
            return False
        batch.rtts_ns[:] = rtts_ns if least_ns >= 0 else [rtt if rtt > 0 else 0 for rtt in rtts_ns]
        self._accept(batch, batch.count)
        return True

    def arrived(self, datagram: Datagram, wall_to_mono_ns: int, read_mono_ns: int) -> None:
        """Take in any datagram."""
        wire, data = self._wire, datagram.data
        if wire.has_ip_header:
            data = without_ip_header(data)
            if checksum(data) != 0 and datagram.length == len(datagram.data):
                self._reject(Rejected.BAD_CHECKSUM)
                return
        reply = read_reply(data, v6=wire.v6, identifier=wire.identifier, cookie=self.cookie)
        if isinstance(reply, Rejected):
            self._reject(reply)
            return
        if reply is None:
            error = read_error(data, v6=wire.v6, identifier=wire.identifier)
            if error:
                self._noted(error)
            return
        icmp_bytes = datagram.length - (len(datagram.data) - len(data))
        batch, place = self._under_way.get(reply.token >> BATCH_BITS), reply.token & PLACE
        if batch is None:
            self._reject(self._unknown(reply.token >> BATCH_BITS))
        elif place >= batch.count:
            self._reject(Rejected.FORGED_SEQUENCE)
        elif datagram.source != batch.addresses[place]:
            self._reject(Rejected.FORGED_SOURCE)
        elif batch.rtts_ns[place] is not None:
            self._reject(Rejected.DUPLICATE)
        elif icmp_bytes < PACKET_BYTES + batch.group.extra_bytes:
            self._reject(Rejected.TRUNCATED)
        else:
            self._timed(batch, place, datagram.stamp_ns + wall_to_mono_ns, read_mono_ns)

    def _unknown(self, number: int) -> Rejected:
        """Return why a reply with our cookie belongs to no batch in flight: late, or never sent."""
        given = (self._next_batch - number - 1) % MOST_BATCHES
        ever = (self._next_batch - self._first_batch) % MOST_BATCHES
        return Rejected.LATE if given < ever else Rejected.FORGED_SEQUENCE

    def _timed(self, batch: Batch, place: int, stamp_mono_ns: int, read_mono_ns: int) -> None:
        """Take in a valid reply, if the kernel received it in time."""
        departed_ns = batch.departures[place]
        # The wall clock was stepped between the stamp and its reading if the stamp does not lie between these two.
        plausible = departed_ns - STAMP_SLACK_NS <= stamp_mono_ns <= read_mono_ns
        rtt_ns = (stamp_mono_ns if plausible else read_mono_ns) - departed_ns
        if rtt_ns > self._timeout_ns:
            self._reject(Rejected.LATE)
            return
        batch.rtts_ns[place] = max(rtt_ns, 0)
        self._accept(batch, 1)

    def _accept(self, batch: Batch, answers: int) -> None:
        self._counters.accepted += answers
        batch.group.unanswered -= answers
        if not batch.group.unanswered:
            batch.group.news.set()

    def queued_error(self, error: QueuedError) -> None:
        """Take in an entry of the error queue."""
        said = error_reason(error.kind, error.code, v6=self._wire.v6)
        if said is None or len(error.data) < HEADER.size:
            return
        self._noted(ErrorMessage(int.from_bytes(error.data[6:8]), error.destination, said))

    def _noted(self, error: ErrorMessage) -> None:
        """Store an ICMP error: it gives the reason, but only a missing reply makes a round fail."""
        self._counters.errors_by_reason[error.reason] += 1
        newest = self._next_batch - 1
        back = (newest - (error.sequence >> BATCH_BITS)) % BATCHES_BY_SEQUENCE
        batch, place = self._under_way.get((newest - back) % MOST_BATCHES), error.sequence & PLACE
        if batch is not None and place < batch.count and batch.addresses[place] == error.destination:
            batch.group.errors[place] = error.reason

    def _reject(self, reason: Rejected) -> None:
        self._counters.rejected_by_reason[reason] += 1
