"""What atheris throws its bytes at: ``python -m tests.fuzz.harness NAME -runs=100000``; an error ends it loudly."""

import asyncio
import json
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address

import atheris

with atheris.instrument_imports(include=["monitor.probes"]):
    from monitor.probes.icmp.packets import PACKET_BYTES, Requests, answer_to, read_error, read_reply, without_ip_header
    from monitor.probes.snmp.ber import OBJECT_ID, OCTETS, SEQUENCE, BerError, Missing, oid, tagged
    from monitor.probes.snmp.keys import Credential, keys_for
    from monitor.probes.snmp.messages import Binding, read_bindings, read_header
    from monitor.probes.snmp.mibs import ENGINE_TIME, INTERFACES, UPS, UPS_LOAD
    from monitor.probes.snmp.modules import read_modules
    from monitor.probes.snmp.notifications import InformEngine, read_v2c, version
    from monitor.probes.snmp.reading import read
    from monitor.probes.snmp.session import AgentError, SilentError, SnmpError
    from monitor.probes.snmp.usm import Engine, read_envelope, read_scoped, seal
    from monitor.settings.secrets import Secret

from monitor.domain.reasons import Reason, ReasonCode
from monitor.judging.snmp import SnmpState
from monitor.metrics.snmp import _device, _Modules
from monitor.settings.fleet import Device
from monitor.settings.modules_section import shipped_modules

IDENTIFIER, COOKIE = 0x1234, b"cookie!!"
ANSWERS = {
    v6: answer_to(Requests(v6=v6, identifier=IDENTIFIER, cookie=COOKIE).packet(7), v6=v6) for v6 in (False, True)
}


def icmp(data: bytes) -> None:
    """Any bytes as an ICMP message, alone and over the beginning of a right answer."""
    for v6, answer in ANSWERS.items():
        for message in (data, without_ip_header(data), data + answer[len(data) :], answer[: len(data)] + data):
            reply = read_reply(message, v6=v6, identifier=IDENTIFIER, cookie=COOKIE)
            assert not isinstance(reply, tuple) or message[8:PACKET_BYTES].startswith(COOKIE)
            read_error(message, v6=v6, identifier=IDENTIFIER)


def snmp(data: bytes) -> None:
    """Any bytes as an SNMP answer: read, or refused by the one error there is."""
    try:
        bindings = read_header(data).bindings()
    except BerError:
        return
    assert len(bindings) <= len(data)


ENGINE = Engine(b"\x80\0\0\0\x05fuzz", 3, 1_000)
USER = Credential("u", "SHA-256", Secret("authentication"), "AES-128", Secret("a privacy key"))
KEYS = keys_for(USER, ENGINE.id)


def snmp_v3(data: bytes) -> None:
    """Any bytes as a message of version 3, and as what somebody with the right keys has sealed; also as an inform."""
    for message in (data, seal(7, ENGINE, b"u", KEYS, data, 1)):
        try:
            envelope = read_envelope(message)
            InformEngine(ENGINE.id, ENGINE.boots).take(envelope, USER, ENGINE.time_s)
            read_scoped(envelope, KEYS)
        except BerError:
            continue


def traps(data: bytes) -> None:
    """Any bytes as a trap or an inform of version 2c; no reply is longer than a little more than the question."""
    try:
        version(data)
        told = read_v2c(data, b"public")
    except BerError:
        return
    assert told is None or len(told.reply) <= len(data) + 16


LINE = re.compile(r'[a-zA-Z_]+\{([a-zA-Z_]+="([^"\\\n]|\\[\\"n])*",?)*\} \S+\n')
DEVICE = Device("site/router", "site", "router", ip_address("127.0.0.1"))
MODULES = list(shipped_modules().values())
KINDS = ["1.3.6.1.4.1.14988.1", "1.3.6.1.4.1.2011.2.1", "1.3.6.1.4.1.3320.1", "1.3.6.1.4.1.318.1", ""]
COLUMNS = {*INTERFACES.values(), *UPS.values(), UPS_LOAD, ENGINE_TIME}
COLUMNS |= {oid(metric.oid) for module in MODULES for metric in module.metrics}
MOST_ASKED = 2_000  # questions that such a reading may cost

SILENT = Reason(ReasonCode.NO_ANSWER)


class Player:
    """An agent that says one text for everything, in the types and the manners of the bytes after it, over and over."""

    def __init__(self, data: bytes) -> None:
        size = data[0] % 64 if data else 0
        self._text, self._ways = data[1 : 1 + size], data[1 + size :] or b"\0"
        self._drawn = self.asked = 0

    async def get(self, oids: Sequence[bytes]) -> list[Binding]:
        return self._answer(oids)

    async def get_bulk(self, oids: Sequence[bytes], repetitions: int) -> list[Binding]:
        row = bytes([self.asked % 128])
        return self._answer([(oid if oid in COLUMNS else oid[:-1]) + row for oid in oids])

    def _draw(self) -> int:
        self._drawn += 1
        return self._ways[self._drawn % len(self._ways)]

    def _answer(self, names: Sequence[bytes]) -> list[Binding]:
        self.asked += 1
        said, manner, ends = b"", self._draw(), self.asked % 4 == 0
        if manner == 255:
            raise SilentError(SILENT)
        if manner == 254:
            raise AgentError(self._draw(), self._draw() % 9)
        for name in names[: self._draw() if manner == 253 else None]:
            way = self._draw()
            tag = Missing.END.value if ends else (OCTETS, OCTETS, OCTETS, 2, OBJECT_ID, 0x43, 0x46, way)[way % 8]
            said += tagged(SEQUENCE, tagged(OBJECT_ID, name) + tagged(tag, self._text))
        try:
            return read_bindings(said, 0, len(said))
        except BerError:
            raise SilentError(SILENT) from None


def reading(data: bytes) -> None:
    """Any bytes as what an agent does when it is read: every figure becomes a line of the metrics."""
    agent = Player(data)
    kind = KINDS[len(data) % len(KINDS)]
    with suppress(SnmpError):
        found = asyncio.run(read(agent))
        json.dumps(found.ports)
        series = asyncio.run(read_modules(agent, kind, MODULES))
        for family, line in _device("here", DEVICE, SnmpState("ok", None, found, series), 0, _Modules()):
            assert line.startswith(family.name)
            assert LINE.fullmatch(line), line
            assert line[:-1].isprintable(), line
    assert agent.asked <= MOST_ASKED


TARGETS: dict[str, Callable[[bytes], None]] = {
    "icmp": icmp,
    "snmp": snmp,
    "snmp_v3": snmp_v3,
    "traps": traps,
    "reading": reading,
}

if __name__ == "__main__":
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()
