"""The ICMP probe: rounds of echoes over one shared socket per family, in batches, never faster than allowed.

Times: echoes leave and deadlines run on the monotonic clock. The kernel stamps arrivals with the wall clock; a stamp is
carried over to the monotonic clock by reading both at once when the datagram is taken in. A stamp that would lie
before the echo's departure or after that reading (the wall clock was stepped) is not believed, and the time of reading
counts instead. So a reply that waited in the socket while our loop was busy is neither late nor lost.

Which verdict a round gets:

- an echo was answered: ``ok``, whatever else happened;
- the kernel dropped datagrams because our buffer was full, or refused to send an echo of the round for a reason of its
  own (EPERM, ENOBUFS, ENETUNREACH, …): ``unknown``, it is our fault;
- no answer, or the kernel says that this very host cannot be reached (EHOSTUNREACH, EHOSTDOWN): ``failed``.
"""

import asyncio
import errno
import logging
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv6Address

from monitor.clock import NS_PER_S, Clock
from monitor.probes.base import Target
from monitor.probes.icmp.flights import Counters, Flights, Round
from monitor.probes.icmp.opening import Wanted, has_ipv6, open_socket
from monitor.probes.icmp.packets import Requests
from monitor.probes.icmp.sockets import (
    BATCH,
    EchoSocket,
    Family,
    NoSocket,
    Opener,
    can_be_sent_later,
    name_of,
    packed_address,
    packet_options,
)
from monitor.sample import Sample, Verdict

log = logging.getLogger(__name__)

UNREACHABLE_HOST = {errno.EHOSTUNREACH, errno.EHOSTDOWN}
BURST_S = 0.01
NO_ROOM_PAUSE_S = 0.002
NO_ROOM_TRIES = 5


@dataclass(frozen=True, slots=True)
class IcmpOptions:
    """The shape of a round; ``rate_per_s`` 0 means as fast as possible."""

    echoes: int = 3
    spacing_s: float = 0.5
    timeout_s: float = 1.5
    rate_per_s: int = 5_000
    socket: Wanted = "auto"

    @property
    def burst(self) -> int:
        """How many echoes may leave at once without going above the rate for longer than a moment."""
        return max(1, min(BATCH, round(self.rate_per_s * BURST_S))) if self.rate_per_s else BATCH


class _Path:
    """One family's socket with what is under way over it."""

    def __init__(self, echo_socket: EchoSocket, counters: Counters, timeout_ns: int) -> None:
        self.socket = echo_socket
        self.flights = Flights(echo_socket, counters, timeout_ns)
        self.requests = Requests(v6=echo_socket.v6, identifier=echo_socket.identifier, cookie=self.flights.cookie)


