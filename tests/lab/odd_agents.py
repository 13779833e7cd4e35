"""SNMPv2c agents that do as they are told, at many addresses at once: slow ones, and such with names that nobody has.

``python -m tests.lab.odd_agents --delay 1.8 --rows 200 10.77.3.1 10.77.3.2``: each has so many interfaces, all called
as ``--name`` says, meant to be up and down.
"""

import argparse
import asyncio
from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import cast

from monitor.probes.snmp.ber import (
    OBJECT_ID,
    OCTETS,
    SEQUENCE,
    Missing,
    expect,
    integer,
    oid,
    read,
    read_integer,
    tagged,
)
from monitor.probes.snmp.messages import GET, RESPONSE, V2C, read_pdu
from monitor.probes.snmp.mibs import INTERFACES, SYSTEM

PORT, ROOM = 161, 48


def cells(name: str, rows: int) -> dict[bytes, bytes]:
    """What it says, by object."""
    text, said = tagged(OCTETS, name.encode()), {SYSTEM["sysUpTime_ticks"]: tagged(0x43, b"\x01\x00\x00")}
    said |= dict.fromkeys((SYSTEM["sysName"], SYSTEM["sysDescr"]), text)
    for row in range(1, rows + 1):
        index = oid(f"1.3.{row}")[1:]
        said |= {INTERFACES[column] + index: text for column in ("ifDescr", "ifName", "ifAlias")}
        said |= {INTERFACES["ifAdminStatus"] + index: integer(1), INTERFACES["ifOperStatus"] + index: integer(2)}
    return dict(sorted(said.items()))


class OddAgent(asyncio.DatagramProtocol):
    """One of them; it answers every question ``delay_s`` later."""

    def __init__(self, said: dict[bytes, bytes], delay_s: float) -> None:
        self._said, self._delay_s = said, delay_s

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if data[:1] == bytes([SEQUENCE]):  # who only knocks is not answered
            answer = self._answer(data)
            asyncio.get_running_loop().call_later(self._delay_s, self._transport.sendto, answer, addr)

    def _answer(self, data: bytes) -> bytes:
        at, end = expect(data, 0, len(data), SEQUENCE)
        _, at = read_integer(data, at, end)
        community, at = expect(data, at, end, OCTETS)
        kind, begins, ends = read(data, at, end)
        number, _, repetitions, asked = read_pdu(data, begins, ends)
        oids = [name for name, _ in asked]
        found = b"".join(map(self._get, oids)) if kind == GET else self._next(oids, max(repetitions, 1))
        pdu = integer(number) + integer(0) + integer(0) + tagged(SEQUENCE, found)
        return tagged(SEQUENCE, integer(V2C) + tagged(OCTETS, data[community:at]) + tagged(RESPONSE, pdu))

    def _get(self, name: bytes) -> bytes:
        content = self._said.get(name, tagged(Missing.NO_INSTANCE.value, b""))
        return tagged(SEQUENCE, tagged(OBJECT_ID, name) + content)

    def _next(self, oids: Sequence[bytes], repetitions: int) -> bytes:
        answer, at = [], list(oids)
        for _ in range(min(repetitions, ROOM // len(at) or 1)):
            for place, last in enumerate(at):
                follows = next((name for name in self._said if name > last), None)
                content = tagged(Missing.END.value, b"") if follows is None else self._said[follows]
                at[place] = last if follows is None else follows
                answer.append(tagged(SEQUENCE, tagged(OBJECT_ID, at[place]) + content))
        return b"".join(answer)


async def main() -> None:
    """Answers until it is killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--rows", type=int, default=1)
    parser.add_argument("--name", default="eth0")
    parser.add_argument("addresses", nargs="+", type=IPv4Address)
    words = parser.parse_args()
    said = cells(words.name, words.rows)
    for address in words.addresses:
        await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: OddAgent(said, words.delay), (str(address), PORT)
        )
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
