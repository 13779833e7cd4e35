"""What readings mean, one after another: each change is told once, and nothing of SNMP is an outage by itself."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.decisions import DeviceEvent, OutageOpened
from monitor.judging.health import Rules, State
from monitor.judging.links import LinkRules, Passage, Rates
from monitor.judging.power import UpsReading
from monitor.judging.snmp import SnmpJudge, SnmpState
from monitor.probes.snmp.mibs import OUTPUT_SOURCE
from monitor.probes.snmp.modules import Series
from monitor.probes.snmp.reading import Facts, Reading
from monitor.probes.snmp.walking import MOST_ROWS
from monitor.settings.fleet import Device, Link
from monitor.settings.modules_section import MetricEntry, shipped_modules
from tests.judging.boards import at, fleet, site
from tests.told import said, words

MAINS, BATTERY = 3, 5


def device(name: str) -> Device:
    return Device(f"core/{name}", "core", name, ip_address("10.0.0.1"), snmp="all")


ROUTER, UPS_A, UPS_B = (device(name) for name in ("gateway", "ups-a", "ups-b"))


class Watch:
    """Readings a minute apart, and what was noticed at each."""

    def __init__(self, speed_mbps: float | None = None) -> None:
        core = replace(site("core"), devices=(ROUTER, UPS_A, UPS_B))
        north = replace(site("north"), link=Link("north/interface", "north", ROUTER.id, "sfp1", speed_mbps))
        self.board = Board(fleet(core, north), Rules(down_after=3, up_after=2))
        self.measured: list[Passage | UpsReading] = []
        self.meaning = SnmpJudge(self.board, LinkRules(), lambda _: None, self.measured.append)
        self.minute = 0
        self.opened: list[str] = []

    def sees(self, which: Device, state: SnmpState) -> list[str]:
        self.minute += 1
        found = self.meaning.of(which, state, at(self.minute), self.minute * 60 * 10**9)
        self.told = [one for one in found if isinstance(one, DeviceEvent)]
        self.opened += [words(one.reason) for one in found if isinstance(one, OutageOpened)]
        return [one.kind for one in self.told]

    def ups(self, which: Device, **facts: int) -> list[str]:
        return self.sees(which, SnmpState("ok", None, Reading({}, ups={**facts})))

    def ports(self, *ports: Facts, cut: bool = False) -> list[str]:
        return self.sees(ROUTER, SnmpState("ok", None, Reading({}, ports=list(ports), cut=cut)))


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_a_site_is_on_battery_as_long_as_any_of_its_ups_is(watch: Watch) -> None:
    assert watch.ups(UPS_A, upsOutputSource=BATTERY) == ["on_battery"]
    assert watch.ups(UPS_B, upsOutputSource=MAINS) == []
    assert watch.ups(UPS_A, upsOutputSource=BATTERY) == []
    assert watch.ups(UPS_A, upsOutputSource=MAINS) == ["on_mains"]


def test_a_ups_that_only_counts_its_seconds_on_battery_is_understood(watch: Watch) -> None:
    assert watch.ups(UPS_A, upsSecondsOnBattery=40) == ["on_battery"]
    assert watch.ups(UPS_A, upsSecondsOnBattery=0) == ["on_mains"]
    assert watch.ups(UPS_A, upsBatteryStatus=2) == []


def test_a_ups_without_the_standard_mib_is_understood_by_its_maker_s(watch: Watch) -> None:
    (status,) = (each for each in shipped_modules()["apc"].metrics if each.name == "apc_output_status")

    def says(value: int, **standard: int) -> list[str]:
        return watch.sees(UPS_A, SnmpState("ok", None, Reading({}, ups={**standard}), [Series(status, {}, value)]))

    assert says(2) == []
    assert says(3) == ["on_battery"]
    assert says(2) == ["on_mains"]
    assert says(3, upsOutputSource=MAINS) == [], "the standard one comes first"


def test_what_passed_an_interface_is_measured_but_never_across_a_restart_or_a_wrap_that_cannot_be(watch: Watch) -> None:
    def counts(octets: int, uptime_s: int) -> None:
        row: Facts = {"ifIndex": 3, "ifName": "sfp1", "ifHCInOctets": octets, "ifHCOutOctets": 0, "ifHighSpeed": 100}
        watch.sees(ROUTER, SnmpState("ok", None, Reading({"sysUpTime_ticks": uptime_s * 100}, ports=[row])))

    counts(1_000_000, 1_000)
    counts(1_000_000 + 7_500_000, 1_060)
    assert watch.measured == [Passage("north/interface", at(2), 60.0, Rates(1e6, 0.0, None))]
    counts(100, 20)
    assert len(watch.measured) == 1, "it restarted"
    counts(100 + 10**12, 80)
    assert [one.rates.in_bps for one in watch.measured[1:] if isinstance(one, Passage)] == [None], "faster than it can"


def test_each_reading_of_a_ups_is_measured_with_its_charge(watch: Watch) -> None:
    watch.ups(UPS_A, upsOutputSource=BATTERY, upsEstimatedChargeRemaining=80)
    watch.ups(UPS_A, upsOutputSource=MAINS, upsEstimatedChargeRemaining=255)
    assert watch.measured == [UpsReading(UPS_A.id, at(1), True, 80), UpsReading(UPS_A.id, at(2), False, None)]


@pytest.mark.parametrize("source", ["other", "none", "mains", "bypass", "booster", "reducer"])
def test_no_other_source_is_the_battery(watch: Watch, source: str) -> None:
    number = next(number for number, name in OUTPUT_SOURCE.items() if name == source)

    assert watch.ups(UPS_A, upsOutputSource=number, upsSecondsOnBattery=60) == []


def test_a_ups_on_battery_says_nothing_about_another_site(watch: Watch) -> None:
    watch.ups(UPS_A, upsOutputSource=BATTERY)
    watch.ups(replace(UPS_B, id="north/ups", site="north"), upsOutputSource=MAINS)

    assert watch.board.power.batteries.keys() == {"core"}


def test_a_ups_that_is_taken_out_of_the_configuration_leaves_no_battery_behind(watch: Watch) -> None:
    watch.ups(UPS_A, upsOutputSource=BATTERY)
    watch.meaning.forget({ROUTER.id: ROUTER})

    assert watch.board.power.batteries == {}


def test_a_link_whose_interface_is_not_there_is_told_once_until_it_is(watch: Watch) -> None:
    sfp1: Facts = {"ifIndex": 3, "ifName": "sfp1 ", "ifOperStatus": 1}

    assert watch.ports({"ifIndex": 1, "ifName": "ether1"}) == ["no_interface"]
    assert watch.ports({"ifIndex": 1, "ifName": "ether1"}) == []
    assert watch.ports(sfp1) == []
    assert watch.ports() == ["no_interface"]


def test_an_interface_without_a_name_of_its_own_is_known_by_its_description(watch: Watch) -> None:
    for nameless in ({}, {"ifName": ""}, {"ifName": " "}, {"ifName": "Gi0/1"}):
        assert watch.ports({"ifIndex": 1, "ifDescr": "sfp1", "ifOperStatus": 1, **nameless}) == []


def test_an_interface_is_known_by_its_name_in_any_spelling_but_one_that_is_called_so_exactly_comes_first(
    watch: Watch,
) -> None:
    for name in ("SFP1", "sfp\u09e7", "sfp1\u200d"):
        assert watch.ports({"ifIndex": 1, "ifName": name, "ifOperStatus": 1}) == []
    both: list[Facts] = [{"ifIndex": 1, "ifName": "Sfp1"}, {"ifIndex": 2, "ifDescr": "sfp1", "ifOperStatus": 1}]
    assert watch.ports(*both) == []


def test_of_two_interfaces_with_the_link_s_name_none_is_judged(watch: Watch) -> None:
    ports: list[Facts] = [{"ifIndex": index, "ifName": "sfp1", "ifOperStatus": index} for index in (1, 2)]
    assert watch.ports(*ports) == ["no_interface"]
    for _ in range(5):
        assert watch.ports(*reversed(ports)) == []
    assert watch.board.health("north/interface").state is State.UNKNOWN

    # A description that only one of them has tells them apart.
    assert watch.ports({**ports[0], "ifName": "port", "ifDescr": "sfp1"}, {**ports[1], "ifName": "port"}) == []
    assert watch.board.health("north/interface").state is State.UP


def test_an_interface_keeps_its_link_when_its_number_moves_and_its_counters_count_anew(watch: Watch) -> None:
    def port(index: int, octets: int) -> Facts:
        return {"ifIndex": index, "ifName": "sfp1", "ifOperStatus": 1, "ifHighSpeed": 100, "ifHCInOctets": octets}

    other: Facts = {"ifIndex": 7, "ifName": "ether1", "ifOperStatus": 2}
    watch.ports(port(7, 0))
    assert watch.ports(other | {"ifIndex": 3}, port(8, 60 * 12_000_000)) == []
    assert watch.ports(other, port(3, 60 * 12_000_000)) == []
    # Those octets passed somewhere else, or long ago; and the port that now has its number is not the link's.
    assert watch.meaning.used == {}
    assert watch.board.health("north/interface").state is State.UP
    watch.ports(other, port(3, 60 * 18_000_000))
    assert watch.meaning.used == {"north": pytest.approx(0.08 * 6)}


def test_a_link_that_becomes_poor_is_told_with_its_reason_and_again_when_it_is_well() -> None:
    def port(mbps: int, status: int = 1) -> Facts:
        return {"ifIndex": 1, "ifName": "sfp1", "ifOperStatus": status, "ifHighSpeed": mbps}

    watch = Watch(speed_mbps=1_000)
    assert [watch.ports(port(1_000)), watch.ports(port(100)), watch.ports(port(100))] == [[], [], []]
    assert watch.ports(port(100)) == ["link_poor"]
    assert words(watch.told[-1].reason) == "interface sfp1 runs at 100 Mb/s instead of 1000"
    assert watch.board.state("north") is State.DEGRADED
    assert [watch.ports(port(100)), watch.ports(port(1_000)), watch.ports(port(1_000))] == [[], [], ["link_well"]]

    # A link that goes down is not well, and has an outage, which says more.
    assert [watch.ports(port(100)) for _ in range(3)] == [[], [], ["link_poor"]]
    assert [watch.ports(port(100, status=2)) for _ in range(4)] == [[], [], [], []]
    assert watch.board.health("north/interface").state is State.DOWN


def test_a_link_whose_interface_is_down_is_down_for_that_until_it_is_out_of_sight(watch: Watch) -> None:
    gone = SnmpState("silent", said("no answer"))
    down: Facts = {"ifIndex": 1, "ifName": "sfp1", "ifOperStatus": 2}
    watch.board.observe(Sample("north/gateway", "icmp", at(0), 0, Verdict.OK))
    for _ in range(3):
        watch.ports(down)
    assert watch.opened == ["interface sfp1 is down"]

    # Two readings that fail, twice: what was seen last still counts.
    for state in (gone, gone, SnmpState("ok", None, Reading({}, [down])), gone, gone):
        watch.sees(ROUTER, state)
    assert watch.board.health("north/interface").state is State.DOWN
    watch.sees(ROUTER, gone)
    assert watch.board.health("north/interface").state is State.UNKNOWN
    assert watch.board.open_outages == {}


def test_a_restart_is_told_and_counted_and_what_was_counted_before_it_compared_with_nothing(watch: Watch) -> None:
    def reading(ticks: int, octets: int) -> SnmpState:
        port: Facts = {"ifIndex": 1, "ifName": "sfp1", "ifOperStatus": 1, "ifHighSpeed": 100, "ifHCInOctets": octets}
        return SnmpState("ok", None, Reading({"sysUpTime_ticks": ticks}, [port]))

    assert watch.sees(ROUTER, reading(100 * 86_400, 0)) == []
    assert watch.sees(ROUTER, reading(100 * 20, 60 * 12_000_000)) == ["restarted"]
    assert watch.meaning.used == {}
    assert watch.sees(ROUTER, reading(100 * 80, 60 * 18_000_000)) == []
    assert watch.meaning.used == {"north": pytest.approx(0.48)}
    assert watch.meaning.restarts == {ROUTER.id: 1}


def test_rows_of_a_module_that_are_left_out_are_told_once(watch: Watch) -> None:
    metric = MetricEntry(name="onu_rx_power_dbm", oid="1.3.6.1.4.1.99999.1")
    rows = [Series(metric, {"index": str(number)}, -20.0) for number in range(MOST_ROWS)]

    assert watch.sees(UPS_A, SnmpState("ok", None, Reading({}), rows[1:])) == []
    assert watch.sees(UPS_A, SnmpState("ok", None, Reading({}), rows)) == ["snmp_cut"]
    assert words(watch.told[-1].reason) == "only the first 1,000 rows are read of: onu_rx_power_dbm"
    assert watch.sees(UPS_A, SnmpState("ok", None, Reading({}), rows)) == []


def test_interfaces_that_are_left_out_are_told_once(watch: Watch) -> None:
    sfp1: Facts = {"ifIndex": 3, "ifDescr": "sfp1", "ifOperStatus": 1}

    assert watch.ports(sfp1, cut=True) == ["snmp_cut"]
    assert watch.ports(sfp1, cut=True) == []
    assert watch.ports(sfp1) == []


@pytest.mark.parametrize("outcome", ["silent", "credentials", "error"])
def test_what_goes_wrong_with_snmp_is_told_at_each_change_and_is_no_outage(watch: Watch, outcome: str) -> None:
    trouble = SnmpState(outcome, "why")  # type: ignore[arg-type]

    assert [watch.sees(UPS_A, trouble) for _ in range(5)] == [[f"snmp_{outcome}"], [], [], [], []]
    assert watch.ups(UPS_A) == ["snmp_ok"]
    assert watch.board.open_outages == {}


def test_how_full_a_link_is_stays_known_until_it_is_out_of_sight(watch: Watch) -> None:
    port: Facts = {"ifIndex": 1, "ifName": "sfp1", "ifOperStatus": 1, "ifHighSpeed": 100, "ifHCInOctets": 0}
    watch.ports({**port, "ifHCOutOctets": 0})
    watch.ports({**port, "ifHCInOctets": 60 * 1_000_000, "ifHCOutOctets": 60 * 10_000_000})
    # 10 MB a second out of 100 Mb/s, in the busier direction.
    assert watch.meaning.used == {"north": pytest.approx(0.8)}
    for _ in range(3):
        watch.sees(ROUTER, SnmpState("silent", said("no answer")))
    assert watch.meaning.used == {}


def test_what_a_device_falls_silent_at_is_named_once_and_judges_no_link(watch: Watch) -> None:
    up: Facts = {"ifIndex": 1, "ifName": "sfp1", "ifOperStatus": 1}
    watch.ports(up)

    def reads(*unread: str, port: Facts) -> list[str]:
        return watch.sees(ROUTER, SnmpState("ok", None, Reading({}, ports=[port], unread=unread)))

    assert reads("ifAlias", port=up) == ["snmp_unread"]
    assert "ifAlias" in words(watch.told[0].reason)
    assert reads("ifAlias", port=up) == []
    assert reads("ifName", "ifDescr", port={"ifIndex": 1, "ifOperStatus": 1}) == ["snmp_unread"], "not 'no interface'"
    for _ in range(5):
        reads("ifOperStatus", port={"ifIndex": 1, "ifName": "sfp1"})
    assert watch.board.health("north/interface").state is State.UNKNOWN, "its state was not read"
    assert watch.opened == []