class IcmpProbe:
    """Pings devices. `open` and `close` belong to the running event loop; `run` may be under way many times at once."""

    name = "icmp"

    def __init__(self, clock: Clock, options: IcmpOptions, opener: Opener = socket.socket) -> None:
        """``opener`` makes the sockets, as ``socket.socket`` does: elsewhere, such as in another network namespace."""
        self.options = options
        self.counters = Counters()
        self.why_no_ipv6 = ""
        self._clock = clock
        self._opener = opener
        self._paths: dict[int, _Path] = {}
        self._may_send_mono_ns = 0
        self._hurried = asyncio.Event()

    def open(self) -> None:
        """Opens the sockets; raises NoSocket, with the fix in its message, when IPv4 works on none.

        Without IPv6, devices that need it get ``unknown`` samples that say why.
        """
        self._open_path(4)
        if not has_ipv6():
            self.why_no_ipv6 = "this machine has no IPv6"
            return
        try:
            self._open_path(6)
        except NoSocket as error:
            self.why_no_ipv6 = str(error).splitlines()[0]
            log.warning("%s", self.why_no_ipv6)

    def _open_path(self, family: Family) -> None:
        echo_socket = open_socket(family, self.options.socket, self._opener)
        path = _Path(echo_socket, self.counters, round(self.options.timeout_s * NS_PER_S))
        self._paths[family] = path
        asyncio.get_running_loop().add_reader(echo_socket, self._take_in, path)

    def close(self) -> None:
        """Closes the sockets."""
        for path in self._paths.values():
            asyncio.get_running_loop().remove_reader(path.socket)
            path.socket.close()
        self._paths.clear()

    def hurry(self) -> None:
        """Ends the rounds under way: nothing more is sent or waited for, and who has not answered is ``unknown``."""
        self._hurried.set()

    @property
    def kinds(self) -> dict[int, str]:
        """Which kind of socket each family got: 'ping' or 'raw'."""
        return {family: path.socket.kind for family, path in self._paths.items()}

    async def run(self, due: Sequence[Target]) -> AsyncIterator[Sample]:
        """One round for each target; see `Probe`."""
        options, news = self.options, asyncio.Event()
        dropped = self._dropped()
        rounds: list[tuple[_Path, Round]] = []
        for target in due:
            path = self._paths.get(target.address.version)
            round_ = self._round(target, options, news)
            if path is None:
                yield _sample(round_, Verdict.UNKNOWN, self.why_no_ipv6 or "no socket")
            else:
                rounds.append((path, round_))
        rounds.sort(key=lambda pair: pair[0].socket.family)
        try:
            await self._send_all(rounds, options)
            async for round_ in self._finished(rounds, news, options):
                yield self._judged(round_, dropped)
        finally:
            for path, round_ in rounds:
                path.flights.end(round_)

    def _round(self, target: Target, options: IcmpOptions, news: asyncio.Event) -> Round:
        address = target.address
        scope = address.scope_id if isinstance(address, IPv6Address) else None
        return Round(
            target,
            address.packed,
            packed_address(address.packed, _scope_index(scope)),
            packet_options(v6=address.version == 6, ttl=target.ttl, dscp=target.dscp),
            self._clock.utc(),
            self._clock.mono_ns(),
            [None] * options.echoes,
            news,
        )

    async def _send_all(self, rounds: Sequence[tuple[_Path, Round]], options: IcmpOptions) -> None:
        """Sends every echo of the rounds: one wave after the other, each wave at the allowed rate."""
        for echo in range(options.echoes):
            wave_mono_ns = self._clock.mono_ns()
            for start, end in _runs(rounds, options.burst):
                await self._wait_for_turn(end - start, options)
                if self._hurried.is_set():
                    return
                await self._send(rounds[start][0], [round_ for _, round_ in rounds[start:end]], echo)
            if echo + 1 < options.echoes:
                await self._sleep_until(wave_mono_ns + round(options.spacing_s * NS_PER_S))

    async def _wait_for_turn(self, count: int, options: IcmpOptions) -> None:
        """Waits until ``count`` more echoes keep the rate, all rounds under way together."""
        if not options.rate_per_s:
            await asyncio.sleep(0)
            return
        turn_ns = max(self._may_send_mono_ns, self._clock.mono_ns())
        self._may_send_mono_ns = turn_ns + count * NS_PER_S // options.rate_per_s
        await self._sleep_until(turn_ns)

    async def _sleep_until(self, mono_ns: int) -> None:
        pause_ns = mono_ns - self._clock.mono_ns()
        if pause_ns <= 0:
            await asyncio.sleep(0)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurried.wait(), pause_ns / NS_PER_S)

    async def _send(self, path: _Path, rounds: list[Round], echo: int) -> None:
        """Sends one echo of each round; a kernel without room is asked again a few times, for these alone."""
        for _ in range(NO_ROOM_TRIES):
            rounds = self._send_batch(path, rounds, echo)
            if not rounds:
                return
            await asyncio.sleep(NO_ROOM_PAUSE_S)
        for round_ in rounds:
            self._refused(round_, errno.ENOBUFS)

    def _send_batch(self, path: _Path, rounds: list[Round], echo: int) -> list[Round]:
        """Sends one batch and takes in what has come meanwhile; returns those for which there was no room."""
        tokens = [path.flights.start(round_, echo) for round_ in rounds]
        controls = [(index, round_.options) for index, round_ in enumerate(rounds) if round_.options]
        packets = b"".join(map(path.requests.packet, tokens))
        names = b"".join([round_.name for round_ in rounds])
        begun_ns = self._clock.mono_ns()
        refused = dict(path.socket.send(packets, names, controls))
        each_ns = (self._clock.mono_ns() - begun_ns) // len(rounds)
        no_room = []
        for index, (round_, token) in enumerate(zip(rounds, tokens, strict=True)):
            if index not in refused:
                path.flights.departed(token, begun_ns + index * each_ns)
            elif can_be_sent_later(refused[index]):
                no_room.append(round_)
            else:
                self._refused(round_, refused[index])
        self._take_in(path)
        return no_room

    def _refused(self, round_: Round, number: int) -> None:
        self.counters.refused_by_errno[errno.errorcode.get(number, str(number))] += 1
        round_.refused_errno = number

    def _take_in(self, path: _Path) -> None:
        """Takes in all that has arrived; also called by the event loop."""
        while True:
            datagrams = path.socket.receive()
            read_ns = self._clock.mono_ns()
            wall_to_mono_ns = read_ns - time.time_ns()
            for datagram in datagrams:
                path.flights.arrived(datagram, wall_to_mono_ns, read_ns)
            if len(datagrams) < BATCH:
                break
        if not datagrams and path.socket.kind == "ping":
            for error in path.socket.queued_errors():
                path.flights.queued_error(error)

    async def _finished(
        self, rounds: Sequence[tuple[_Path, Round]], news: asyncio.Event, options: IcmpOptions
    ) -> AsyncIterator[Round]:
        """Yields each round when all its echoes are answered, or none can be any more."""
        timeout_ns = round(options.timeout_s * NS_PER_S)
        waiting = list(rounds)
        while waiting:
            news.clear()
            still, now_ns = [], self._clock.mono_ns()
            for path in self._paths.values():
                self._take_in(path)  # before anyone is called silent
            for path, round_ in waiting:
                over = now_ns >= round_.last_sent_mono_ns + timeout_ns
                if round_.complete or over or self._hurried.is_set():
                    yield round_
                else:
                    still.append((path, round_))
            waiting = still
            if waiting:
                first_ns = min(round_.last_sent_mono_ns for _, round_ in waiting) + timeout_ns
                pause_ns = first_ns - self._clock.mono_ns()
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), max(pause_ns, 0) / NS_PER_S)

    def _judged(self, round_: Round, dropped_before: int) -> Sample:
        if round_.answered:
            return _sample(round_, Verdict.OK, "")
        if round_.refused_errno in UNREACHABLE_HOST:
            return _sample(round_, Verdict.FAILED, name_of(round_.refused_errno))
        if round_.refused_errno:
            return _sample(round_, Verdict.UNKNOWN, name_of(round_.refused_errno))
        if self._hurried.is_set():
            return _sample(round_, Verdict.UNKNOWN, "interrupted")
        if self._dropped() != dropped_before:
            return _sample(round_, Verdict.UNKNOWN, "the receive buffer was full")
        return _sample(round_, Verdict.FAILED, round_.error or "timeout")

    def _dropped(self) -> int:
        self.counters.dropped = sum(path.socket.dropped() for path in self._paths.values())
        return self.counters.dropped


def _runs(rounds: Sequence[tuple[_Path, Round]], most: int) -> list[tuple[int, int]]:
    """Cuts ``rounds`` into (start, end) of at most ``most`` over one path."""
    runs, start = [], 0
    while start < len(rounds):
        end = start + 1
        while end < len(rounds) and end - start < most and rounds[end][0] is rounds[start][0]:
            end += 1
        runs.append((start, end))
        start = end
    return runs


def _scope_index(scope: str | None) -> int:
    """The interface's number of a link-local address such as fe80::1%eth0; 0 without one."""
    if scope is None:
        return 0
    try:
        return int(scope) if scope.isdigit() else socket.if_nametoindex(scope)
    except OSError:
        return 0


def _sample(round_: Round, verdict: Verdict, reason: str) -> Sample:
    return Sample(
        round_.target.device,
        IcmpProbe.name,
        round_.started_utc,
        round_.started_mono_ns,
        verdict,
        round_.sent,
        round_.answered,
        tuple(rtt for rtt in round_.rtts_ns if rtt is not None),
        reason,
    )
