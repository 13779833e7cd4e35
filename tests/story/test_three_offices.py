"""Three offices in one daemon: an outage is its own office's alone, under its number, to its officers, in its mails."""

import re
from pathlib import Path

from monitor.configuration import load_installation
from tests.lab.daemon import Daemon
from tests.lab.damage import Damage
from tests.lab.fleet import shipped_sites, write_config
from tests.lab.mail import MailCatcher
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.settings.many_offices import CHARTER, SITES, TREE
from tests.story.reading import outages, states, tickets, unsent

OFFICES = {"mirpur": "MIR", "gangni": "GNG"}


def write_offices(config: Path, listen: str) -> None:
    """The drill's configuration as a division's: Bheramara's shipped sites, and two in each of the others."""
    write_config(config, sites=shipped_sites(), listen=listen, target_s=6)
    (config / "offices.toml").write_text(TREE, encoding="utf-8")
    for number, (office, prefix) in enumerate({"bheramara": "BHR", **OFFICES}.items(), 99):
        folder = config / "offices" / office
        folder.mkdir(parents=True)
        name = office.capitalize()
        charter = CHARTER.format(office=office, name=name, prefix=prefix)
        charter = charter.replace("[officers.", "officers_confirmed = true\n\n[officers.", 1)
        (folder / "charter.toml").write_text(charter, encoding="utf-8")
        (folder / "monitor.toml").write_text(f'[mail]\nsender = "monitor@{office}.example"\n', encoding="utf-8")
        if office != "bheramara":
            sites = SITES.format(name=name, number=number).replace("127.77.", "10.77.")
            (folder / "sites.toml").write_text(sites, encoding="utf-8")
    (config / "sites.toml").rename(config / "offices" / "bheramara" / "sites.toml")


def test_an_outage_is_its_own_offices_alone(lab: Lab, mails: MailCatcher, daemon: Daemon) -> None:
    write_offices(daemon.config, daemon.listen)
    fleet = load_installation(daemon.config).host.fleet
    damage = Damage(lab, fleet)
    daemon.start()

    damage.down("mirpur.udc")

    until(lambda: states(daemon)["mirpur.udc"] == "down", "the centre down", within_s=20)
    until(lambda: [ticket["office"] for ticket in tickets(daemon)] == ["mirpur"], "its ticket", within_s=20)
    mails.wait_for(2, within_s=20)
    damage.up("mirpur.udc")
    until(lambda: set(states(daemon).values()) == {"up"}, "everyone up", within_s=20)
    mails.wait_for(4, within_s=20)
    until(lambda: not unsent(daemon), "every notice marked as sent", within_s=5)

    assert [(outage["site"], outage["office"]) for outage in outages(daemon)] == [("mirpur.udc", "mirpur")]
    assert [ticket["number"][:3] for ticket in tickets(daemon)] == ["MIR"]
    for mail in mails.mails:
        assert "monitor@mirpur.example" in mail.header("From")
        assert not re.search("bheramara|gangni", " ".join(mail.recipients))
    status, page = daemon.get("/offices?lang=en")
    assert status == 200
    assert all(name in page for name in ("Bheramara", "Mirpur", "Gangni", "Kushtia", "Meherpur"))
    assert daemon.metric("upazila_outages_total", office="mirpur", site="mirpur.udc") == 1
    assert daemon.run("audit", "verify").returncode == 0
    assert "mirpur.udc" in daemon.run("--office", "mirpur", "outages").stdout
    assert "mirpur" not in daemon.run("--office", "gangni", "outages").stdout
