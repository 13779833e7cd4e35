"""Track each connection of the page's server: its phase, its deadline, and which is dropped when all slots are taken.

::

    ASKING ──request is whole──▶ ANSWERING ──answer is handed over──▶ IDLE
       ▲                                                               │
       └────────────────────────data is received───────────────────────┘

A connection that exceeds its phase's time is aborted; an answer that is a stream (STREAMING) has no limit, and its
connection holds no slot. When all slots are taken, a new connection gets that of an IDLE
one, else of one that has been ASKING for a moment, else of one whose reader does not take its answer, else of one whose
peer has closed its half, each time of the oldest.
"""

import asyncio
import socket
from collections.abc import Iterable
from enum import Enum
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

WHOLE_REQUEST_S = 5.0
WHOLE_ANSWER_S = 10.0
KEEP_ALIVE_S = 5
GONE_MS = 60_000
GRACE_S = 0.1  # what a newcomer cannot take: the time in which an honest request arrives, or a reader reads on
SEND_BUFFER_BYTES = 262_144  # what the kernel keeps for one slow reader


class Phase(Enum):
    """The phase of a connection."""

    ASKING = "asking"
    ANSWERING = "answering"
    IDLE = "idle"
    STREAMING = "streaming"


class Connection(H11Protocol):
    """One connection, on the event loop; the request's scope has it as ``state["connection"]``."""

    def __init__(self, config: uvicorn.Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        super().__init__(config, server_state, {**app_state, "connection": self})
        self.phase = Phase.ASKING
        self.since_s = self.loop.time()
        self._stalled_since_s: float | None = None
        self.said_all = False
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own choice
        super().connection_made(transport)
        handle = transport.get_extra_info("socket")
        if handle is not None:
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self._enter(Phase.ASKING)

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        if self.phase is Phase.IDLE:
            self._enter(Phase.ASKING)
        super().data_received(data)
        if self.cycle is not before:
            self._enter(Phase.ANSWERING)

    def eof_received(self) -> bool:  # type: ignore[override]  # as asyncio has it
        """Continue the answer to a peer that closed its half (`nc -N`); drop one that is still asking, or idle.

        A request whose body has not all come is answered 400 at once: nothing more will come of it.
        A stream ends: that is how a browser leaves a page, and until the next event nobody else would tell.
        """
        self.said_all = True
        if self.phase is Phase.ANSWERING and self.conn.their_state is h11.SEND_BODY:
            self.send_400_response("The request ended before its body did.")
            return False
        over_tls = self.transport.get_extra_info("sslcontext") is not None  # where half a connection cannot be kept
        return self.phase is Phase.ANSWERING and not over_tls

    def on_response_complete(self) -> None:
        before = self.cycle
        self._enter(Phase.IDLE)
        super().on_response_complete()
        if self.cycle is not before:  # the next request was there already
            self._enter(Phase.ANSWERING)
        elif self.said_all:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Answer 400 to what is no HTTP, and close; without an answer where an earlier one has begun."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True  # its answer has nowhere to go any more
            self.cycle.message_event.set()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            super().send_400_response(msg)
        else:
            self.drop()

    def pause_writing(self) -> None:
        self._stalled_since_s = self.loop.time()
        if self.phase is Phase.STREAMING:
            self._end = self.loop.call_later(WHOLE_ANSWER_S, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        self._stalled_since_s = None
        if self.phase is Phase.STREAMING and self._end is not None:
            self._end.cancel()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(exc)

    @property
    def is_open(self) -> bool:
        """Return whether it still has its slot."""
        return self.transport is not None and not self.transport.is_closing()

    def stalled_s(self) -> float:
        """Return for how long its reader has taken nothing of a pending answer; 0 while it reads."""
        return 0.0 if self._stalled_since_s is None else self.loop.time() - self._stalled_since_s

    def keep_open(self) -> None:
        """Let the answer under way last: a stream of events has no end, and holds none of the slots.

        It ends with a reader that takes nothing for WHOLE_ANSWER_S, or whose machine is gone for GONE_MS.
        """
        self.phase = Phase.STREAMING
        if self._end is not None:
            self._end.cancel()
        handle = self.transport.get_extra_info("socket")
        if handle is not None and handle.family != socket.AF_UNIX:
            handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_MS)

    def drop(self) -> None:
        """Abort it, whatever its phase."""
        self.transport.abort()

    def _enter(self, phase: Phase) -> None:
        self.phase, self.since_s = phase, self.loop.time()
        if self._end is not None:
            self._end.cancel()
        limit_s = WHOLE_REQUEST_S if phase is Phase.ASKING else WHOLE_ANSWER_S
        self._end = self.loop.call_later(limit_s, self.transport.abort)


def next_to_drop(connections: Iterable[Connection], now_s: float) -> Connection | None:
    """Return the connection whose slot a new one may take; None while all are asking or being answered."""
    candidates = [(rank, connection) for connection in connections if (rank := _rank(connection, now_s)) is not None]
    return min(candidates, key=lambda one: one[0])[1] if candidates else None


def _rank(connection: Connection, now_s: float) -> tuple[int, float] | None:
    """Return the rank: the smallest is dropped first; None keeps its slot."""
    stalled_s = connection.stalled_s()
    if connection.phase is Phase.IDLE and not stalled_s:
        return 0, connection.since_s
    if connection.phase is Phase.ASKING and now_s - connection.since_s > GRACE_S:
        return 1, connection.since_s
    if stalled_s > GRACE_S:
        return 2, now_s - stalled_s
    if connection.said_all and now_s - connection.since_s > GRACE_S:
        return 3, connection.since_s
    return None
