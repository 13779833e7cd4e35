"""SNMPv2c to any number of agents over one UDP socket a family.

An answer counts only from the address and port that were asked, with the community and the random request-id of the
question; whatever else arrives is counted by its reason. At most so many questions are under way at once, because more
than that make healthy agents look silent.
"""

import asyncio
import secrets
import socket
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from monitor.probes.snmp.ber import BerError, Oid
from monitor.probes.snmp.messages import GET, GET_BULK, MOST_BYTES, Binding, Response, read_response, request
from monitor.probes.snmp.session import SilentError, refusal
from monitor.settings.secrets import Secret

RECEIVE_BUFFER = 4 * 1024 * 1024
AT_A_TIME = 64
Where = tuple[str, int]


class Agent(NamedTuple):
    """Whom to ask, and with which community."""

    address: IPv4Address | IPv6Address
    port: int
    community: Secret


@dataclass
class V2cOptions:
    """``retries`` are asked after the first question has gone unanswered for ``timeout_s``."""

    timeout_s: float = 2.0
    retries: int = 1
    most_under_way: int = 50


@dataclass
class _Question:
    where: Where
    community: bytes
    answered: "asyncio.Future[Response | None]" = field(repr=False)


class V2cClient:
    """Belongs to the running event loop from `open` to `close`."""

    def __init__(self, options: V2cOptions | None = None) -> None:
        self.options = options or V2cOptions()
        self.rejected: Counter[str] = Counter()
        self._sockets: dict[int, socket.socket] = {}
        self._under_way: dict[int, _Question] = {}
        self._room = asyncio.Semaphore(self.options.most_under_way)

    def open(self) -> None:
        """Opens a socket for each family that this machine has; raises OSError when it has none."""
        for family, own in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            with suppress(*([OSError] if self._sockets else [])):
                made = socket.socket(family, socket.SOCK_DGRAM)
                made.setblocking(False)
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
                if family == socket.AF_INET6:
                    made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                made.bind((own, 0))
                self._sockets[family] = made
                asyncio.get_running_loop().add_reader(made, self._take_in, made)

    def close(self) -> None:
        """Closes the sockets; questions under way end as unanswered."""
        for made in self._sockets.values():
            asyncio.get_running_loop().remove_reader(made)
            made.close()
        self._sockets.clear()

    def session(self, agent: Agent) -> "V2cSession":
        """A conversation with that agent."""
        return V2cSession(self, agent)

    async def ask(self, agent: Agent, kind: int, oids: Sequence[Oid], repetitions: int = 0) -> list[Binding]:
        """One question, asked again when it goes unanswered; raises SilentError and AgentError."""
        community = agent.community.reveal().encode()
        async with self._room:
            for _ in range(1 + self.options.retries):
                answer = await self._ask_once(agent, kind, community, oids, repetitions)
                if answer is not None:
                    if answer.status:
                        raise refusal(answer.status, answer.error_index)
                    return answer.bindings
        raise SilentError(f"no answer from {agent.address}: it is away, speaks no SNMP v2c, or has another community")

    async def _ask_once(
        self, agent: Agent, kind: int, community: bytes, oids: Sequence[Oid], repetitions: int
    ) -> Response | None:
        number = secrets.randbits(31)
        while number in self._under_way:
            number = secrets.randbits(31)
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Response | None] = loop.create_future()
        patience = loop.call_later(self.options.timeout_s, _give_up, answered)
        where = (str(agent.address), agent.port)
        self._under_way[number] = _Question(where, community, answered)
        try:
            made = self._sockets.get(socket.AF_INET if agent.address.version == 4 else socket.AF_INET6)
            if made is None:
                return None
            with suppress(OSError):  # no route, no room: as good as unanswered, and asked again
                made.sendto(request(kind, community, number, oids, repetitions), where)
            return await answered
        finally:
            patience.cancel()
            del self._under_way[number]

    def _take_in(self, made: socket.socket) -> None:
        for _ in range(AT_A_TIME):
            try:
                data, source = made.recvfrom(MOST_BYTES + 1)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error about an earlier question: its silence says as much
            self._arrived(data, (str(source[0]), int(source[1])))

    def _arrived(self, data: bytes, source: Where) -> None:
        try:
            answer = read_response(data)
        except BerError:
            self.rejected["malformed"] += 1
            return
        question = self._under_way.get(answer.request_id)
        if question is None:
            self.rejected["late_or_unasked"] += 1
        elif source != question.where:
            self.rejected["wrong_source"] += 1
        elif answer.community != question.community:
            self.rejected["wrong_community"] += 1
        elif not question.answered.done():
            question.answered.set_result(answer)


def _give_up(answered: "asyncio.Future[Response | None]") -> None:
    if not answered.done():
        answered.set_result(None)


class V2cSession:
    """See `Session`."""

    def __init__(self, client: V2cClient, agent: Agent) -> None:
        self._client = client
        self._agent = agent

    async def get(self, oids: Sequence[Oid]) -> list[Binding]:
        """The values of these very objects, and of no others that an agent may have added."""
        wanted = set(oids)
        return [binding for binding in await self._client.ask(self._agent, GET, oids) if binding[0] in wanted]

    async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
        """What follows each of them."""
        return await self._client.ask(self._agent, GET_BULK, oids, repetitions)
