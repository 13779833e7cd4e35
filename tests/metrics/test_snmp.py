"""What devices say by SNMP, as Prometheus reads it."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from monitor.domain.clock import SystemClock
from monitor.judging.snmp import SnmpState
from monitor.metrics.pieces import Piece
from monitor.metrics.snmp import snmp
from monitor.metrics.text import Part
from monitor.probes.snmp.reading import Facts, Reading
from monitor.settings.fleet import Fleet
from monitor.settings.sites_file import SitesFile
from tests.metrics.busy import recording
from tests.runtime.built import state_of
from tests.told import said

FLEET = Fleet.of(
    SitesFile.model_validate(
        {
            "sites": {
                "core": {
                    "kind": "backbone",
                    "name_bn": "ক",
                    "name_en": "Core",
                    "devices": {"router": {"address": "127.0.0.1", "snmp": "core"}},
                }
            }
        }
    )
)


MANY = Fleet.of(
    SitesFile.model_validate(
        {
            "sites": {
                f"lab-{number:02}": {"kind": "lab", "name_bn": "ক", "name_en": "Lab", "address": f"127.0.1.{number}"}
                for number in range(60)
            }
        }
    )
)


def read(*ports: Facts) -> SnmpState:
    return SnmpState("ok", None, Reading({}, list(ports)))


def pages(parts: Iterable[Part]) -> dict[str, list[Piece]]:
    found: dict[str, list[Piece]] = {}
    for part in parts:
        for _ in part.look():
            pass
        found |= {family.name: list(pieces) for family, pieces in part.bodies()}
    return found


def lines(parts: Iterable[Part]) -> dict[str, list[bytes]]:
    return {name: sorted(b"".join(each.text for each in some).splitlines()) for name, some in pages(parts).items()}


PORTS = st.fixed_dictionaries(
    {"ifIndex": st.integers(1, 3), "ifName": st.sampled_from(["ether1", "ether2", ""])},
    optional={"ifOperStatus": st.integers(1, 7), "ifInOctets": st.integers(0, 2**32), "ifHighSpeed": st.just(100)},
)
READ = st.none() | st.lists(PORTS, max_size=3, unique_by=lambda port: port["ifIndex"])
DEVICES = st.dictionaries(st.sampled_from(list(MANY.devices)[:4]), READ, max_size=4)


@given(st.lists(DEVICES, min_size=1, max_size=5))
def test_what_is_kept_of_interfaces_is_what_would_be_written_anew(told: list[dict[str, list[Facts] | None]]) -> None:
    live = state_of(SystemClock(), MANY)
    kept = snmp(live)
    for world in told:
        live.snmp = {
            id_: SnmpState("silent", said("none")) if ports is None else read(*ports) for id_, ports in world.items()
        }
        assert lines(kept) == lines(snmp(live))


def test_an_interface_more_moves_only_those_of_few_other_devices() -> None:
    live = state_of(SystemClock(), MANY)
    ports: list[Facts] = [{"ifIndex": number, "ifOperStatus": 1} for number in range(1, 31)]
    live.snmp = {id_: read(*ports) for id_ in MANY.devices}
    parts = snmp(live)
    first = pages(parts)["ifOperStatus"]
    assert len(first) == 4
    live.snmp |= {next(iter(MANY.devices)): read(*ports, {"ifIndex": 31, "ifOperStatus": 1})}
    second = pages(parts)["ifOperStatus"]
    assert [before is after for before, after in zip(first, second, strict=True)] == [False, True, True, True]


def exposed(state: SnmpState) -> dict[tuple[str, str, str], float]:
    """(metric, ifName, outcome or line) → value, as a scraper reads them."""
    live = state_of(SystemClock(), FLEET)
    live.snmp.update({"core/router": state, "gone/router": state})

    parts = snmp(live)
    for part in parts:
        for _ in part.look():
            pass
    text = "".join(
        (family.head(openmetrics=False) + b"".join(piece.text for piece in pieces)).decode()
        for part in parts
        for family, pieces in part.bodies()
    )
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            assert (sample.labels["site"], sample.labels["device"]) == ("core", "router")
            labels = sample.labels
            found[sample.name, labels.get("ifName", ""), labels.get("outcome", labels.get("line", ""))] = sample.value
    return found


def test_interfaces_have_the_names_that_community_dashboards_ask_for() -> None:
    reading = recording("ruijie-s5750-24gt12sfp")
    found = exposed(SnmpState("ok", None, reading))

    for port in reading.ports:
        for name in ("ifHCInOctets", "ifHCOutOctets", "ifInErrors", "ifOperStatus", "ifAdminStatus", "ifHighSpeed"):
            assert found[name, str(port["ifName"]), ""] == port[name]
    assert found["upazila_device_uptime_seconds", "", ""] == 5276812.12


def test_a_column_that_a_device_lacks_is_absent() -> None:
    found = exposed(SnmpState("ok", None, recording("clavister-amaranten")))

    assert not [name for name, _, _ in found if name.startswith("ifHC")]
    assert found["ifInOctets", "DMZ", ""] == 1_389_548_996


def test_what_a_ups_does_not_know_is_absent() -> None:
    found = exposed(SnmpState("ok", None, recording("huawei-gse200m")))

    assert found["upazila_ups_on_battery", "", ""] == 0
    assert ("upazila_ups_battery_minutes_remaining", "", "") not in found


def test_on_battery_is_one_and_each_line_has_its_load() -> None:
    ups: Facts = {"upsOutputSource": 5, "upsEstimatedMinutesRemaining": 12}
    found = exposed(SnmpState("ok", None, Reading({}, ups=ups, ups_load_percent=[40, 55])))

    assert found["upazila_ups_on_battery", "", ""] == 1
    assert found["upazila_ups_battery_minutes_remaining", "", ""] == 12
    assert [found["upazila_ups_load_percent", "", line] for line in ("1", "2")] == [40, 55]


def test_a_failed_reading_shows_its_kind_and_nothing_old() -> None:
    found = exposed(SnmpState("credentials", said("refused")))

    assert {key: value for key, value in found.items() if value} == {("upazila_snmp_state", "", "credentials"): 1.0}
    assert {name for name, _, _ in found} == {"upazila_snmp_state", "upazila_device_restarts_total"}


def test_a_hostile_interface_name_is_cleaned_and_cut() -> None:
    port: Facts = {"ifIndex": 1, "ifName": '"}\n\x1b[2J<script>' + "x" * 500, "ifOperStatus": 1}
    found = exposed(SnmpState("ok", None, Reading({}, [port])))

    name = next(name for metric, name, _ in found if metric == "ifOperStatus")
    assert name.isprintable()
    assert len(name) == 128
