"""What an SNMPv3 agent, or somebody who plays one, may answer, and what is made of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import cast

import pytest

from monitor.probes.snmp.ber import OBJECT_ID, OCTETS, SEQUENCE, integer, oid, tagged
from monitor.probes.snmp.exchange import Exchange
from monitor.probes.snmp.keys import Credential, Keys, keys_for
from monitor.probes.snmp.messages import GET, RESPONSE
from monitor.probes.snmp.notifications import TRAP, TRAP_OID
from monitor.probes.snmp.notifications import name_of as name_of_trap
from monitor.probes.snmp.session import CredentialsError, GarbledError
from monitor.probes.snmp.usm import (
    AUTH,
    REPORT,
    STATS,
    Engine,
    Envelope,
    Scoped,
    read_envelope,
    read_scoped,
    scoped,
    seal,
)
from monitor.probes.snmp.v3 import NO_KEYS, V3Client
from monitor.settings.secrets import Secret
from tests.lab.agents import HOST

NAME = oid("1.3.6.1.2.1.1.5.0")
USER = Credential("monitor", "SHA-256", Secret("the first password"), "AES-128", Secret("the second password"))
SIGNED_ONLY = USER._replace(priv=None, priv_key=None)
ENGINE = Engine(b"\x80\0\x1f\x88\x05agent", 4, 1_000)
NOT_IN_TIME, UNKNOWN_USER, UNKNOWN_ENGINE = 2, 3, 4


def answer_pdu(kind: int, number: int, name: bytes, content: bytes) -> bytes:
    bindings = tagged(SEQUENCE, tagged(SEQUENCE, tagged(OBJECT_ID, name) + content))
    return tagged(kind, integer(number) + integer(0) + integer(0) + bindings)


@dataclass
class Agent(asyncio.DatagramProtocol):
    """An honest agent, unless ``manner`` says otherwise: it makes what is sent for a question."""

    engine: Engine = ENGINE
    manner: "Callable[[Agent, Envelope, Scoped], bytes] | None" = None
    asked: int = 0
    discoveries: int = 0
    transport: asyncio.DatagramTransport = field(init=False)

    @property
    def keys(self) -> Keys:
        return keys_for(USER, self.engine.id)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        envelope = read_envelope(data)
        if envelope.engine.id != self.engine.id:
            self.discoveries += 1
            self.transport.sendto(self.report(envelope.number, UNKNOWN_ENGINE), addr)
            return
        self.asked += 1
        if abs(envelope.engine.time_s - self.engine.time_s) > 150 or envelope.engine.boots != self.engine.boots:
            signed = keys_for(SIGNED_ONLY, self.engine.id)
            self.transport.sendto(self.report(envelope.number, NOT_IN_TIME, signed), addr)
            return
        said = read_scoped(envelope, self.keys)
        make = self.manner or Agent.answer
        self.transport.sendto(make(self, envelope, said), addr)

    def answer(self, envelope: Envelope, said: Scoped) -> bytes:
        content = scoped(self.engine.id, answer_pdu(RESPONSE, said.request_id, NAME, tagged(OCTETS, b"core")))
        return seal(envelope.number, self.engine, b"monitor", self.keys, content, 99, asks=False)

    def report(self, number: int, stat: int, keys: Keys = NO_KEYS) -> bytes:
        content = scoped(self.engine.id, answer_pdu(REPORT, number, STATS + bytes((stat, 0)), tagged(0x41, b"\1")))
        user = b"monitor" if keys.digest else b""
        return seal(number, self.engine, user, keys, content, 0, asks=False)


@asynccontextmanager
async def running(agent: Agent, *, timeout_s: float = 0.1, retries: int = 0) -> AsyncIterator[tuple[V3Client, int]]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: agent, (HOST, 0))
    exchange = Exchange(timeout_s, retries)
    exchange.open()
    try:
        yield V3Client(exchange, USER), int(transport.get_extra_info("sockname")[1])
    finally:
        exchange.close()
        transport.close()


async def name_of(client: V3Client, port: int) -> object:
    return (await client.session(ip_address(HOST), port).get([NAME]))[0][1]


async def test_an_honest_agent_is_asked_for_its_engine_once() -> None:
    agent = Agent()
    async with running(agent, timeout_s=2) as (client, port):
        assert [await name_of(client, port) for _ in range(5)] == [b"core"] * 5
    assert (agent.discoveries, agent.asked) == (1, 5)


async def test_no_two_messages_have_the_same_salt() -> None:
    salts: list[bytes] = []

    def noted(agent: Agent, envelope: Envelope, said: Scoped) -> bytes:
        salts.append(envelope.salt)
        return agent.answer(envelope, said)

    async with running(Agent(manner=noted), timeout_s=2) as (client, port):
        for _ in range(5):
            await name_of(client, port)
    assert len(set(salts)) == 5


async def test_an_agent_may_answer_from_the_other_address_that_is_known_of_it() -> None:
    agent, other = Agent(), ip_address("127.0.0.9")
    async with running(agent) as (client, port):
        elsewhere = await asyncio.get_running_loop().create_datagram_endpoint(Agent, (str(other), port))
        agent.transport = elsewhere[0]
        with pytest.raises(GarbledError, match="answers in its place"):
            await name_of(client, port)
        assert await client.session(ip_address(HOST), port, other).get([NAME]) == [(NAME, b"core")]
        elsewhere[0].close()


async def test_an_agent_that_started_again_is_believed_when_it_signs_that() -> None:
    agent = Agent()
    async with running(agent, timeout_s=2) as (client, port):
        await name_of(client, port)
        agent.engine = agent.engine._replace(boots=5, time_s=3)
        assert await name_of(client, port) == b"core"
    assert agent.discoveries == 1


async def test_an_agent_that_became_another_engine_is_asked_anew() -> None:
    agent = Agent()
    async with running(agent, timeout_s=2) as (client, port):
        await name_of(client, port)
        agent.engine = Engine(b"\x80\0\x1f\x88\x05other", 1, 5)
        assert await name_of(client, port) == b"core"


async def test_an_engine_whose_clock_went_back_is_found_again_after_one_silence() -> None:
    agent = Agent()
    async with running(agent) as (client, port):
        await name_of(client, port)
        agent.engine = agent.engine._replace(boots=1, time_s=3)
        with pytest.raises(GarbledError):
            await name_of(client, port)
        assert await name_of(client, port) == b"core"


async def test_a_report_that_the_user_is_unknown_is_about_credentials() -> None:
    agent = Agent(manner=lambda agent, envelope, _: agent.report(envelope.number, UNKNOWN_USER))
    async with running(agent) as (client, port):
        with pytest.raises(CredentialsError, match="does not know this user"):
            await name_of(client, port)


def other_user(agent: Agent, envelope: Envelope, said: Scoped) -> bytes:
    content = scoped(agent.engine.id, answer_pdu(RESPONSE, said.request_id, NAME, tagged(OCTETS, b"core")))
    return seal(envelope.number, agent.engine, b"somebody", agent.keys, content, 1, asks=False)


def other_engine_inside(agent: Agent, envelope: Envelope, said: Scoped) -> bytes:
    content = scoped(b"\x80\0\x1f\x88\x05other", answer_pdu(RESPONSE, said.request_id, NAME, tagged(OCTETS, b"core")))
    return seal(envelope.number, agent.engine, b"monitor", agent.keys, content, 1, asks=False)


def other_request(agent: Agent, envelope: Envelope, said: Scoped) -> bytes:
    return agent.answer(envelope, said._replace(request_id=said.request_id ^ 1))


def other_number(agent: Agent, envelope: Envelope, said: Scoped) -> bytes:
    return agent.answer(envelope._replace(number=envelope.number ^ 1), said)


def not_encrypted(agent: Agent, envelope: Envelope, said: Scoped) -> bytes:
    content = scoped(agent.engine.id, answer_pdu(RESPONSE, said.request_id, NAME, tagged(OCTETS, b"core")))
    return seal(envelope.number, agent.engine, b"monitor", keys_for(SIGNED_ONLY, agent.engine.id), content, 1)


def not_signed(agent: Agent, envelope: Envelope, said: Scoped) -> bytes:
    content = scoped(agent.engine.id, answer_pdu(RESPONSE, said.request_id, NAME, tagged(OCTETS, b"core")))
    return seal(envelope.number, agent.engine, b"monitor", NO_KEYS, content, 1)


def signed_by_another(agent: Agent, envelope: Envelope, said: Scoped) -> bytes:
    keys = keys_for(USER._replace(auth_key=Secret("another password")), agent.engine.id)
    content = scoped(agent.engine.id, answer_pdu(RESPONSE, said.request_id, NAME, tagged(OCTETS, b"core")))
    return seal(envelope.number, agent.engine, b"monitor", keys, content, 1)


def changed_on_the_way(agent: Agent, envelope: Envelope, said: Scoped) -> bytes:
    message = bytearray(agent.answer(envelope, said))
    message[-1] ^= 1
    return bytes(message)


def sent_long_ago(agent: Agent, envelope: Envelope, said: Scoped) -> bytes:
    old = Agent(agent.engine._replace(time_s=agent.engine.time_s - 200))
    return old.answer(envelope, said)


def turns_the_clock_unsigned(agent: Agent, envelope: Envelope, _: Scoped) -> bytes:
    return Agent(agent.engine._replace(boots=2**31 - 2)).report(envelope.number, NOT_IN_TIME)


def a_question_back(agent: Agent, envelope: Envelope, said: Scoped) -> bytes:
    content = scoped(agent.engine.id, answer_pdu(GET, said.request_id, NAME, tagged(OCTETS, b"core")))
    return seal(envelope.number, agent.engine, b"monitor", agent.keys, content, 1)


def cut_off(agent: Agent, envelope: Envelope, said: Scoped) -> bytes:
    return agent.answer(envelope, said)[:-20]


@pytest.mark.parametrize(
    ("manner", "counted"),
    [
        (other_user, "not_an_answer"),
        (other_engine_inside, "not_an_answer"),
        (other_request, "not_an_answer"),
        (other_number, "late_or_unasked"),
        (not_encrypted, "not_an_answer"),
        (not_signed, "not_an_answer"),
        (signed_by_another, "wrong_signature"),
        (changed_on_the_way, "wrong_signature"),
        (sent_long_ago, "not_in_time"),
        (turns_the_clock_unsigned, "not_an_answer"),
        (a_question_back, "not_an_answer"),
        (cut_off, "malformed"),
    ],
)
async def test_what_is_no_answer_is_counted_and_not_believed(
    manner: Callable[[Agent, Envelope, Scoped], bytes], counted: str
) -> None:
    agent = Agent(manner=manner)
    async with running(agent) as (client, port):
        with pytest.raises(GarbledError):
            await name_of(client, port)
        assert dict(client.exchange.rejected) == {counted: 1}
        agent.manner = None
        assert await name_of(client, port) == b"core"  # and nothing of it sticks


async def test_an_engine_that_never_keeps_still_is_given_up() -> None:
    agent = Agent()

    def restless(agent: Agent, envelope: Envelope, _: Scoped) -> bytes:
        agent.engine = agent.engine._replace(boots=agent.engine.boots + 1)
        return agent.report(envelope.number, NOT_IN_TIME, keys_for(SIGNED_ONLY, agent.engine.id))

    agent.manner = restless
    async with running(agent, timeout_s=2) as (client, port):
        with pytest.raises(Exception, match="keeps changing"):
            await name_of(client, port)
    assert agent.asked <= 4


async def test_what_an_agent_says_unasked_counts_once_its_engine_is_known_and_while_it_is_in_time() -> None:
    agent = Agent()
    async with running(agent, timeout_s=2) as (client, port):

        def notice(engine: Engine, keys: Keys) -> Envelope:
            pdu = answer_pdu(TRAP, 5, TRAP_OID, tagged(OBJECT_ID, oid("1.3.6.1.6.3.1.1.5.3")))
            return read_envelope(seal(7, engine, b"monitor", keys, scoped(engine.id, pdu), 1, asks=False))

        address = ip_address(HOST)
        assert client.notification(address, port, notice(ENGINE, agent.keys)) is None, "it was never asked"
        await name_of(client, port)
        said = client.notification(address, port, notice(ENGINE, agent.keys))
        assert said is not None
        assert name_of_trap(said.bindings) == "linkDown"
        for engine, keys in (
            (ENGINE._replace(time_s=ENGINE.time_s - 200), agent.keys),
            (ENGINE._replace(boots=ENGINE.boots - 1), agent.keys),
            (ENGINE, keys_for(SIGNED_ONLY, ENGINE.id)),
            (ENGINE, NO_KEYS),
            (ENGINE._replace(id=b"another engine"), keys_for(USER, b"another engine")),
        ):
            assert client.notification(address, port, notice(engine, keys)) is None


async def test_who_forges_an_engines_clock_cannot_make_its_old_traps_count() -> None:
    def trap(engine: Engine) -> Envelope:
        pdu = answer_pdu(TRAP, 5, TRAP_OID, tagged(OBJECT_ID, oid("1.3.6.1.6.3.1.1.5.3")))
        return read_envelope(seal(7, engine, b"monitor", keys_for(USER, engine.id), scoped(engine.id, pdu), 1))

    address, long_ago, told = ip_address(HOST), ENGINE._replace(boots=2, time_s=77), []

    def forger(agent: Agent, envelope: Envelope, said: Scoped) -> bytes:
        told.append(client.notification(address, port, trap(long_ago)))  # its clock is known from the discovery
        return not_signed(agent, envelope, said)

    agent = Agent(engine=long_ago, manner=forger)
    async with running(agent) as (client, port):
        with pytest.raises(GarbledError):
            await name_of(client, port)
        assert told == [None]

        agent.engine, agent.manner = ENGINE, None
        await name_of(client, port)
        assert client.notification(address, port, trap(long_ago)) is None
        assert client.notification(address, port, trap(ENGINE)) is not None


@pytest.mark.parametrize("forged", [ENGINE._replace(boots=2**31 - 2, time_s=2**31 - 1), ENGINE._replace(boots=0)])
async def test_a_forged_clock_costs_one_question(forged: Engine) -> None:
    honest = Agent.report

    class Forged(Agent):
        def report(self, number: int, stat: int, keys: Keys = NO_KEYS) -> bytes:
            if stat == UNKNOWN_ENGINE and self.discoveries == 1:
                return honest(Agent(forged), number, stat)
            return honest(self, number, stat, keys)

    async with running(Forged(), retries=1) as (client, port):
        assert await name_of(client, port) == b"core"


def test_the_level_of_a_report_is_that_of_its_keys() -> None:
    assert read_envelope(Agent().report(1, NOT_IN_TIME, keys_for(SIGNED_ONLY, ENGINE.id))).level & AUTH
