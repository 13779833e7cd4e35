"""Ask agents over SNMPv2c.

A response counts only from the address and port that were asked, with the community and the random request-id of the
request; all else is counted by its reason.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from monitor.domain.reasons import ReasonCode, reason
from monitor.probes.snmp.ber import Oid
from monitor.probes.snmp.exchange import Exchange
from monitor.probes.snmp.messages import GET, GET_BULK, GET_NEXT, V2C, Binding, Header, read_header, request
from monitor.probes.snmp.questions import Question
from monitor.probes.snmp.session import SilentError, exactly, refusal
from monitor.probes.snmp.sockets import Where, where_of
from monitor.settings.secrets import Secret


class Agent(NamedTuple):
    """An agent's address and its community."""

    address: IPv4Address | IPv6Address
    port: int
    community: Secret


class V2cClient:
    """The v2c client of an exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        exchange.readers[V2C] = read_header

    def session(self, agent: Agent, source: IPv4Address | IPv6Address | None = None) -> "V2cSession":
        """Return a session with that agent.

        ``source``: where its responses come from, if not from the address asked.
        """
        where = where_of(agent.address, agent.port)
        self.exchange.rejections.expect(where, None if source is None else where_of(source, agent.port))
        return V2cSession(self.exchange, where, str(agent.address), agent.community.reveal().encode())


class V2cSession:
    """A v2c session; see `Session`."""

    def __init__(self, exchange: Exchange, where: Where, name: str, community: bytes) -> None:
        self._exchange, self._where, self._name, self._community = exchange, where, name, community

    async def get(self, oids: Sequence[Oid]) -> list[Binding]:
        """Return the values of exactly these objects; drops others that an agent may have added."""
        return exactly(await self._question(GET, oids), oids)

    async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
        """Return the objects after each of them; a single row by GETNEXT, which agents without GETBULK support."""
        if repetitions == 1:
            return await self._question(GET_NEXT, oids)
        return await self._question(GET_BULK, oids, repetitions)

    def _question(self, kind: int, oids: Sequence[Oid], repetitions: int = 0) -> "_Question":
        question = _Question(self._exchange, self._where, self._name, kind, oids, repetitions)
        question.community = self._community
        return question


class _Question(Question):
    __slots__ = ("community",)
    version = V2C
    community: bytes

    def datagram(self, number: int) -> bytes:
        return request(self.kind, self.community, number, self.oids, self.repetitions)

    def take(self, message: Header) -> None:
        if message.community != self.community:
            why = reason(ReasonCode.SNMP_ANSWER_OF_OTHER_COMMUNITY)
            self.exchange.rejections.reject("wrong_community", self.where, why)
            return
        bindings = message.bindings()
        if message.status:
            self.exchange.refuse(self, refusal(message.status, message.error_index))
        else:
            self.exchange.answer(self, bindings)

    def timed_out(self) -> None:
        """Nothing was agreed with the agent that could have gone wrong."""

    def no_answer(self) -> SilentError:
        return SilentError(reason(ReasonCode.SNMP_V2C_SILENT, address=self.name))
