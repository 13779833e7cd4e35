"""Devices of all manners, as recordings that a real simulator serves: what each has is read, and nothing is made up."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from monitor.probes.snmp.ber import Oid, Value, oid
from monitor.probes.snmp.messages import Binding
from monitor.probes.snmp.mibs import SYSTEM as OBJECTS
from monitor.probes.snmp.reading import read
from monitor.probes.snmp.session import SilentError
from tests.lab.agents import snmpsim
from tests.probes.snmp.asking import read_v2c
from tests.probes.snmp.tables import Table
from tests.told import said

IF, IFX, UPS = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1", "1.3.6.1.2.1.33.1"
INTEGER, OCTETS, HEX, COUNTER32, GAUGE32, COUNTER64 = "2", "4", "4x", "65", "66", "70"
NAMED = ["1.3.6.1.2.1.1.1.0|4|an odd device", "1.3.6.1.2.1.1.3.0|67|123456", "1.3.6.1.2.1.1.5.0|4|odd"]
SYSTEM = {"sysDescr": "an odd device", "sysUpTime_ticks": 123_456, "sysName": "odd"}


def column(name: str, kind: str, cells: Mapping[int, object]) -> list[str]:
    return [f"{name}.{row}|{kind}|{cell}" for row, cell in cells.items()]


def texts(name: str, cells: Mapping[int, bytes]) -> list[str]:
    return column(name, HEX, {row: cell.hex() for row, cell in cells.items()})


def refused(name: str, status: str) -> str:
    return f"{name}|2:error|op=any,status={status},value=1"


DEVICES: dict[str, tuple[list[str], dict[str, Any], list[dict[str, Any]], dict[str, int]]] = {
    "three-columns-and-a-name": (
        [
            "1.3.6.1.2.1.1.5.0|4|tiny",
            *column(f"{IF}.2", OCTETS, {1: "a", 2: "b"}),
            *column(f"{IF}.8", INTEGER, {1: 1, 2: 2}),
            *column(f"{IF}.10", COUNTER32, {1: 2**32 - 1, 2: 0}),
        ],
        {"sysName": "tiny"},
        [
            {"ifIndex": 1, "ifDescr": "a", "ifOperStatus": 1, "ifInOctets": 2**32 - 1},
            {"ifIndex": 2, "ifDescr": "b", "ifOperStatus": 2, "ifInOctets": 0},
        ],
        {},
    ),
    "only-the-newer-table": (
        [*NAMED, *column(f"{IFX}.1", OCTETS, {1: "x1", 9: "x9"}), *column(f"{IFX}.6", COUNTER64, {1: 2**64 - 1, 9: 0})],
        SYSTEM,
        [{"ifIndex": 1, "ifName": "x1", "ifHCInOctets": 2**64 - 1}, {"ifIndex": 9, "ifName": "x9", "ifHCInOctets": 0}],
        {},
    ),
    "no-system-at-all": (column(f"{IF}.2", OCTETS, {7: "eth7"}), {}, [{"ifIndex": 7, "ifDescr": "eth7"}], {}),
    "nothing-but-a-name": (["1.3.6.1.2.1.1.5.0|4|printer"], {"sysName": "printer"}, [], {}),
    "rows-with-holes": (
        [
            *NAMED,
            *column(f"{IF}.1", INTEGER, {1: 1, 2: 2, 3: 3}),
            *column(f"{IF}.5", GAUGE32, {2: 4_294_967_295}),
            *column(f"{IF}.8", INTEGER, {3: 7}),
            *column(f"{IFX}.18", OCTETS, {1: "uplink"}),
        ],
        SYSTEM,
        [
            {"ifIndex": 1, "ifAlias": "uplink"},
            {"ifIndex": 2, "ifSpeed": 4_294_967_295},
            {"ifIndex": 3, "ifOperStatus": 7},
        ],
        {},
    ),
    "indexes-as-large-as-can-be": (
        [*NAMED, *column(f"{IF}.2", OCTETS, {0: "zero", 2**30: "vlan", 2**31 - 1: "last", 2**32 - 1: "past it"})],
        SYSTEM,
        [
            {"ifIndex": 0, "ifDescr": "zero"},
            {"ifIndex": 2**30, "ifDescr": "vlan"},
            {"ifIndex": 2**31 - 1, "ifDescr": "last"},
            {"ifIndex": 2**32 - 1, "ifDescr": "past it"},
        ],
        {},
    ),
    "names-of-all-kinds": (
        [
            *NAMED,
            *texts(
                f"{IF}.2",
                {
                    1: b"eth0\0\0\0",
                    2: b"caf\xe9",
                    3: bytes.fromhex("001a2b3c4d5e"),
                    4: b" port 4  ",
                    5: "উপজেলা".encode(),
                    6: b"",
                    7: b"a\0b",
                    8: b"0/1\r\n",
                },
            ),
        ],
        SYSTEM,
        [
            {"ifIndex": index, "ifDescr": name}
            for index, name in enumerate(
                ["eth0", "café", "\0\x1a+<M^", " port 4  ", "উপজেলা", "", "a\0b", "0/1\r\n"], start=1
            )
        ],
        {},
    ),
    "values-of-other-types-than-the-mib-says": (
        [
            *NAMED,
            f"{IF}.3.1|{GAUGE32}|6",
            f"{IF}.8.1|{OCTETS}|1",
            f"{IF}.10.1|{COUNTER64}|{2**40}",
            f"{IFX}.1.1|{INTEGER}|5",
            f"{IFX}.15.1|{INTEGER}|100",
        ],
        SYSTEM,
        [{"ifIndex": 1, "ifType": 6, "ifOperStatus": 1, "ifInOctets": 2**40, "ifHighSpeed": 100}],
        {},
    ),
    "numbers-that-are-written-out": (
        [
            *NAMED,
            f"{IF}.5.1|{OCTETS}|1000000000",
            f"{IF}.5.2|{OCTETS}|1000Mbps",
            f"{IF}.8.1|{HEX}|{b'2'.hex()}00",
            f"{IFX}.6.1|{HEX}|000000e8d4a51000",
            f"{IFX}.10.1|{HEX}|0000000000000000",
            f"{UPS}.2.4.0|{OCTETS}|98",
            f"{UPS}.4.1.0|{OCTETS}|mains",
        ],
        SYSTEM,
        [
            {"ifIndex": 1, "ifSpeed": 10**9, "ifOperStatus": 2, "ifHCInOctets": 10**12, "ifHCOutOctets": 0},
            {"ifIndex": 2},
        ],
        {"upsEstimatedChargeRemaining": 98},
    ),
    "a-ups-that-does-not-know": (
        [*NAMED, f"{UPS}.2.1.0|2|1", f"{UPS}.2.3.0|2|-1", f"{UPS}.2.4.0|2|-1", f"{UPS}.4.1.0|66|5"],
        SYSTEM,
        [],
        {
            "upsBatteryStatus": 1,
            "upsEstimatedMinutesRemaining": -1,
            "upsEstimatedChargeRemaining": -1,
            "upsOutputSource": 5,
        },
    ),
    "a-ups-with-a-single-figure": ([*NAMED, f"{UPS}.2.4.0|2|77"], SYSTEM, [], {"upsEstimatedChargeRemaining": 77}),
    "a-ups-that-numbers-its-only-figures": (
        [*NAMED, f"{UPS}.2.1.1|2|2", f"{UPS}.4.1.1|2|3"],
        SYSTEM,
        [],
        {"upsBatteryStatus": 2, "upsOutputSource": 3},
    ),
    "an-agent-that-refuses-what-it-lacks": (
        [
            *NAMED,
            refused("1.3.6.1.6.3.10.2.1.3.0", "noSuchName"),
            refused(f"{UPS}.2.1.0", "genError"),
            *column(f"{IF}.2", OCTETS, {1: "a", 2: "b"}),
        ],
        SYSTEM,
        [{"ifIndex": 1, "ifDescr": "a"}, {"ifIndex": 2, "ifDescr": "b"}],
        {},
    ),
    "an-agent-that-ends-with-an-error": (
        [*NAMED, *column(f"{IF}.2", OCTETS, dict.fromkeys(range(1, 61), "p")), refused(f"{IF}.3.1", "genError")],
        SYSTEM,
        [{"ifIndex": index, "ifDescr": "p"} for index in range(1, 61)],
        {},
    ),
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("odd")
    for name, (lines, *_) in DEVICES.items():
        write(folder / f"{name}.snmprec", lines)
    rows = range(16_777_216, 16_777_216 + 256 * 1_500, 256)
    few = dict.fromkeys(rows[::2], "customer")
    write(
        folder / "olt.snmprec",
        [
            *NAMED,
            *column(f"{IF}.2", OCTETS, {row: f"EPON0/1:{row}" for row in rows}),
            *column(f"{IF}.8", INTEGER, dict.fromkeys(rows, 1)),
            *column(f"{IFX}.18", OCTETS, few),
        ],
    )
    write(
        folder / "just-so-many.snmprec",
        [*NAMED, *column(f"{IF}.2", OCTETS, {row: f"p{row}" for row in range(1, 1_001)})],
    )
    with snmpsim(folder) as port:
        yield port


def write(file: Path, lines: Sequence[str]) -> None:
    """A recording: its lines in the order of a walk."""
    ordered = sorted(lines, key=lambda line: [int(arc) for arc in line.partition("|")[0].split(".")])
    file.write_text("\n".join(ordered) + "\n", encoding="utf-8")


@pytest.mark.parametrize("device", DEVICES)
async def test_an_odd_device_is_read_as_what_it_is(port: int, device: str) -> None:
    _, system, ports, ups = DEVICES[device]

    reading = await read_v2c(port, device)

    assert (reading.system, reading.ports, reading.ups, reading.cut) == (system, ports, ups, False)


async def test_an_agent_that_does_not_answer_what_it_lacks_is_read() -> None:
    class Reticent(Table):
        async def get(self, oids: Sequence[Oid]) -> list[Binding]:
            if any(name not in self.cells for name in oids):
                raise SilentError(said("no answer"))
            return await super().get(oids)

    system: dict[Oid, Value] = {
        oid("1.3.6.1.2.1.1.1.0"): b"x",
        oid("1.3.6.1.2.1.1.2.0"): "1.3.6.1.4.1.1",
        oid("1.3.6.1.2.1.1.3.0"): 7,
    }
    agent = Reticent({**system, oid("1.3.6.1.2.1.1.5.0"): b"ups", oid(f"{UPS}.4.1.0"): 5, oid(f"{IF}.2.1"): b"lan"})

    reading = await read(agent)

    assert (reading.system["sysName"], reading.ups, reading.ports) == (
        "ups",
        {"upsOutputSource": 5},
        [{"ifIndex": 1, "ifDescr": "lan"}],
    )


async def test_an_agent_that_falls_silent_at_an_object_of_its_system_group_is_read_but_for_that() -> None:
    class Mute(Table):
        async def get(self, oids: Sequence[Oid]) -> list[Binding]:
            if OBJECTS["sysName"] in oids:
                raise SilentError(said("no answer"))
            return await super().get(oids)

    system: dict[Oid, Value] = {OBJECTS["sysDescr"]: b"x", OBJECTS["sysUpTime_ticks"]: 7, OBJECTS["sysName"]: b"y"}
    reading = await read(Mute({**system, oid(f"{IF}.2.1"): b"lan"}))

    assert reading.system == {"sysDescr": "x", "sysUpTime_ticks": 7}
    assert reading.ports == [{"ifIndex": 1, "ifDescr": "lan"}]
    assert reading.unread == ("sysName",)


async def test_an_olt_with_more_customers_than_are_read_says_so(port: int) -> None:
    reading = await read_v2c(port, "olt")

    assert reading.cut
    assert len(reading.ports) == 1_000
    # every row is whole: a sparse column that reaches further adds none
    assert all({"ifDescr", "ifOperStatus"} <= port.keys() for port in reading.ports)
    assert sum("ifAlias" in port for port in reading.ports) == 500


async def test_a_device_with_just_so_many_interfaces_is_whole(port: int) -> None:
    reading = await read_v2c(port, "just-so-many")

    assert (len(reading.ports), reading.cut) == (1_000, False)
