"""A link gets poor, loses its mains and breaks: real snmpd, real interfaces; every reader is told which and why."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.lab.daemon import Daemon
from tests.lab.fleet import write_config
from tests.lab.mail import MailCatcher
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.runtime.polled import ROUTER, agent
from tests.story.reading import outages, sites, wait_until_all_up, wait_until_state
from tests.told import stored

FAR_END = "10.77.2.9"
SITES = f"""
[sites.hub]
kind = "office"
name_bn = "কার্যালয়"
name_en = "Office"
feeder = "11 kV"
[sites.hub.devices.router]
address = "{ROUTER}"
snmp = "core"

[sites.north]
kind = "backbone"
name_bn = "উত্তর"
name_en = "North"
address = "{FAR_END}"
feeder = "11 kV"
link = {{ device = "hub/router", interface = "sfp1", speed_mbps = 1000 }}
"""
OUTPUT_SOURCE, MAINS, BATTERY = "1.3.6.1.2.1.33.1.4.1.0", "3", "5"
SPEED, IN_ERRORS = "1.3.6.1.2.1.31.1.1.1.15", "1.3.6.1.2.1.2.2.1.14"


@pytest.fixture
def sfp1(lab: Lab) -> Iterator[str]:
    """An interface with a cable in it; yields its ifIndex."""
    for command in ("link add sfp1 type veth peer name fiber", "link set sfp1 up", "link set fiber up"):
        lab.hosts.run(["ip", *command.split()])
    yield lab.hosts.run(["ip", "-o", "link", "show", "sfp1"]).stdout.partition(":")[0]
    lab.hosts.run(["ip", "link", "del", "sfp1"])


@pytest.mark.long
def test_a_link_that_is_poor_loses_its_mains_and_breaks(
    lab: Lab, mails: MailCatcher, daemon: Daemon, sfp1: str
) -> None:
    def say(oid: str, value: str, kind: str = "u") -> None:
        lab.hosts.run(["snmpset", "-m", "", "-v2c", "-c", "private", ROUTER, oid, kind, value])

    def told(kind: str) -> list[object]:
        return [
            stored(row["reason"]) for row in daemon.rows(f"SELECT reason FROM events WHERE kind = '{kind}' ORDER BY id")
        ]

    snmp = {"interval_s": 5, "timeout_s": 0.4, "retries": 0}
    write_config(daemon.config, sites=SITES, listen=daemon.listen, target_s=2, settings={"snmp": snmp})
    with (daemon.config / "monitor.toml").open("a", encoding="utf-8") as monitor:
        monitor.write('\n[snmp.v2c.core]\ncommunity_file = "community"\n')
    (daemon.home / "community").write_text("public\n", encoding="utf-8")
    (daemon.home / "community").chmod(0o600)
    overrides = {OUTPUT_SOURCE: ("integer", MAINS), f"{SPEED}.{sfp1}": ("uinteger", "1000")}
    overrides[f"{IN_ERRORS}.{sfp1}"] = ("uinteger", "0")
    lines = [f"override -rw {oid} {kind} {value}" for oid, (kind, value) in overrides.items()]
    with agent(lab, daemon.home, "public", more="\n".join(["rwcommunity private", *lines])):
        daemon.start()
        wait_until_all_up(daemon, 2)
        until(lambda: daemon.metric("ifHighSpeed", ifName="sfp1") == 1_000, "the interface to be read", 15)

        # Its speed falls, and it damages packets: degraded, and all readers are told why.
        say(f"{SPEED}.{sfp1}", "100")
        wait_until_state(daemon, "north", "degraded", within_s=40)
        why = "interface sfp1 runs at 100 Mb/s instead of 1000"
        assert sites(daemon)["north"]["why"] == why
        assert why in daemon.run("status").stdout
        until(lambda: told("link_poor") == [why], "the line of the timeline", 5)
        say(f"{SPEED}.{sfp1}", "1000")
        wait_until_state(daemon, "north", "up", within_s=30)
        until(lambda: told("link_well") != [], "the line of the timeline", 5)
        errors = count(1_000, 1_000)

        def damaged() -> bool:
            say(f"{IN_ERRORS}.{sfp1}", str(next(errors)))
            return "sfp1 damages" in sites(daemon)["north"]["why"]

        until(damaged, "errors to make it degraded", 40)
        assert outages(daemon) == []

        # The mains fail, the fibre is cut: one outage that says which side, and what is behind it.
        say(OUTPUT_SOURCE, BATTERY, "i")
        until(lambda: told("on_battery") != [], "the UPS to be heard", 15)
        lab.hosts.run(["ip", "link", "set", "fiber", "down"])
        (outage,) = until(lambda: outages(daemon), "the outage", 40)
        reason = stored(outage["reason"])
        assert reason in {"interface sfp1 is down", "interface sfp1 is lower layer down"}
        assert (outage["site"], outage["cause"]) == ("north", "power")
        assert stored(outage["cause_why"]).startswith("the UPS of hub, on the same feeder, has been on battery since")
        for mail in mails.wait_for(2, within_s=20):
            assert "পোর্ট sfp1-এ সংযোগ নেই" in mail.text()
            assert reason in mail.text()
            assert "hub/router: up for 0 d 0 h, sfp1 " in " ".join(mail.text().split())
            assert "বিদ্যুৎ নেই" in mail.text()
            assert "power cut (the UPS of hub" in " ".join(mail.text().split())
        assert reason in daemon.get("/?lang=en")[1]
        assert [one["reason_text"] for one in daemon.json("outages")] == [reason]
        (ticket,) = daemon.json("tickets")
        assert f"({reason}); suspected cause: power" in daemon.run("ticket", "show", ticket["number"]).stdout

        # It is mended; then its far end falls silent, which is another story.
        lab.hosts.run(["ip", "link", "set", "fiber", "up"])
        say(OUTPUT_SOURCE, MAINS, "i")
        until(lambda: outages(daemon)[0]["end_reason"] == "recovered", "its end", 40)
        until(lambda: told("on_mains") != [], "the mains to be back", 15)
        lab.down(FAR_END)
        (_, second) = until(lambda: outages(daemon)[1:] and outages(daemon), "the second outage", 40)
        assert stored(second["reason"]) == "the far end does not answer: timeout"
        assert second["cause"] == ""
    lab.up(FAR_END)
