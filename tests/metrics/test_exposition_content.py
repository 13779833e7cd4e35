"""The whole page of a busy office, held against the same content as prometheus_client's own classes have it."""

import re
import subprocess
from dataclasses import replace

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError

from monitor.alerts.channels.sms import SmsRecipient
from monitor.domain.sample import Verdict
from monitor.judging.snmp import SnmpState
from monitor.metrics import leases
from monitor.metrics.reference import LABELS, declared, page
from monitor.metrics.snmp import MOST_CHARACTERS, MOST_INTERFACES, MOST_MODULE_SERIES
from monitor.probes.snmp.modules import Series
from monitor.probes.snmp.reading import Facts, Reading
from monitor.settings.fleet import Fleet
from monitor.settings.modules_section import shipped_modules
from tests.metrics.busy import grow, metric
from tests.metrics.expected import expected, samples
from tests.metrics.pages import PAGE, value
from tests.told import said
from tests.web.desk import Desk

OTHERS = (
    *("upazila_build", "upazila_notices", "upazila_brief", "upazila_outbox_late", "upazila_outbox_faulty"),
    "upazila_charter",
    *("upazila_helpdesk", "upazila_snmp_replies", "process_", "python_"),
)
IF_MIB = {
    f"{name} {what} names should be written in 'snake_case' not 'camelCase'"
    for name in (family.name for family in declared() if family.name.startswith("if"))
    for what in ("label", "metric")
}
AS_IT_IS_CALLED = {
    'upazila_ups_battery_minutes_remaining use base unit "seconds" instead of "minutes"',  # so it is in UPS-MIB
    "upazila_bdcom_onu_rx_power_dbm label names should be written in 'snake_case' not 'camelCase'",
}


@pytest.fixture
def busy(office: Desk) -> Desk:
    grow(office)
    return office


def same(office: Desk) -> None:
    """The page says what is expected of it, no more and no less, in both formats."""
    found = list(text_string_to_metric_families(office.text()))
    wanted = sorted(samples(expected(office.live, office.store, office.clock)))
    openmetrics = office.exposition.render("application/openmetrics-text; version=1.0.0").body.decode()
    for read in (found, list(openmetrics_families(openmetrics))):  # type: ignore[no-untyped-call]
        ours = [metric for metric in read if not metric.name.startswith(OTHERS)]
        assert sorted(samples(ours)) == wanted


def test_everything_is_shown_as_it_is_and_stays_so_while_it_changes(busy: Desk) -> None:
    same(busy)

    busy.round("hub", Verdict.UNKNOWN, device="router")
    busy.round("hub", device="ups")
    busy.live.snmp["hub/router"] = SnmpState("silent", said("no answer"))
    busy.live.snmp["hub/old"] = busy.live.snmp["hub/olt"]
    busy.live.restarts["hub/ups"] += 1
    del busy.live.services["hub/door"]
    for _ in range(2):
        busy.round("backbone-north")
    same(busy)

    sites = {id_: replace(site, name_en=f"{site.name_en} 2") for id_, site in busy.live.fleet.sites.items()}
    sites["room"] = replace(sites["room"], kind="office")
    busy.live.fleet = Fleet(sites)
    busy.board.replace_fleet(busy.live.fleet, busy.board.rules, busy.clock.utc())
    same(busy)


def test_what_is_taken_out_vanishes_with_all_that_was_counted_of_it(busy: Desk) -> None:
    gone = {"hub", "room", "backbone-south"}
    assert value(busy.text(), "upazila_outages_total", site="backbone-south") == 1
    sites = busy.live.fleet.sites
    rest = {
        id_: replace(site, parent=None) if site.parent in gone else site
        for id_, site in sites.items()
        if id_ not in gone
    }
    busy.live.fleet = Fleet(rest)
    busy.board.replace_fleet(busy.live.fleet, busy.board.rules, busy.clock.utc())
    busy.live.services.clear()
    text = busy.text()

    assert not [name for name in gone if f'site="{name}"' in text]
    assert 'site="backbone-north"' in text


def test_every_metric_is_declared_and_every_declared_one_is_shown(busy: Desk) -> None:
    reading = Reading({}, [{"ifIndex": number} for number in range(MOST_INTERFACES + 1)])
    busy.live.snmp["hub/old"] = SnmpState("ok", None, reading)
    of_modules = {f"upazila_{each.name}" for module in shipped_modules().values() for each in module.metrics}
    families = {family.name: family for family in declared()}
    shown = {}
    for found in text_string_to_metric_families(busy.text()):
        if not found.name.startswith(("process_", "python_")) and found.samples:
            shown[found.name + "_total" * (found.type == "counter")] = found

    assert len(declared()) == len(families)
    for family in leases.FAMILIES:
        del families[family.name]  # where several daemons work on one database: test_leases.py
    assert shown.keys() - of_modules == families.keys()
    for name, family in families.items():
        told = shown[name]
        labels = {label for sample in told.samples for label in sample.labels if label != "le"}
        assert (told.type.replace("unknown", "untyped"), told.documentation) == (family.type, family.help), name
        assert labels == set(family.labels.names), name


def test_a_label_has_one_meaning_and_every_label_is_explained() -> None:
    used = {label for family in declared() for label in family.labels.names}
    assert used == LABELS.keys()
    assert len(set(LABELS.values())) == len(LABELS)


def test_every_series_names_the_office_whoever_made_it(busy: Desk) -> None:
    for text in (busy.text(), busy.exposition.render("application/openmetrics-text; version=1.0.0").body.decode()):
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        assert any(line.startswith("process_") for line in lines)
        assert [line for line in lines if 'office="bheramara"' not in line] == []


