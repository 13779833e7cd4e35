"""SNMPv2c to any number of agents over one UDP socket a family.

An answer counts only from the address and port that were asked, with the community and the random request-id of the
question; whatever else arrives is counted by its reason. At most so many questions are under way at once, because more
than that make healthy agents look silent.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Any, NamedTuple

from monitor.probes.snmp.ber import BerError, Oid
from monitor.probes.snmp.messages import GET, GET_BULK, Binding, Response, read_response, request
from monitor.probes.snmp.session import SilentError, refusal
from monitor.probes.snmp.sockets import Sockets, Where
from monitor.settings.secrets import Secret


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
        self._sockets = Sockets(self._arrived)
        self._under_way: dict[int, _Question] = {}
        self._room = asyncio.Semaphore(self.options.most_under_way)

    def open(self) -> None:
        """Opens the sockets; raises OSError when this machine has no network at all."""
        self._sockets.open()

    def close(self) -> None:
        """Closes the sockets; questions under way end as unanswered."""
        self._sockets.close()

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
        patience = loop.call_later(self.options.timeout_s, give_up, answered)
        where = (str(agent.address), agent.port)
        self._under_way[number] = _Question(where, community, answered)
        try:
            if not self._sockets.send(request(kind, community, number, oids, repetitions), agent.address, where):
                return None
            return await answered
        finally:
            patience.cancel()
            del self._under_way[number]

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


def give_up(answered: "asyncio.Future[Any]") -> None:
    """Ends the wait for an answer with none."""
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
