"""Echoes under way, and which of them a datagram answers. No I/O: bytes and times in, facts out.

A reply counts only with the right source, identifier, sequence and cookie, and only when the kernel received it within
the time-out; whatever else arrives is counted by its reason and changes nothing.
"""

import asyncio
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from monitor.probes.base import Target
from monitor.probes.icmp.packets import (
    COOKIE_BYTES,
    FORGED,
    MOST_TOKENS,
    ErrorMessage,
    Rejected,
    Reply,
    checksum,
    error_words,
    read_error,
    read_reply,
    without_ip_header,
)
from monitor.probes.icmp.sockets import Datagram, EchoSocket, QueuedError

STAMP_SLACK_NS = 1_000_000  # departures are interpolated within their batch


@dataclass
class Counters:
    """What has happened since the start; only ever grows."""

    sent: int = 0
    accepted: int = 0
    rejected_by_reason: Counter[Rejected] = field(default_factory=Counter)
    errors_by_reason: Counter[str] = field(default_factory=Counter)
    refused_by_errno: Counter[str] = field(default_factory=Counter)
    dropped: int = 0

    def rejected(self) -> dict[str, int]:
        """Datagrams that were no answer, by reason; every reason is there, so that a series exists before it grows."""
        return {reason.value: self.rejected_by_reason[reason] for reason in Rejected}

    @property
    def forged(self) -> int:
        """Those that somebody must have made up."""
        return sum(self.rejected_by_reason[reason] for reason in FORGED)


@dataclass(slots=True, eq=False)
class Round:
    """One device's echoes in one round; ``rtts_ns`` by echo, None while unanswered."""

    target: Target
    address: bytes
    name: bytes
    options: bytes
    started_utc: datetime
    started_mono_ns: int
    rtts_ns: list[int | None]
    news: asyncio.Event
    tokens: list[int] = field(default_factory=list)
    sent: int = 0
    answered: int = 0
    error: str = ""
    refused_errno: int = 0
    last_sent_mono_ns: int = 0

    @property
    def complete(self) -> bool:
        """Whether nothing more can come."""
        return self.answered == len(self.rtts_ns)


@dataclass(slots=True)
class Flight:
    """One echo under way."""

    round: Round
    echo: int
    sent_mono_ns: int
    answered: bool = False


class Flights:
    """All echoes under way over one socket, by token."""

    def __init__(self, socket: EchoSocket, counters: Counters, timeout_ns: int) -> None:
        self.cookie = secrets.token_bytes(COOKIE_BYTES)
        self.timeout_ns = timeout_ns
        self._socket = socket
        self._counters = counters
        self._flights: dict[int, Flight] = {}
        self._next_token = secrets.randbits(32)
        self._first_token = self._next_token

    def __len__(self) -> int:
        return len(self._flights)

    def start(self, round_: Round, echo: int) -> int:
        """Gives the echo a token; it counts as under way until `end`."""
        token = self._next_token
        round_.tokens.append(token)
        self._next_token = (token + 1) % MOST_TOKENS
        self._flights[token] = Flight(round_, echo, 0)
        return token

    def departed(self, token: int, sent_mono_ns: int) -> None:
        """The echo left at that time."""
        flight = self._flights[token]
        flight.sent_mono_ns = flight.round.last_sent_mono_ns = sent_mono_ns
        flight.round.sent += 1
        self._counters.sent += 1

    def end(self, round_: Round) -> None:
        """Forgets the round's echoes; what answers one of them from now on is late."""
        for token in round_.tokens:
            self._flights.pop(token, None)

    def arrived(self, datagram: Datagram, wall_to_mono_ns: int, read_mono_ns: int) -> None:
        """Takes one datagram in.

        ``wall_to_mono_ns`` carries the kernel's stamp over to the monotonic clock, which was ``read_mono_ns`` then.
        """
        socket, data = self._socket, datagram.data
        if socket.kind == "raw" and not socket.v6:
            data = without_ip_header(data)
            if checksum(data) != 0:
                self._reject(Rejected.BAD_CHECKSUM)
                return
        reply = read_reply(data, v6=socket.v6, identifier=socket.identifier, cookie=self.cookie)
        if isinstance(reply, Rejected):
            self._reject(reply)
            return
        if reply is None:
            error = read_error(data, v6=socket.v6, identifier=socket.identifier)
            if error:
                self._noted(error, None)
            return
        self._answer(reply, datagram.source, datagram.stamp_ns + wall_to_mono_ns, read_mono_ns)

    def _answer(self, reply: Reply, source: bytes, stamp_mono_ns: int, read_mono_ns: int) -> None:
        flight = self._flights.get(reply.token)
        if flight is None:  # the cookie is ours: an echo of ours that is over, or a number that was never given
            given = (self._next_token - reply.token - 1) % MOST_TOKENS
            ever = (self._next_token - self._first_token) % MOST_TOKENS
            self._reject(Rejected.LATE if given < ever else Rejected.FORGED_SEQUENCE)
            return
        if source != flight.round.address:
            self._reject(Rejected.FORGED_SOURCE)
            return
        if flight.answered:
            self._reject(Rejected.DUPLICATE)
            return
        # The wall clock was stepped between the stamp and its reading if the stamp does not lie between these two.
        believable = flight.sent_mono_ns - STAMP_SLACK_NS <= stamp_mono_ns <= read_mono_ns
        rtt_ns = (stamp_mono_ns if believable else read_mono_ns) - flight.sent_mono_ns
        if rtt_ns > self.timeout_ns:
            self._reject(Rejected.LATE)
            return
        flight.answered = True
        flight.round.rtts_ns[flight.echo] = max(rtt_ns, 0)
        flight.round.answered += 1
        self._counters.accepted += 1
        if flight.round.complete:
            flight.round.news.set()

    def queued_error(self, error: QueuedError) -> None:
        """Takes an entry of the error queue in."""
        words = error_words(error.kind, error.code, v6=self._socket.v6)
        if words is None or len(error.data) < 8:
            return
        self._noted(ErrorMessage(int.from_bytes(error.data[6:8]), words), error.destination)

    def _noted(self, error: ErrorMessage, destination: bytes | None) -> None:
        """An ICMP error is a hint: it names the reason, but only silence makes a round fail."""
        self._counters.errors_by_reason[error.reason] += 1
        newest = self._next_token - 1
        token = (newest - ((newest - error.sequence) & 0xFFFF)) % MOST_TOKENS
        flight = self._flights.get(token)
        if flight is None or (destination is not None and destination != flight.round.address):
            return
        flight.round.error = error.reason

    def _reject(self, reason: Rejected) -> None:
        self._counters.rejected_by_reason[reason] += 1
