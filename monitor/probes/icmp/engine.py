"""Probe by ICMP: rounds of echoes over one shared socket per family, in batches, within the allowed rate.

Times: echoes leave and deadlines run on the monotonic clock. The kernel stamps arrivals with the wall clock; a stamp is
converted to the monotonic clock by reading both when the datagram is taken in. A stamp before the echo's departure or
after that reading (the wall clock was stepped) is discarded, and the time of reading counts. So a reply that waited in
the socket while the event loop was busy is neither late nor lost.

Verdict of a round:

- an echo was answered: ``ok``, whatever else happened;
- the kernel dropped datagrams because our buffer was full, or refused to send an echo of the round for a reason of its
  own (EPERM, ENOBUFS, ENETUNREACH, …): ``unknown``, it is our fault;
- no answer, or the kernel reports that this very host cannot be reached (EHOSTUNREACH, EHOSTDOWN): ``failed``.
"""

import asyncio
import errno
import logging
import socket
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import repeat
from operator import itemgetter
from typing import TypeVar

from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.log_events import LogEvent
from monitor.domain.reasons import TIMEOUT, Reason, ReasonCode, reason
from monitor.domain.sample import Sample, Verdict
from monitor.logs.emit import emit
from monitor.probes.base import Target
from monitor.probes.icmp.counters import Counters
from monitor.probes.icmp.in_flight import Group
from monitor.probes.icmp.packets import BATCH
from monitor.probes.icmp.socket_choice import SocketKind, has_ipv6
from monitor.probes.icmp.sockets import NoSocket, Opener, name_of
from monitor.probes.icmp.transmitter import EchoTransmitter
from monitor.probes.icmp.transmitters import EchoTransmitters

log = logging.getLogger(__name__)

INTERRUPTED, BUFFER_FULL = reason(ReasonCode.INTERRUPTED), reason(ReasonCode.BUFFER_FULL)
UNREACHABLE_HOST = {errno.EHOSTUNREACH, errno.EHOSTDOWN}
BURST_S = 0.0256  # a whole batch at 5,000 a second
LOOK_S = 0.1  # how often complete samples are yielded while others of their group are pending
TURN_NS = 5_000_000  # how long sending may keep the event loop to itself
NO_ROOM_PAUSE_S = 0.002
NO_ROOM_TRIES = 5

# A field of every target, by index: an attribute would cost three times as much.
DEVICE_OF, ADDRESS_OF, SHAPE_OF = (itemgetter(Target._fields.index(name)) for name in ("device", "address", "shape"))

Key = TypeVar("Key", bound=Hashable)
Unsent = (
    tuple[EchoTransmitter, Group, list[int]] | None
)  # to whom the kernel had no room to send; None: the round was hurried


@dataclass(frozen=True, slots=True)
class IcmpOptions:
    """The shape of a round; ``rate_per_s`` 0: no rate limit, with received datagrams still taken in between batches."""

    echoes: int = 3
    spacing_s: float = 0.5
    timeout_s: float = 1.5
    rate_per_s: int = 5_000
    socket: SocketKind = "auto"

    @property
    def burst(self) -> int:
        """Return how many echoes may leave at once without exceeding the rate for longer than a moment."""
        return max(1, min(BATCH, round(self.rate_per_s * BURST_S))) if self.rate_per_s else BATCH


def _by_key(targets: Sequence[Target], keys: Sequence[Key]) -> Mapping[Key, Sequence[Target]]:
    """Return the targets by their keys; without a loop where all have the same one, as nearly always."""
    if len(set(keys)) == 1:
        return {keys[0]: targets}
    found = defaultdict[Key, list[Target]](list)
    for key, target in zip(keys, targets, strict=True):
        found[key].append(target)
    return found


