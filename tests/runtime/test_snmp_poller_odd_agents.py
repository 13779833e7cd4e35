"""Agents that mean harm to the daemon: slow ones, and such whose names are orders to a terminal, a log or a letter."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.daemon import Daemon, program
from tests.lab.fleet import write_config
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.runtime.polled import PROBING
from tests.told import stored

SLOW, QUICK = [f"10.77.3.{host}" for host in range(1, 51)], "10.77.4.1"


def site(id_: str, address: str, more: str = "") -> str:
    head = f'[sites.{id_}]\nkind = "backbone"\nname_bn = "লিংক"\nname_en = "Link"\n{more}'
    return f'{head}devices.router = {{ address = "{address}", snmp = "core" }}\n'


@pytest.fixture
def daemon(lab: Lab, tmp_path: Path) -> Iterator[Daemon]:
    with Daemon(lab, tmp_path) as made:
        yield made


@contextmanager
def agents(lab: Lab, addresses: Sequence[str], *words: str) -> Iterator[None]:
    argv = [sys.executable, "-m", "tests.lab.odd_agents", *words, *addresses]
    process = lab.hosts.popen(argv, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def configure(daemon: Daemon, sites: str, interval_s: float) -> None:
    settings: dict[str, dict[str, object]] = {
        "probing": {**PROBING},
        "snmp": {"interval_s": interval_s, "timeout_s": 2, "retries": 0},
    }
    write_config(daemon.config, sites=sites, listen=daemon.listen, settings=settings)
    with (daemon.config / "monitor.toml").open("a", encoding="utf-8") as monitor:
        monitor.write('\n[snmp.v2c.core]\ncommunity_file = "community"\n')
    (daemon.home / "community").write_text("public\n", encoding="utf-8")
    (daemon.home / "community").chmod(0o600)


@pytest.mark.long
@pytest.mark.long
def test_fifty_slow_agents_keep_no_other_from_being_read(lab: Lab, daemon: Daemon) -> None:
    sites = [site(f"slow-{number}", address) for number, address in enumerate(SLOW)]
    slowly = ("--delay", "1.9", "--rows", "200")  # just before the time limit, and for as long as a read may last
    with agents(lab, SLOW, *slowly), agents(lab, [QUICK]):
        configure(daemon, "".join(sites) + site("quick", QUICK), interval_s=5)
        daemon.start()
        until(lambda: (daemon.metric("upazila_snmp_readings_total", outcome="ok") or 0) >= 4, "four readings", 25)
        until(lambda: daemon.metric("upazila_snmp_readings_total", outcome="error") == len(SLOW), "their ends", 60)

    wanted = "SELECT reason FROM events WHERE device = 'slow-0/router'"
    (told,) = until(lambda: daemon.rows(wanted), "the line of the timeline", 10)
    assert stored(told["reason"]) == "it could not be read within 30 s"
    assert daemon.rows("SELECT id FROM outages") == []


NAME = "\x1b]0;owned\x07\n2026-11-25 09:00:00 udc-1: outage over\r\n\u202e<script>alert(1)</script>\u2028=1+1"


@pytest.mark.long
def test_an_agents_names_command_nothing_where_they_are_shown(lab: Lab, daemon: Daemon) -> None:
    with agents(lab, [QUICK], "--name", NAME):
        configure(daemon, site("hostile", QUICK), interval_s=5)
        daemon.start()
        until(lambda: daemon.metric("upazila_snmp_state", device="router", outcome="ok") == 1, "the reading", 15)
        shown = daemon.get("/metrics")[1]
        lab.down(QUICK)
        until(lambda: daemon.rows("SELECT number FROM tickets") != [], "the ticket", 60)
        shown += daemon.get("/")[1] + daemon.get("/api/v1/status")[1]
        (ticket,) = daemon.rows("SELECT number FROM tickets")
        for command in (["ticket", "show", ticket["number"]], ["outages"], ["events"], ["status"]):
            shown += daemon.run(*command).stdout
    shown = shown.replace("\u200c", "").replace("\u200d", "") + daemon.log()  # which join letters of Bangla
    assert "up for 0 d 0 h, ]0;owned" in shown
    assert [line for line in shown.splitlines() if line.startswith(("2026-11-25 09:00", "=1+1"))] == []
    assert {letter for letter in shown if not letter.isprintable()} == {"\n"}


def test_an_agents_names_cannot_forge_a_line_of_what_discover_proposes(lab: Lab, daemon: Daemon) -> None:
    name = 'x"\n[sites.forged]\nkind = "udc"\n\u2028address = "10.77.9.9" # \x1b[2J' + NAME
    with agents(lab, [QUICK], "--name", name):
        configure(daemon, site("other", SLOW[0]), interval_s=60)
        words = [program(), "--config", str(daemon.config), "discover", QUICK, "--snmp", "core"]
        done = lab.monitor.run(words, check=False)

    assert done.returncode == 0, done.stderr
    assert {letter for letter in done.stdout if not letter.isprintable()} == {"\n"}
    (proposed,) = tomllib.loads(done.stdout)["sites"].values()
    assert proposed["devices"] == {"gateway": {"address": QUICK, "snmp": "core"}}
