"""The daemon reads a real agent in the lab: what it shows, and what becomes of it when the agent does not answer."""

from pathlib import Path

import pytest

from tests.lab.daemon import Daemon
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.runtime.polled import ROUTER, SITES, agent, state, write
from tests.told import stored

OLD_S = 8  # who is younger then than before has certainly restarted


def test_interfaces_are_shown_and_snmp_trouble_never_makes_an_outage(lab: Lab, tmp_path: Path) -> None:
    with Daemon(lab, tmp_path) as daemon:
        write(daemon, "first secret")
        with agent(lab, tmp_path, '"first secret"'):
            daemon.start()
            until(lambda: state(daemon, "ok") == 1, "the first reading", 15)

            labels = {"site": "backbone", "device": "router", "ifName": "lo"}
            assert daemon.metric("ifOperStatus", **labels) == 1
            assert daemon.metric("ifHCInOctets", **labels) is not None
            until(lambda: (daemon.metric("upazila_device_uptime_seconds") or 0) >= OLD_S, "the router to grow old", 30)

        until(lambda: state(daemon, "silent") == 1, "the silence to be noticed", 15)
        until(lambda: "no agent listens at port 161" in daemon.log(), "the word that nobody listens there", 15)
        assert daemon.metric("ifOperStatus", **labels) is None, "old figures are not shown as new ones"
        assert daemon.metric("upazila_site_state", site="backbone", state="up") == 1
        assert daemon.rows("SELECT id FROM outages") == []

        with agent(lab, tmp_path, '"second secret"'):
            write(daemon, "second secret")
            daemon.reload()
            until(lambda: state(daemon, "ok") == 1, "the rotated secret to work", 15)
            assert daemon.metric("upazila_device_restarts_total", device="router") == 1

        told = daemon.log() + daemon.get("/metrics")[1] + daemon.get("/")[1]
        assert "backbone/router: snmp silent: no a" in told
        assert "secret" not in told.replace("the secret of", "")
        kept = [
            path for path in daemon.home.rglob("*") if path.is_file() and path.name not in {"community", "snmpd.conf"}
        ]
        assert len(kept) > 5
        assert [path for path in kept if b"second secret" in path.read_bytes()] == [], "not even in the database"


def test_a_wrong_community_is_an_event_about_credentials_and_no_outage(lab: Lab, tmp_path: Path) -> None:
    with Daemon(lab, tmp_path) as daemon, agent(lab, tmp_path, "right"):
        write(daemon, "wrong-canary")
        daemon.start()
        until(lambda: state(daemon, "credentials") == 1, "the suspicion", 30)

        wanted = "SELECT reason FROM events WHERE kind = 'snmp_credentials'"
        (told,) = until(lambda: daemon.rows(wanted), "the line of the timeline", 10)
        assert (
            stored(told["reason"]) == f"{ROUTER} answers echoes but no SNMP: most likely its community is another one"
        )
        assert daemon.metric("upazila_site_state", site="backbone", state="up") == 1
        assert daemon.rows("SELECT id FROM outages") == []

        write(daemon, "right")
        daemon.reload()
        until(lambda: state(daemon, "ok") == 1, "the right one to work", 15)
        assert "canary" not in daemon.log()


@pytest.mark.long
def test_a_device_that_is_gone_is_not_suspected_of_another_community(lab: Lab, tmp_path: Path) -> None:
    with Daemon(lab, tmp_path) as daemon, agent(lab, tmp_path, "public"):
        write(daemon, "public", probe_every_s=60)  # its last echoes were answered, and stay the last for long
        daemon.start()
        until(lambda: state(daemon, "ok") == 1, "the first reading", 15)
        lab.down(ROUTER)
        try:
            until(lambda: (daemon.metric("upazila_snmp_readings_total", outcome="silent") or 0) >= 2, "silence", 20)
            assert daemon.metric("upazila_snmp_readings_total", outcome="credentials") == 0
        finally:
            lab.up(ROUTER)


@pytest.mark.long
def test_a_link_is_down_with_its_interface_although_its_far_end_answers(lab: Lab, tmp_path: Path) -> None:
    north = """
[sites.north]
kind = "backbone"
name_bn = "উত্তর"
name_en = "North"
address = "10.77.2.9"
link = { device = "backbone/router", interface = "sfp1" }
"""
    for command in ("link add sfp1 type veth peer name fiber", "link set sfp1 up", "link set fiber up"):
        lab.hosts.run(["ip", *command.split()])
    try:
        with Daemon(lab, tmp_path) as daemon, agent(lab, tmp_path, "public"):
            write(daemon, "public", SITES + north)
            daemon.start()
            until(lambda: daemon.metric("ifOperStatus", ifName="sfp1") == 1, "the interface to be read", 15)

            lab.hosts.run(["ip", "link", "set", "fiber", "down"])
            until(lambda: daemon.rows("SELECT id FROM outages") != [], "the outage", 60)
            (found,) = daemon.rows("SELECT site, reason FROM outages")
            assert found["site"] == "north"
            assert stored(found["reason"]) in {"interface sfp1 is down", "interface sfp1 is lower layer down"}

            lab.hosts.run(["ip", "link", "set", "fiber", "up"])
            until(lambda: daemon.rows("SELECT id FROM outages WHERE end_reason = 'recovered'") != [], "its end", 60)
    finally:
        lab.hosts.run(["ip", "link", "del", "sfp1"])


def test_a_device_that_names_unknown_credentials_is_refused_with_its_line(lab: Lab, tmp_path: Path) -> None:
    daemon = Daemon(lab, tmp_path)
    with daemon:
        write(daemon, "public", SITES.replace('snmp = "core"', 'snmp = "cor"'))
        done = daemon.run("check")

    line = SITES.replace('snmp = "core"', 'snmp = "cor"').splitlines().index('snmp = "cor"') + 1
    assert done.returncode == 2
    assert f"sites.toml:{line}" in done.stderr
    assert "no such credentials. Did you mean 'core'?" in done.stderr
    assert "core" in done.stderr


@pytest.mark.parametrize("missing", [True, pytest.param(False, marks=pytest.mark.long)], ids=["missing", "empty"])
def test_a_secret_that_cannot_be_read_costs_only_its_devices(lab: Lab, tmp_path: Path, missing: bool) -> None:
    with Daemon(lab, tmp_path) as daemon:
        write(daemon, "")
        if missing:
            (daemon.home / "community").unlink()
        daemon.start()
        until(lambda: state(daemon, "error") == 1, "the fault to be shown", 15)

        assert daemon.metric("upazila_site_state", site="backbone", state="up") == 1
        assert "snmp.v2c.core.community_file: " in daemon.log()
        if missing:
            assert "cannot be read by SNMP" in daemon.run("check").stdout