class IcmpProbe:
    """The ICMP probe. `open` and `close` belong to the running event loop; several `run` may be under way at once."""

    name = "icmp"

    def __init__(
        self,
        clock: Clock,
        options: IcmpOptions,
        opener: Opener = socket.socket,
        counters: Counters | None = None,
    ) -> None:
        """Prepare the probe; ``opener`` makes the sockets, as ``socket.socket`` does (for another network namespace).

        ``counters``: where events are counted, if others read them.
        """
        self.options = options
        self.counters = Counters() if counters is None else counters
        self.why_no_ipv6: Reason | None = None
        self._clock = clock
        self._transmitters = EchoTransmitters(self.counters, clock, round(options.timeout_s * NS_PER_S), opener)
        self._may_send_mono_ns = 0
        self._turn_mono_ns = 0
        self._sending: set[asyncio.Future[Unsent]] = set()
        self._ended_early = asyncio.Event()

    def open(self) -> None:
        """Open the sockets; raises NoSocket, with the remedy in its message, when no kind works for IPv4.

        Without IPv6, devices that need it get ``unknown`` samples that say why.
        """
        self._transmitters.open(4, self.options.socket)
        if not has_ipv6():
            self.why_no_ipv6 = reason(ReasonCode.NO_IPV6)
            return
        try:
            self._transmitters.open(6, self.options.socket)
        except NoSocket as error:
            why = str(error).splitlines()[0]
            self.why_no_ipv6 = reason(ReasonCode.NO_SOCKET, why=why)
            emit(log, LogEvent.IPV6_MISSING, "%s", why)

    def close(self) -> None:
        """Close the sockets."""
        self._transmitters.close()

    def end_rounds(self) -> None:
        """End the rounds under way: nothing more is sent or waited for; unanswered targets become ``unknown``."""
        self._ended_early.set()
        for done in self._sending:
            if not done.done():
                done.set_result(None)

    @property
    def kinds(self) -> dict[int, str]:
        """Return the kind of socket of each family: 'ping' or 'raw'."""
        return {family: transmitter.socket.kind for family, transmitter in self._transmitters.current.items()}

    async def run(self, due: Sequence[Target]) -> AsyncIterator[Sequence[Sample]]:
        """Probe one round; see `Probe`."""
        self._transmitters.timeout_ns = round(self.options.timeout_s * NS_PER_S)
        started, dropped, news = (self._clock.utc(), self._clock.mono_ns()), self._dropped(), asyncio.Event()
        groups, homeless = self._grouped(due, news)
        if homeless:
            why = self.why_no_ipv6 or reason(ReasonCode.NO_SOCKET, why="no socket")
            yield [Sample(target.device, self.name, *started, Verdict.UNKNOWN, reason=why) for target in homeless]
        try:
            await self._send_all(groups)
            async for group, over in self._finished(groups, news):
                yield self._judged(group, started, dropped, over=over)
        finally:
            for transmitter, group in groups:
                transmitter.in_flight.end(group)
            for transmitter in {transmitter for transmitter, _ in groups}:
                self._transmitters.close_if_idle(transmitter)

    def _grouped(
        self, due: Sequence[Target], news: asyncio.Event
    ) -> tuple[list[tuple[EchoTransmitter, Group]], list[Target]]:
        """Group the targets by family and shape; return also those for whose family there is no socket."""
        groups: list[tuple[EchoTransmitter, Group]] = []
        homeless: list[Target] = []
        burst, echoes = self.options.burst, self.options.echoes
        for size, everyone in _by_key(due, list(map(len, map(ADDRESS_OF, due)))).items():
            transmitter = self._transmitters.for_round(4 if size == 4 else 6, list(map(DEVICE_OF, everyone)))
            if transmitter is None:
                homeless += everyone
                continue
            for targets in _by_key(everyone, list(map(SHAPE_OF, everyone))).values():
                starts = range(0, len(targets), burst)
                groups += [(transmitter, Group(targets[start : start + burst], echoes, news)) for start in starts]
        return groups, homeless

    async def _send_all(self, groups: Sequence[tuple[EchoTransmitter, Group]]) -> None:
        """Send every echo of the round: one wave after the other, each at the allowed rate."""
        options = self.options
        for echo in range(options.echoes):
            wave_mono_ns, left = self._clock.mono_ns(), deque(groups)
            while left:
                unsent = await self._send_some(left, echo)
                if unsent is None:
                    return
                await self._retry_unsent(*unsent)
            if echo + 1 < options.echoes:
                pause_s = (wave_mono_ns - self._clock.mono_ns()) / NS_PER_S + options.spacing_s
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._ended_early.wait(), max(pause_s, 0))
                if self._ended_early.is_set():
                    return

    async def _send_some(self, left: deque[tuple[EchoTransmitter, Group]], echo: int) -> Unsent:
        """Send to the groups that are left, in turn, until none is or the kernel has no buffer space for some."""
        done: asyncio.Future[Unsent] = asyncio.get_running_loop().create_future()
        self._sending.add(done)
        try:
            self._keep_sending(left, echo, done, is_turn=False)
            return await done
        finally:
            self._sending.discard(done)

    def _keep_sending(
        self, left: deque[tuple[EchoTransmitter, Group]], echo: int, done: "asyncio.Future[Unsent]", *, is_turn: bool
    ) -> None:
        """Send one burst and reschedule itself on the event loop.

        A coroutine would cost one more pass of it per burst.
        """
        while not done.done():
            pause_ns = None if is_turn else self._pause_ns(len(left[0][1].targets))
            if pause_ns is not None:
                again = partial(self._keep_sending, left, echo, done, is_turn=True)
                asyncio.get_running_loop().call_later(pause_ns / NS_PER_S, again)
                return
            transmitter, group = left.popleft()
            is_turn = False
            try:
                no_room = transmitter.send(group, echo)
            except OSError as error:
                done.set_exception(error)
                return
            if no_room or not left:
                done.set_result((transmitter, group, no_room))

    def _pause_ns(self, count: int) -> int | None:
        """Return how long ``count`` more echoes must wait to keep the rate over all rounds; None: not at all.

        Without a rate, 0 now and then lets the event loop run other work.
        """
        now_ns, rate_per_s = self._clock.mono_ns(), self.options.rate_per_s
        if rate_per_s:
            turn_ns = max(self._may_send_mono_ns, now_ns)
            self._may_send_mono_ns = turn_ns + count * NS_PER_S // rate_per_s
            return turn_ns - now_ns
        if now_ns - self._turn_mono_ns < TURN_NS:
            return None
        self._turn_mono_ns = now_ns
        return 0

    async def _retry_unsent(self, transmitter: EchoTransmitter, group: Group, places: list[int]) -> None:
        """Retry the echoes for which the kernel had no buffer space, a few times."""
        for _ in range(NO_ROOM_TRIES if places else 0):
            await asyncio.sleep(NO_ROOM_PAUSE_S)
            transmitter.take_in()
            places = [place for place in places if not transmitter.send_again(group, place)]
            if not places:
                return
        for place in places:
            transmitter.refuse(group, place, errno.ENOBUFS)

    async def _finished(
        self, groups: Sequence[tuple[EchoTransmitter, Group]], news: asyncio.Event
    ) -> AsyncIterator[tuple[Group, bool]]:
        """Yield a group when some of it is answered (False), and once more when nothing more can arrive (True)."""
        timeout_ns = round(self.options.timeout_s * NS_PER_S)
        waiting, transmitters = [group for _, group in groups], {transmitter for transmitter, _ in groups}
        while waiting:
            news.clear()
            still, now_ns = [], self._clock.mono_ns()
            for transmitter in transmitters:
                transmitter.take_in()  # before anyone is called silent
            for group in waiting:
                over = now_ns >= group.last_sent_mono_ns + timeout_ns or self._ended_early.is_set()
                yield group, over
                if group.unanswered and not over:
                    still.append(group)
            waiting = still
            if waiting:
                first_ns = min(group.last_sent_mono_ns for group in waiting) + timeout_ns
                pause_s = max(first_ns - self._clock.mono_ns(), 0) / NS_PER_S
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), min(pause_s, LOOK_S))

    def _judged(self, group: Group, started: tuple[datetime, int], dropped_before: int, *, over: bool) -> list[Sample]:
        """Return samples of those in the group who have answered every echo; when it is ``over``, of all others too."""
        name, echoes, ok, done = self.name, group.waves_sent, Verdict.OK, group.done
        utc, mono_ns = started
        dropped = over and bool(group.unanswered) and self._dropped() != dropped_before
        everything = zip(*group.rtts_ns, strict=True)
        if not (group.unanswered or done):  # as nearly always, without Python code for each: fields as in `Sample`
            same = map(repeat, (name, utc, mono_ns, ok, echoes, echoes))
            fields = zip(group.devices, *same, everything, repeat(None), repeat(None))
            return list(map(tuple.__new__, repeat(Sample), fields))
        samples = []
        for place, (device, rtts) in enumerate(zip(group.devices, everything, strict=True)):
            if place in done:
                continue
            if None not in rtts:
                done.add(place)
                samples.append(Sample(device, name, utc, mono_ns, ok, echoes, echoes, rtts))
            elif over:
                answered = tuple([rtt for rtt in rtts if rtt is not None])
                verdict, why = (ok, None) if answered else self._why(group, place, dropped)
                sent = echoes - group.unsent[place]
                samples.append(Sample(device, name, utc, mono_ns, verdict, sent, len(answered), answered, why))
        return samples

    def _why(self, group: Group, place: int, dropped: bool) -> tuple[Verdict, Reason]:
        """Return verdict and reason for a target without an answer."""
        refused = group.refused.get(place)
        if refused is not None:
            verdict = Verdict.FAILED if refused in UNREACHABLE_HOST else Verdict.UNKNOWN
            return verdict, reason(ReasonCode.SEND_REFUSED, error=name_of(refused))
        if self._ended_early.is_set():
            return Verdict.UNKNOWN, INTERRUPTED
        if dropped:
            return Verdict.UNKNOWN, BUFFER_FULL
        return Verdict.FAILED, group.errors.get(place, TIMEOUT)

    def _dropped(self) -> int:
        self.counters.dropped = self._transmitters.dropped()
        return self.counters.dropped
