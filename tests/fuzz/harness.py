"""What atheris throws its bytes at: ``python -m tests.fuzz.harness NAME -runs=100000``; an error ends it loudly."""

import sys
from collections.abc import Callable

import atheris

with atheris.instrument_imports(include=["monitor.probes"]):
    from monitor.probes.icmp.packets import PACKET_BYTES, Requests, answer_to, read_error, read_reply, without_ip_header
    from monitor.probes.snmp.ber import BerError
    from monitor.probes.snmp.keys import Credential, keys_for
    from monitor.probes.snmp.messages import read_response
    from monitor.probes.snmp.notifications import Informed, read_v2c, version
    from monitor.probes.snmp.usm import Engine, open_envelope, read_scoped, seal
    from monitor.settings.secrets import Secret

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
        answer = read_response(data)
    except BerError:
        return
    assert len(answer.bindings) <= len(data)


ENGINE = Engine(b"\x80\0\0\0\x05fuzz", 3, 1_000)
USER = Credential("u", "SHA-256", Secret("authentication"), "AES-128", Secret("a privacy key"))
KEYS = keys_for(USER, ENGINE.id)


def snmp_v3(data: bytes) -> None:
    """Any bytes as a message of version 3, and as what somebody with the right keys has sealed; also as an inform."""
    for message in (data, seal(7, ENGINE, b"u", KEYS, data, 1)):
        try:
            envelope = open_envelope(message)
            Informed(ENGINE.id, ENGINE.boots).take(envelope, USER, ENGINE.time_s)
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


TARGETS: dict[str, Callable[[bytes], None]] = {"icmp": icmp, "snmp": snmp, "snmp_v3": snmp_v3, "traps": traps}

if __name__ == "__main__":
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()