def test_another_id_of_the_office_is_on_every_series_after_a_reload(busy: Desk) -> None:
    before = busy.text()
    charter = replace(busy.office.charter, office_id="mirpur-2")
    busy.office = replace(busy.office, charter=charter)
    busy.live.fleet = Fleet(busy.live.fleet.sites)  # a reload brings another, even of the same sites

    after = busy.text()

    def series(text: str, office: str) -> set[str]:
        mine = f'office="{office}"'
        own = [line for line in text.splitlines() if line.startswith(("upazila_", "if")) and "charter" not in line]
        names = (line.partition("}")[0].replace(mine, "").replace(f'monitor="{office}"', "") for line in own)
        return {name for name, line in zip(names, own, strict=True) if mine in line}

    assert series(after, "bheramara") == set()
    assert series(after, "mirpur-2") == series(before, "bheramara")


def test_the_docs_are_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run scripts/docs"


def test_no_family_has_more_series_than_it_says(busy: Desk) -> None:
    fleet, live = busy.live.fleet, busy.live
    readings = [state.reading for id_, state in live.snmp.items() if id_ in fleet.devices and state.reading]
    with_ups = [reading for reading in readings if reading.ups]
    things = {
        "installation": 1,
        "site": len(fleet.sites),
        "site with a position": sum(bool(site.position) for site in fleet.sites.values()),
        "lab": sum(bool(site.workstations) for site in fleet.sites.values()),
        "device": len(fleet.devices),
        "device read by SNMP": sum(id_ in fleet.devices for id_ in live.snmp),
        "interface": sum(len(reading.ports) for reading in readings),
        "UPS": len(with_ups),
        "output line": sum(len(reading.ups_load_percent) for reading in with_ups),
        "check": len(fleet.services),
        "open outage": 1,
        "site and service": 2,  # one that is open, and one that is over
        "office": 1,
        "row of a charter": len(busy.office.charter.services),
        "kind of site of an office": 4,
    }
    for family in declared():
        lines = [line for line in busy.text().splitlines() if line.startswith((f"{family.name}{{", f"{family.name} "))]
        assert len(lines) <= family.most * things[family.per], family.name


def series_of(text: str, device: str) -> list[str]:
    return [line for line in text.splitlines() if f'device="{device}"' in line]


def test_there_is_an_end_to_what_a_device_can_say(busy: Desk) -> None:
    """Every reading brings other names, longer and more of them than any device has."""
    for turn in range(3):
        ports: list[Facts] = [
            {"ifIndex": turn * 10_000 + number, "ifName": f"{turn}-{number}" * 300, "ifInOctets": 1, "ifOperStatus": 1}
            for number in range(5 * MOST_INTERFACES)
        ]
        series = [Series(metric("rows"), {"index": str(row), "what": f"{turn}-{row}"}, 1.0) for row in range(20_000)]
        busy.live.snmp["hub/router"] = SnmpState("ok", None, Reading({}, ports), series)
        lines = series_of(busy.text(), "router")
        assert len([line for line in lines if line.startswith("ifOperStatus{")]) == MOST_INTERFACES
        assert len([line for line in lines if line.startswith("upazila_rows{")]) == MOST_MODULE_SERIES
        assert len(lines) < 13 * MOST_INTERFACES + MOST_MODULE_SERIES + 20
        assert max(map(len, lines)) < 10 * MOST_CHARACTERS
        left_out = next(line for line in lines if line.startswith("upazila_snmp_series_left_out{"))
        assert left_out.endswith(f" {float(4 * MOST_INTERFACES + 15_000)}")


def test_what_two_modules_ask_for_is_shown_once(busy: Desk) -> None:
    one = Series(metric("rows"), {"index": "1", "site": "another"}, 1.0)
    busy.live.snmp["hub/router"] = SnmpState("ok", None, Reading({}), [one, one._replace(value=2.0)])

    shown = [line for line in series_of(busy.text(), "router") if line.startswith("upazila_rows")]
    assert shown == ['upazila_rows{device="router",index="1",office="bheramara",site="hub"} 1.0']


def test_no_module_can_take_a_name_of_ours_and_one_that_did_would_spoil_nothing(busy: Desk) -> None:
    for family in declared():
        if family.name.startswith("upazila_"):
            with pytest.raises(ValidationError, match="the program's own"):
                metric(family.name.removeprefix("upazila_"))
    taken = metric("rows").model_copy(update={"name": "site_state"})
    busy.live.snmp["hub/router"] = SnmpState("ok", None, Reading({}), [Series(taken, {"index": "1"}, 1.0)])
    same_names = re.findall(r"^# TYPE (\S+)", busy.text(), re.M)
    assert len(same_names) == len(set(same_names))
    assert not [line for line in series_of(busy.text(), "router") if line.startswith("upazila_site_state")]


def test_promtool_has_nothing_to_say_but_that_names_are_not_as_it_likes_them(busy: Desk) -> None:
    checked = subprocess.run(["promtool", "check", "metrics"], input=busy.text(), capture_output=True, text=True)

    assert set((checked.stdout + checked.stderr).splitlines()) <= IF_MIB | AS_IT_IS_CALLED


def test_a_channel_that_cannot_be_reached_is_shown_beside_those_that_can(office: Desk) -> None:
    phone = SmsRecipient(phone="01711000000")
    office.office = replace(office.office, recipients={"phone": phone})
    office.live.mail_trouble["sms"] = "https://sms.example.org/: no money"
    text = office.text()

    assert value(text, "upazila_notices_channel_away", channel="sms") == 1
    assert value(text, "upazila_notices_channel_away", channel="email") == 0
    assert value(text, "upazila_notices_channel_away", channel="apprise") is None
