"""What atheris throws its bytes at: ``python -m tests.fuzz.harness NAME -runs=100000``; an error ends it loudly."""

import sys
from collections.abc import Callable

import atheris

with atheris.instrument_imports(include=["monitor.probes"]):
    from monitor.probes.icmp.packets import PACKET_BYTES, Requests, answer_to, read_error, read_reply, without_ip_header
    from monitor.probes.snmp.ber import BerError
    from monitor.probes.snmp.messages import read_response

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


TARGETS: dict[str, Callable[[bytes], None]] = {"icmp": icmp, "snmp": snmp}

if __name__ == "__main__":
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()
