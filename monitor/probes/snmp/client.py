"""Speak SNMPv2c to any number of agents over one UDP socket per family.

A response counts only from the address and port that were asked, with the community and the random request-id of the
request; all else is counted by its reason.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from monitor.domain.reasons import ReasonCode, reason
from monitor.probes.snmp.ber import BerError, Oid
from monitor.probes.snmp.limits import ConcurrencyLimit, Slot, TimeoutQueue
from monitor.probes.snmp.messages import GET, GET_BULK, GET_NEXT, Binding, Numbers, Response, read_response, request
from monitor.probes.snmp.rejections import Rejections
from monitor.probes.snmp.session import GarbledError, SilentError, refusal
from monitor.probes.snmp.sockets import Sockets, Where
from monitor.settings.secrets import Secret


class Agent(NamedTuple):
    """An agent's address and its community."""

    address: IPv4Address | IPv6Address
    port: int
    community: Secret


@dataclass
class V2cOptions:
    """Timeout in seconds, and how many ``retries`` follow an unanswered request."""

    timeout_s: float = 2.0
    retries: int = 1


class _Question(NamedTuple):
    where: Where
    community: bytes
    answered: "asyncio.Future[Response | None]"

    def __repr__(self) -> str:
        return f"<question to {self.where}>"


class _Asked:
    """An agent with the parts of its requests that never change."""

    __slots__ = ("address", "community", "version", "where")

    def __init__(self, agent: Agent) -> None:
        self.address = agent.address
        self.version = agent.address.version
        self.where: Where = (str(agent.address), agent.port)
        self.community = agent.community.reveal().encode()


class V2cClient:
    """The v2c client, on the running event loop from `open` to `close`.

    ``limit``: shared by all clients whose requests count together.
    """

    def __init__(
        self,
        options: V2cOptions | None = None,
        rejected: Counter[str] | None = None,
        limit: ConcurrencyLimit | None = None,
    ) -> None:
        self.options = options or V2cOptions()
        self._rejections = Rejections(rejected)
        self._sockets = Sockets(self._arrived)
        self._under_way: dict[int, _Question] = {}
        self._numbers = Numbers()
        self._timeouts = TimeoutQueue(self.options.timeout_s)
        self._limit = limit or ConcurrencyLimit()

    @property
    def rejected(self) -> Counter[str]:
        """Count datagrams that were no valid response, by reason."""
        return self._rejections.by_reason

    def open(self) -> None:
        """Open the sockets; raises OSError when this machine has no network at all."""
        self._sockets.open()

    def close(self) -> None:
        """Close the sockets; requests under way end unanswered."""
        self._sockets.close()
        self._timeouts.close()

    def session(self, agent: Agent, source: IPv4Address | IPv6Address | None = None) -> "V2cSession":
        """Return a session with that agent.

        ``source``: where its responses come from, if not from the address asked.
        """
        asked = _Asked(agent)
        self._rejections.expect(asked.where, source)
        return V2cSession(self, asked)

    async def ask(self, agent: _Asked, kind: int, oids: Sequence[Oid], repetitions: int = 0) -> list[Binding]:
        """Send a request and its retries; return the response or raise SnmpError."""
        self._rejections.begin(agent.where)
        try:
            for _ in range(1 + self.options.retries):
                answer = await self._ask_once(agent, kind, oids, repetitions)
                if answer is not None:
                    if answer.status:
                        raise refusal(answer.status, answer.error_index)
                    return answer.bindings
        finally:
            why = self._rejections.end(agent.where)
        if why:
            raise GarbledError(reason(ReasonCode.SNMP_GARBLED, address=str(agent.address), fault=why))
        raise SilentError(reason(ReasonCode.SNMP_V2C_SILENT, address=str(agent.address)))

    async def _ask_once(self, agent: _Asked, kind: int, oids: Sequence[Oid], repetitions: int) -> Response | None:
        async with Slot(self._limit):
            number = self._numbers.draw(self._under_way)
            answered: asyncio.Future[Response | None] = self._timeouts.future()
            self._under_way[number] = _Question(agent.where, agent.community, answered)
            try:
                message = request(kind, agent.community, number, oids, repetitions)
                if not self._sockets.send(message, agent.version, agent.where):
                    return None
                return await answered
            finally:
                del self._under_way[number]

    def _arrived(self, data: bytes, source: Where) -> None:
        try:
            answer = read_response(data)
        except BerError as error:
            self._rejections.malformed(source, error)
            return
        question = self._under_way.get(answer.request_id)
        if question is None:
            self._rejections.late(source)
        elif self._rejections.is_foreign(source, question.where):
            self._rejections.foreign(source, question.where)
        elif answer.community != question.community:
            self._rejections.reject("wrong_community", source, reason(ReasonCode.SNMP_ANSWER_OF_OTHER_COMMUNITY))
        elif not question.answered.done():
            question.answered.set_result(answer)


class V2cSession:
    """A v2c session; see `Session`."""

    def __init__(self, client: V2cClient, agent: _Asked) -> None:
        self._client = client
        self._agent = agent

    async def get(self, oids: Sequence[Oid]) -> list[Binding]:
        """Return the values of exactly these objects; drops others that an agent may have added."""
        bindings = await self._client.ask(self._agent, GET, oids)
        if [name for name, _ in bindings] == oids:
            return bindings
        return [binding for binding in bindings if binding[0] in oids]

    async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
        """Return the objects after each of them; a single row by GETNEXT, which agents without GETBULK support."""
        if repetitions == 1:
            return await self._client.ask(self._agent, GET_NEXT, oids)
        return await self._client.ask(self._agent, GET_BULK, oids, repetitions)
