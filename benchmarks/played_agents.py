"""Simulated SNMP agents: one process that answers for every address of its network namespace, as a small router would.

`python -m benchmarks.played_agents PORTS` listens on port 161 and gives each answer the address that was asked.
"""

import socket
import struct
import sys
from bisect import bisect_right
from select import select

from monitor.probes.snmp.ber import OBJECT_ID, OCTETS, SEQUENCE, arcs, expect, integer, oid, read, read_integer, tagged
from monitor.probes.snmp.messages import GET, GET_BULK, RESPONSE, V2C, read_bindings
from monitor.probes.snmp.mibs import ENGINE_TIME, INTERFACES, SYSTEM, TEXT_COLUMNS

COUNTER64, TICKS, END, NO_OBJECT = 0x46, 0x43, b"\x82\x00", b"\x80\x00"
ROOM = 1_400
CMSG = 256
IP_PKTINFO, IPV6_FREEBIND = 8, 78  # which this Python does not name


def objects(ports: int) -> dict[bytes, bytes]:
    """What an agent has, in the order of a walk."""
    found = {
        SYSTEM["sysDescr"]: tagged(OCTETS, b"A simulated router"),
        SYSTEM["sysObjectID"]: tagged(OBJECT_ID, oid("1.3.6.1.4.1.99999.1")),
        SYSTEM["sysUpTime_ticks"]: tagged(TICKS, b"\x01\x02\x03\x04"),
        SYSTEM["sysName"]: tagged(OCTETS, b"router"),
        ENGINE_TIME + b"\0": integer(123_456),
    }
    for name, column in INTERFACES.items():
        for number in range(1, ports + 1):
            cell = tagged(OCTETS, f"ether{number}".encode()) if name in TEXT_COLUMNS else integer(number)
            found[column + bytes((number,))] = tagged(COUNTER64, bytes(8)) if name.startswith("ifHC") else cell
    return dict(sorted(found.items(), key=lambda entry: arcs(entry[0])))


class Agent:
    """All agents are the same one."""

    def __init__(self, ports: int) -> None:
        self._objects = objects(ports)
        self._names = list(self._objects)
        self._order = [arcs(name) for name in self._names]
        self._made: dict[bytes, bytes] = {}

    def answer(self, data: bytes) -> bytes:
        """The answer to a GET or a GETBULK; the same question gets the same answer, under its own number."""
        at, end = expect(data, 0, len(data), SEQUENCE)
        _, at = read_integer(data, at, end)
        begins, at = expect(data, at, end, OCTETS)
        kind, pdu, end = read(data, at, end)
        number, after = read_integer(data, pdu, end)
        community, asked = data[begins:at], data[after:end]
        listed = self._made.get(asked)
        if listed is None:
            listed = self._made[asked] = self._list(kind, asked)
        body = integer(number) + integer(0) + integer(0) + tagged(SEQUENCE, listed)
        return tagged(SEQUENCE, integer(V2C) + tagged(OCTETS, community) + tagged(RESPONSE, body))

    def _list(self, kind: int, asked: bytes) -> bytes:
        _, at = read_integer(asked, 0, len(asked))
        repetitions, at = read_integer(asked, at, len(asked))
        at, end = expect(asked, at, len(asked), SEQUENCE)
        names = [name for name, _ in read_bindings(asked, at, end)]
        if kind == GET:
            return b"".join(_binding(name, self._objects.get(name, NO_OBJECT)) for name in names)
        assert kind == GET_BULK
        listed = b""
        for _ in range(repetitions):
            for place, name in enumerate(names):
                follows = bisect_right(self._order, arcs(name))
                known = follows < len(self._names)
                names[place] = self._names[follows] if known else name
                listed += _binding(names[place], self._objects[names[place]] if known else END)
            if len(listed) > ROOM:
                break
        return listed


def _binding(name: bytes, content: bytes) -> bytes:
    return tagged(SEQUENCE, tagged(OBJECT_ID, name) + content)


def main() -> None:
    """Answers for ever."""
    agent = Agent(int(sys.argv[1]))
    v4 = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    v4.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    v4.bind(("0.0.0.0", 161))
    v6 = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    v6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    v6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    v6.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)  # the addresses are routed here, not assigned
    v6.bind(("::", 161))
    for own in (v4, v6):
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
    print("ready", flush=True)
    while True:
        for own in select([v4, v6], [], [])[0]:
            data, told, _, source = own.recvmsg(65_535, CMSG)
            level, kind, where = told[0]
            if own is v4:
                _, local, _ = struct.unpack("i4s4s", where)
                where = struct.pack("i4s4s", 0, local, b"\0" * 4)
            own.sendmsg([agent.answer(data)], [(level, kind, where)], 0, source)


if __name__ == "__main__":
    main()
