"""What was seen when an outage was confirmed stands on the outage and in its ticket."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.alerts.notices.observations import snmp_text, way_text
from monitor.domain.clock import VirtualClock
from monitor.domain.evidence import Way
from monitor.judging.decisions import OutageOpened
from monitor.judging.snmp import SnmpState
from monitor.probes.snmp.reading import Facts, Reading
from monitor.runtime.diagnostics import Diagnostics
from monitor.settings.fleet import Fleet, Link
from monitor.settings.sites_file import SitesFile
from tests.judging.boards import T0, fleet, site
from tests.lab.daemon import Daemon
from tests.lab.fleet import Settings, write_config
from tests.lab.mail import MailCatcher
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.runtime.built import state_of
from tests.told import said

SITES = """
[sites.core]
kind = "backbone"
name_bn = "মূল"
name_en = "Core"
address = "10.77.2.1"

[sites.north]
kind = "backbone"
name_bn = "উত্তর"
name_en = "North"
parent = "core"
address = "10.77.2.9"
"""


@pytest.mark.long
def test_the_hour_before_and_the_way_are_kept_and_shown(lab: Lab, mails: MailCatcher, tmp_path: Path) -> None:
    with Daemon(lab, tmp_path) as daemon:
        one: Settings = {"probing": {"echoes": 1}}  # no round is cut in two: one echo answered, and the next one lost
        write_config(daemon.config, sites=SITES, listen=daemon.listen, target_s=15, settings=one)
        daemon.start()
        lab.down("10.77.2.9")
        until(lambda: daemon.rows("SELECT id FROM outages") != [], "the outage", 20)

        def evidence() -> dict[str, object]:
            found: dict[str, object] = json.loads(str(daemon.rows("SELECT evidence FROM outages")[0]["evidence"]))
            return found

        hour = evidence()["hour"]
        assert isinstance(hour, dict)
        assert len(hour["chart"]) == 60
        assert hour["loss"] == 0, "it ends where the outage begins"
        until(lambda: "ways" in evidence(), "the ways to be traced", 30)
        ways = evidence()["ways"]
        assert isinstance(ways, list)
        assert (ways[0]["device"], ways[0]["reached"]) == ("north/gateway", False)
        assert ways[1] == {"device": "core/gateway", "hops": [[1, "10.77.2.1"]], "reached": True}

        (mail, *_) = mails.wait_for(1, within_s=40)
        assert "The hour before" in mail.text()
        ticket = str(daemon.rows("SELECT number FROM tickets")[0]["number"])
        shown = daemon.run("ticket", "show", ticket).stdout
        assert "the hour before: " in shown
        assert "the way to core/gateway: 1 10.77.2.1" in shown


def test_the_last_word_by_snmp_is_kept_although_the_device_fell_silent_before_the_outage_was_certain() -> None:
    clock = VirtualClock()
    live = state_of(clock, Fleet.of(SitesFile.model_validate(tomllib.loads(SITES))))
    evidence = Diagnostics(clock, live, lambda _: None, traces=False)

    def told() -> str:
        (opened,) = evidence.beside([OutageOpened("north", clock.utc(), clock.utc(), None, said("timeout"))])
        assert isinstance(opened, OutageOpened)
        return snmp_text(opened.evidence, "en")

    reading = Reading({"sysUpTime_ticks": 3 * 8_640_000})
    live.snmp_said["north/gateway"] = clock.utc(), reading
    live.snmp["north/gateway"] = SnmpState("ok", None, reading)
    assert told() == "gateway: up for 3 d 0 h"
    clock.advance(60)
    live.snmp["north/gateway"] = SnmpState("silent", said("no answer"))
    assert told() == "gateway (09:00): up for 3 d 0 h"
    clock.advance(3_600)
    assert told() == "", "so long ago it says nothing about this outage"


def test_a_way_is_told_as_far_as_it_goes() -> None:
    hops = ((1, "10.0.0.1"), (3, "10.0.3.1"))

    assert way_text(Way(device="north", hops=hops, reached=True), "en") == "north: 1 10.0.0.1, 3 10.0.3.1"
    assert way_text(Way(device="north", hops=hops, reached=False), "en").endswith("3 10.0.3.1, then nothing")
    assert way_text(Way(device="north", hops=hops, reached=False), "bn").endswith("৩ 10.0.3.1, তারপর সাড়া নেই")
    assert way_text(Way(device="north", hops=(), reached=False), "en") == "north: nothing answers"


def test_the_outage_of_a_link_tells_what_its_device_said_of_that_interface_and_of_its_mains() -> None:
    def ports(*down: str) -> list[Facts]:
        return [{"ifName": name, "ifAdminStatus": 1, "ifOperStatus": 2} for name in down]

    core, north = site("core"), replace(site("north"), link=Link("north/interface", "north", "core/gateway", "sfp1"))
    live = state_of(VirtualClock(), fleet(core, north))
    system: Facts = {"sysUpTime_ticks": 8_640_000 + 2 * 360_000}
    ups: Facts = {"upsOutputSource": 5, "upsEstimatedMinutesRemaining": 12}
    reading = Reading(system, ports(*(f"ether{number}" for number in range(9)), "sfp1"), ups)
    live.snmp["core/gateway"] = SnmpState("ok", None, reading)
    live.snmp_said["core/gateway"] = live.clock.utc(), reading
    opened = OutageOpened("north", T0, T0, None, said("interface sfp1 is down"))

    (found,) = Diagnostics(live.clock, live, lambda _: None, traces=True).beside([opened])
    assert isinstance(found, OutageOpened)
    assert snmp_text(found.evidence, "en") == (
        "core/gateway: up for 1 d 2 h, sfp1 down, ether0 down, ether1 down, ether2 down, ether3 down, "
        "UPS on battery, UPS 12 min left"
    )

    # A UPS that does not know how long it lasts says -1.
    live.snmp_said["core/gateway"] = live.clock.utc(), Reading({}, ups={**ups, "upsEstimatedMinutesRemaining": -1})
    live.fleet = fleet(replace(core, link=Link("core/interface", "core", "core/gateway", "sfp9")))
    (found,) = Diagnostics(live.clock, live, lambda _: None, traces=True).beside([replace(opened, site="core")])
    assert isinstance(found, OutageOpened)
    assert snmp_text(found.evidence, "en") == "gateway: UPS on battery"
