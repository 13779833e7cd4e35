"""An agent on loopback that answers as a test says."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from monitor.probes.snmp.ber import OBJECT_ID, OCTETS, SEQUENCE, expect, integer, read, read_integer, tagged
from monitor.probes.snmp.messages import RESPONSE, V2C
from monitor.probes.snmp.mibs import SYSTEM
from tests.lab.agents import HOST

NAME = SYSTEM["sysName"]
Reply = Callable[[socket.socket, int, tuple[str, int]], object]  # own socket, request-id, who asked


def answer(request_id: int, *, community: bytes = b"public", name: bytes = b"router", status: int = 0) -> bytes:
    binding = tagged(SEQUENCE, tagged(OBJECT_ID, NAME) + tagged(OCTETS, name))
    pdu = integer(request_id) + integer(status) + integer(min(status, 1)) + tagged(SEQUENCE, binding)
    return tagged(SEQUENCE, integer(V2C) + tagged(OCTETS, community) + tagged(RESPONSE, pdu))


@contextmanager
def agent(reply: Reply) -> Iterator[int]:
    """An agent that does whatever ``reply`` does with each question; yields its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind((HOST, 0))

        def work() -> None:
            while question := own.recvfrom(65_535):
                data, source = question
                if not data:
                    return
                at, end = expect(data, 0, len(data), SEQUENCE)
                _, at = read_integer(data, at, end)
                _, at = expect(data, at, end, OCTETS)
                reply(own, read_integer(data, read(data, at, end)[1], end)[0], source)

        thread = Thread(target=work, daemon=True)
        thread.start()
        yield own.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", own.getsockname())
        thread.join()
