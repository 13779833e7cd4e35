"""The worst datagrams that somebody can send cost little and disturb nobody (bounds per datagram: 50 ms, 1 MiB)."""

import socket
import time
import tracemalloc
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address

import pytest

from monitor.probes.snmp.ber import OBJECT_ID, OCTETS, SEQUENCE, BerError, Missing, integer, tagged
from monitor.probes.snmp.client import Agent, V2cClient
from monitor.probes.snmp.exchange import Exchange
from monitor.probes.snmp.keys import Credential
from monitor.probes.snmp.messages import GET, MOST_BYTES, RESPONSE, V2C, Binding, read_header
from monitor.probes.snmp.mibs import INTERFACES, SYSTEM
from monitor.probes.snmp.modules import MOST_CHARACTERS, _number
from monitor.probes.snmp.notifications import read_v2c, version
from monitor.probes.snmp.reading import read
from monitor.probes.snmp.session import GarbledError
from monitor.probes.snmp.sockets import where_of
from monitor.probes.snmp.usm import Engine, seal
from monitor.probes.snmp.v3 import NO_KEYS, Known, V3Client, V3Question
from monitor.settings.secrets import Secret
from tests.lab.agents import HOST, snmpd
from tests.lab.waiting import patient
from tests.probes.snmp.played_agent import agent

pytestmark = pytest.mark.alone

MOST_CPU_S, MOST_MEMORY = 0.05, 2**20
COUNTER64 = 0x46
WHERE = where_of(ip_address(HOST), 161)


def message(bindings: bytes, number: int = 1) -> bytes:
    pdu = integer(number) + integer(0) + integer(0) + tagged(SEQUENCE, bindings)
    return tagged(SEQUENCE, integer(V2C) + tagged(OCTETS, b"public") + tagged(RESPONSE, pdu))


def binding(name: bytes, content: bytes) -> bytes:
    return tagged(SEQUENCE, tagged(OBJECT_ID, name) + content)


