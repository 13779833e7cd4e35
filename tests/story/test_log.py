"""The log of the real daemon: one event a line, in the format and from the level of [log], after SIGHUP too."""

import json
from typing import Any

import pytest

from tests.lab.daemon import Daemon
from tests.lab.fleet import address, many_sites, write_config
from tests.lab.mail import MailCatcher
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.logs.logfmt import decoded
from tests.story.reading import wait_until_all_up, wait_until_state

SITES = 10
SITE = "site-0003"


def as_json(daemon: Daemon) -> list[dict[str, Any]]:
    return [json.loads(line) for line in daemon.log().splitlines() if line.startswith("{")]


def configured(daemon: Daemon, **log: str) -> None:
    write_config(daemon.config, sites=many_sites(SITES), listen=daemon.listen, settings={"log": log} if log else {})


@pytest.mark.long
def test_an_outage_and_its_ticket_are_logged_by_site_and_number_and_sighup_changes_format_and_level(
    lab: Lab, mails: MailCatcher, daemon: Daemon
) -> None:
    configured(daemon)
    daemon.start()
    wait_until_all_up(daemon, SITES)
    text = daemon.log().splitlines()
    assert all(line.split()[0] in {"INFO", "WARNING"} and line.endswith("]") for line in text), text
    assert "DEBUG" not in daemon.log()

    configured(daemon, format="json", level="debug")
    daemon.reload()
    until(lambda: "config_reloaded" in daemon.log(), "the new format", within_s=10)
    assert as_json(daemon)[-1]["sites"] == SITES
    lab.down(address(3))
    wait_until_state(daemon, SITE, "down", within_s=10)
    mails.wait_for(2, within_s=20)
    lab.up(address(3))
    until(lambda: "ticket_resolved" in daemon.log(), "the end of the ticket", within_s=20)
    told = [each for each in as_json(daemon) if each.get("site") == SITE]
    kinds = [each["event"] for each in told if each["event"].endswith(("_opened", "_closed", "_resolved"))]
    assert kinds == ["outage_opened", "ticket_opened", "outage_closed", "ticket_resolved"]
    (number,) = {each["ticket"] for each in told if "ticket" in each}
    assert [each["state"] for each in told if each["event"] == "site_state"] == ["down", "up"], "at level debug"
    assert {each["recipient"] for each in as_json(daemon) if each["event"] == "notice_sent"} >= {"responsible"}
    assert number

    # Of warnings and above nothing is left when all is well; a refused configuration is one, line by line.
    configured(daemon, format="logfmt", level="error")
    daemon.reload()
    until(lambda: daemon.run("reload").returncode == 0, "the format after it", within_s=10)
    (daemon.config / "sites.toml").write_text("[sites.x]\nkind = 7\n", encoding="utf-8")
    daemon.reload()
    until(lambda: "event=config_refused" in daemon.log(), "word of the refusal", within_s=10)
    refused = [decoded(line) for line in daemon.log().splitlines() if line.startswith("ts=")]
    assert {each["event"] for each in refused} == {"config_fault", "config_refused"}
    assert refused[0]["path"] == str(daemon.config / "sites.toml")
    assert refused[0]["level"] == "error"
