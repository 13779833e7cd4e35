"""Further objects by configuration, from a played agent and in the daemon's metrics."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from monitor.domain.reasons import Reason, ReasonCode
from monitor.probes.snmp.ber import Oid, Value, oid
from monitor.probes.snmp.messages import Binding
from monitor.probes.snmp.modules import Series, read_modules
from monitor.probes.snmp.reading import read_system
from monitor.probes.snmp.session import SilentError
from monitor.probes.snmp.walking import MOST_UNREAD
from monitor.settings.modules_section import ModuleEntry, shipped_modules
from tests.lab.agents import snmpd
from tests.probes.snmp.asking import client, talk
from tests.probes.snmp.tables import Mute, Table

MIKROTIK = "1.3.6.1.4.1.14988"
OPTICAL = f"{MIKROTIK}.1.1.19.1.1"


def cells(values: dict[str, Value]) -> Table:
    return Table({oid(name): value for name, value in values.items()})


def memory_bytes() -> int:
    return int(Path("/proc/meminfo").read_text().split()[1]) * 1_024


def said(series: list[Series]) -> dict[tuple[str, str], float]:
    return {(one.metric.name, one.labels.get("interface", "")): one.value for one in series}


async def test_a_shipped_module_reads_scaled_values_and_names_rows() -> None:
    agent = cells(
        {
            f"{MIKROTIK}.1.1.3.10.0": 385,
            f"{OPTICAL}.2.4": b"sfp1",
            f"{OPTICAL}.2.9": b"sfp2",
            f"{OPTICAL}.9.4": -2_300,
            f"{OPTICAL}.10.4": -17_412,
            f"{OPTICAL}.10.9": b"-21.5 dBm",
        }
    )

    found = said(list(await read_modules(agent, f"{MIKROTIK}.1", shipped_modules().values())))

    assert found == {
        ("mikrotik_temperature_celsius", ""): 38.5,
        ("mikrotik_optical_tx_power_dbm", "sfp1"): pytest.approx(-2.3),
        ("mikrotik_optical_rx_power_dbm", "sfp1"): pytest.approx(-17.412),
        ("mikrotik_optical_rx_power_dbm", "sfp2"): pytest.approx(-0.0215),
    }


async def test_rows_of_a_table_of_many_units_are_told_apart_by_their_unit() -> None:
    gauges = f"{MIKROTIK}.1.1.3.100.1"
    rows = {14: (b"cpu-temperature", 50, 1), 7001: (b"fan1-speed", 4_200, 2), 7201: (b"jack-voltage", 493, 3)}
    agent = cells(
        {
            f"{gauges}.{column}.{row}": value
            for row, (name, number, unit) in {**rows, 7401: (b"psu1-state", 0, 6), 9: (b"no unit", 1, None)}.items()
            for column, value in ((2, name), (3, number), (4, unit))
        }
    )

    found = await read_modules(agent, f"{MIKROTIK}.1", shipped_modules().values())

    assert [(one.metric.name, one.labels["sensor"], one.value) for one in found] == [
        ("mikrotik_sensor_temperature_celsius", "cpu-temperature", 50.0),
        ("mikrotik_sensor_fan_rpm", "fan1-speed", 4_200.0),
        ("mikrotik_sensor_voltage_volts", "jack-voltage", pytest.approx(49.3)),
    ]


async def test_what_does_not_measure_has_no_figure() -> None:
    """A copper module says 0 dBm, a board without a sensor 0 or the largest number, an ONU that is off its own."""
    huawei, bdcom, storage = "1.3.6.1.4.1.2011", "1.3.6.1.4.1.3320", "1.3.6.1.2.1.25.2.3.1"
    boards = f"{huawei}.5.25.31.1.1"
    for kind, agent in {
        f"{MIKROTIK}.1": cells({f"{OPTICAL}.9.4": 0, f"{OPTICAL}.10.4": 0}),
        f"{huawei}.2.23": cells(
            {f"{boards}.1.1.5.3": 0, f"{boards}.1.1.11.3": 0, f"{boards}.1.1.11.4": 2**31 - 1, f"{boards}.3.1.8.3": 0}
        ),
        f"{bdcom}.1": cells({f"{bdcom}.9.63.1.7.1.3.1": -65_535, f"{bdcom}.101.108.1.3.7": -32_768}),
        "1.3.6.1.4.1.8072": cells({f"{storage}.4.1": 4_096, f"{storage}.6.1": -7}),  # beyond 2^31 units
    }.items():
        assert await read_modules(agent, kind, shipped_modules().values()) == []


@pytest.mark.parametrize("kind", ["1.3.6.1.4.1.9.1.617", f"{MIKROTIK}9", ""])
async def test_a_module_does_not_ask_devices_of_another_kind(kind: str) -> None:
    agent = cells({f"{MIKROTIK}.1.1.3.10.0": 385, f"{OPTICAL}.9.4": -2_300})

    assert await read_modules(agent, kind, [shipped_modules()["mikrotik"]]) == []
    assert agent.asked == 0


async def test_a_printer_of_any_maker_is_asked_for_its_resources_and_others_lose_one_question() -> None:
    storage = "1.3.6.1.2.1.25.2.3.1"
    paper = cells({f"{storage}.3.1": b"RAM", f"{storage}.4.1": 1_024, f"{storage}.5.1": 64, f"{storage}.6.1": 16})
    switch = cells({"1.3.6.1.2.1.31.1.1.1.1.1": b"1"})

    found = await read_modules(paper, "1.3.6.1.4.1.11.2.3.9.1", shipped_modules().values())
    assert {(one.metric.name, one.labels["storage"], one.value) for one in found} == {
        ("host_storage_used_bytes", "RAM", 16_384.0),
        ("host_storage_size_bytes", "RAM", 65_536.0),
    }
    assert await read_modules(switch, "1.3.6.1.4.1.9.1.617", shipped_modules().values()) == []
    assert switch.asked == 1


async def test_a_module_of_the_office_needs_no_code() -> None:
    module = ModuleEntry.model_validate(
        {"applies_to": "1.3.6.1.4.1.99999", "metrics": [{"name": "door_open", "oid": "1.3.6.1.4.1.99999.1.0"}]}
    )

    found = await read_modules(cells({"1.3.6.1.4.1.99999.1.0": 1}), "1.3.6.1.4.1.99999.7", [module])

    assert [(one.metric.name, one.value) for one in found] == [("door_open", 1.0)]


@given(some.one_of(some.binary(max_size=20), some.text(max_size=10), some.none(), some.integers()))
async def test_whatever_an_agent_says_is_a_number_or_absent(value: Value) -> None:
    found = await read_modules(cells({f"{MIKROTIK}.1.1.3.10.0": value}), MIKROTIK, shipped_modules().values())

    assert all(isinstance(one.value, float) for one in found)


async def test_light_is_read_out_of_the_words_of_an_olt() -> None:
    vsol = "1.3.6.1.4.1.37950"
    agent = cells({f"{vsol}.1.1.5.12.2.1.8.1.7.1.4": b"0.01 mW (-20.13 dBm)", f"{vsol}.1.1.5.12.2.1.8.1.6.1.4": b"2.1"})

    found = await read_modules(agent, f"{vsol}.1.1", shipped_modules().values())

    assert [(one.metric.name, one.labels["index"], one.value) for one in found] == [
        ("vsol_onu_rx_power_dbm", "1.4", -20.13),
        ("vsol_onu_tx_power_dbm", "1.4", 2.1),
    ]


async def test_a_computers_memory_is_read_from_snmpd_in_bytes() -> None:
    with snmpd([]) as port:
        async with client() as made:
            session = talk(made, port, "public")
            kind = str((await read_system(session))["sysObjectID"])
            found = await read_modules(session, kind, shipped_modules().values())

    size = {one.labels["storage"]: one.value for one in found if one.metric.name == "host_storage_size_bytes"}
    assert size["Physical memory"] == pytest.approx(memory_bytes(), rel=0.02)


async def test_an_onu_that_is_off_has_no_light() -> None:
    table = "1.3.6.1.4.1.2011.6.128.1.1.2"
    agent = cells(
        {
            f"{table}.43.1.9.4194304.0": b"Chandgram school",
            f"{table}.51.1.4.4194304.0": -1_987,
            f"{table}.51.1.4.4194304.1": 2**31 - 1,
        }
    )

    (found,) = await read_modules(agent, "1.3.6.1.4.1.2011.2.133", shipped_modules().values())

    assert found.metric.name == "huawei_onu_rx_power_dbm"
    assert found.value == pytest.approx(-19.87)
    assert found.labels == {"index": "4194304.0", "description": "Chandgram school"}


class MuteAtNames(Mute):
    """It falls silent as well when it is asked for one of these objects by name."""

    async def get(self, oids: Sequence[Oid]) -> list[Binding]:
        if self.mute & set(oids):
            self.unanswered += 1
            raise SilentError(Reason(ReasonCode.NO_ANSWER))
        return await super().get(oids)


def module_of(**oids: str) -> ModuleEntry:
    metrics = [{"name": name, "oid": place} for name, place in oids.items()]
    return ModuleEntry.model_validate({"applies_to": "1.3.6.1.4.1.99999", "metrics": metrics})


async def test_an_object_that_a_module_is_not_answered_about_costs_no_other_and_is_named() -> None:
    root = "1.3.6.1.4.1.99999"
    values: dict[str, Value] = {"1.3.6.1.2.1.1.3.0": 1, f"{root}.1.0": 1, f"{root}.2.0": 2, f"{root}.3.1": 3}
    values |= {f"{root}.4.1": 4, f"{root}.5.1": 5}
    agent = MuteAtNames({oid(name): value for name, value in values.items()}, {oid(f"{root}.1.0"), oid(f"{root}.4.1")})
    module = module_of(door=f"{root}.1.0", fan=f"{root}.2.0", heat=f"{root}.3", light=f"{root}.4", noise=f"{root}.5")
    unread: set[str] = set()

    found = await read_modules(agent, root, [module], unread)

    assert {one.metric.name for one in found} >= {"fan", "noise"}
    assert {"door", "light"} <= unread <= {"door", "light", "heat"}, "what follows the row of 'heat' is silent"
    # Next time nobody waits for them again.
    before = agent.unanswered
    assert {one.metric.name for one in await read_modules(agent, root, [module], unread)} >= {"fan", "noise"}
    assert agent.unanswered == before


async def test_a_module_that_is_not_answered_about_at_all_costs_few_time_outs() -> None:
    root = "1.3.6.1.4.1.99999"
    values: dict[str, Value] = {"1.3.6.1.2.1.1.3.0": 1, **{f"{root}.{number}.0": number for number in range(1, 21)}}
    agent = MuteAtNames(
        {oid(name): value for name, value in values.items()}, [oid(name) for name in values if name.startswith(root)]
    )
    module = module_of(**{f"m{number}": f"{root}.{number}.0" for number in range(1, 21)})
    unread: set[str] = set()

    assert await read_modules(agent, root, [module], unread) == []
    assert len(unread) == 20
    assert agent.unanswered <= MOST_UNREAD + 2