def nested(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = tagged(SEQUENCE, inner)
    return inner


HOSTILE = {
    "as long as UDP can be": bytes(65_507),
    "a long message": message(binding(b"\x2b\x06", tagged(OCTETS, bytes(65_000)))),
    "10,000 arcs": message(binding(b"\x2b" + b"\x01" * 10_000, b"\x05\x00")),
    "8,000 arcs": message(binding(b"\x2b" + b"\x01" * 8_000, b"\x05\x00")),
    "one arc of 8,000 bytes": message(binding(b"\x2b" + b"\xff" * 8_000 + b"\x01", b"\x05\x00")),
    "a value of 8,000 arcs": message(binding(b"\x2b\x06", tagged(OBJECT_ID, b"\x01" * 8_000))),
    "a thousand bindings": message(binding(b"\x2b", b"\x05\x00") * 1_150),
    "a thousand empty bindings": message(tagged(SEQUENCE, b"") * 4_000),
    "deeply nested": message(nested(1_300)),
    "lengths that lie": b"\x30\x84\x7f\xff\xff\xff" * 1_000,
    "indefinite lengths": b"\x30\x80" * 4_000,
    "an integer of 8,000 bytes": tagged(SEQUENCE, tagged(0x02, bytes(8_000))),
    "a counter of 8,000 bytes": message(binding(b"\x2b\x06", tagged(COUNTER64, b"\xff" * 8_000))),
    "400 counters of 64 bits": message(binding(b"\x2b", tagged(COUNTER64, b"\xff" * 8)) * 400),
    "one number of 4,000 bits": message(binding(b"\x2b\x06", tagged(OBJECT_ID, b"\xff" * 600 + b"\x01")) * 12),
    "300 identifiers": message(binding(b"\x2b" + b"\xff\x01" * 9, tagged(OBJECT_ID, b"\x2b\x06")) * 300),
    "nothing": b"",
}


def of_v2c() -> Callable[[bytes], None]:
    exchange = Exchange()
    V2cClient(exchange)
    return lambda data: exchange.arrived(data, WHERE)


def of_v3() -> Callable[[bytes], None]:
    exchange = Exchange()
    V3Client(exchange, Credential("u"))
    return lambda data: exchange.arrived(data, WHERE)


def of_v3_from_who_is_asked() -> Callable[[bytes], None]:
    """As what the agent says under the number of a question that is under way, in a right envelope."""
    exchange, engine = Exchange(), Engine(b"engine", 1, 1)
    client = V3Client(exchange, Credential("u"))
    client.known[WHERE] = Known(engine, NO_KEYS, 0.0)
    question = V3Question(client, exchange, WHERE, HOST, GET, [SYSTEM["sysName"]], 0)
    question.datagram(7)
    exchange._under_way[7] = question
    return lambda data: exchange.arrived(seal(7, engine, b"u", NO_KEYS, data, 1)[: MOST_BYTES + 1], WHERE)


def of_traps() -> Callable[[bytes], None]:
    def take(data: bytes) -> None:
        with suppress(BerError):
            version(data)
            read_v2c(data, b"public")

    return take


@pytest.mark.parametrize("taker", [of_v2c, of_v3, of_v3_from_who_is_asked, of_traps])
@pytest.mark.parametrize("data", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_datagram_costs_little(data: bytes, taker: Callable[[], Callable[[bytes], None]]) -> None:
    take, cut = taker(), data[: MOST_BYTES + 1]  # as much as is taken off the socket
    take(cut)
    begun_s = time.process_time()
    take(cut)
    assert time.process_time() - begun_s <= patient(MOST_CPU_S)
    tracemalloc.start()
    take(cut)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= MOST_MEMORY


async def test_another_agent_is_read_while_one_floods() -> None:
    flood = list(HOSTILE.values())

    def reply(own: socket.socket, _: int, asker: tuple[str, int]) -> None:
        for _ in range(20):
            for data in flood:
                own.sendto(data, asker)

    exchange = Exchange()
    client = V2cClient(exchange)
    exchange.open()
    try:
        with agent(reply) as hostile, snmpd(["sysName honest"]) as honest:
            flooding = client.session(Agent(ip_address(HOST), hostile, Secret("public")))
            answering = client.session(Agent(ip_address(HOST), honest, Secret("public")))
            begun_s = time.process_time()
            with pytest.raises(GarbledError, match="what comes from there is no SNMP"):
                await flooding.get([SYSTEM["sysName"]])
            assert (await read(answering)).system["sysName"] == "honest"
            assert time.process_time() - begun_s < patient(5)
    finally:
        exchange.close()
    assert exchange.rejected["malformed"] > 100


@dataclass
class Told:
    """An agent with these objects; what it says goes through bytes."""

    said: Mapping[bytes, bytes]

    async def get(self, oids: Sequence[bytes]) -> list[Binding]:
        return self._answer((name, self.said[name]) for name in oids if name in self.said)

    async def get_bulk(self, oids: Sequence[bytes], repetitions: int) -> list[Binding]:
        follows = (min((name for name in self.said if name > one), default=one) for one in oids)
        return self._answer((name, self.said.get(name, tagged(Missing.END.value, b""))) for name in follows)

    def _answer(self, bindings: Iterable[tuple[bytes, bytes]]) -> list[Binding]:
        return read_header(message(b"".join(binding(*one) for one in bindings))).bindings()


async def test_odd_values_are_read_as_what_they_are() -> None:
    said = {
        SYSTEM["sysName"]: tagged(OCTETS, "\u202egnp.exe\u2066".encode()),
        SYSTEM["sysDescr"]: tagged(OCTETS, b"caf\xe9\0\0"),
        SYSTEM["sysUpTime_ticks"]: tagged(0x43, b"\0\xff\xff\xff\xff"),
        SYSTEM["sysObjectID"]: tagged(OCTETS, b""),
        INTERFACES["ifHCInOctets"] + b"\x01": tagged(COUNTER64, b"\0" + b"\xff" * 8),
        INTERFACES["ifName"] + b"\x01": tagged(0x02, b"\x05"),  # of a wrong type
        INTERFACES["ifDescr"] + b"\x01": tagged(OCTETS, b"eth0\0"),
    }
    reading = await read(Told(said))
    assert reading.system["sysName"] == "\u202egnp.exe\u2066"
    assert reading.system["sysDescr"] == "café"
    assert reading.system["sysUpTime_ticks"] == 2**32 - 1
    assert reading.ports == [{"ifIndex": 1, "ifDescr": "eth0", "ifHCInOctets": 2**64 - 1}]


NUMBERS = {"digits": b"1" * 8_000, "blanks": b" " * 8_000, "points": b"1." * 4_000, "signs": b"-" * 8_000}


@pytest.mark.parametrize("letters", NUMBERS.values(), ids=list(NUMBERS))
def test_a_number_in_words_costs_no_more_however_long_they_are(letters: bytes) -> None:
    def cpu_s(some: bytes) -> float:
        begun_s = time.process_time()
        for _ in range(100):
            _number(some)
        return time.process_time() - begun_s

    # Beside what is read of it, which takes the square of its length: a slow machine is slow with both.
    assert cpu_s(letters) <= 5 * max(cpu_s(letters[:MOST_CHARACTERS]), 0.001)
