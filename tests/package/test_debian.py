"""The Debian package in a fresh Debian under its own systemd: installed, upgraded, removed, installed again.

The package is whole, with the locked packages; the machine has loopback only, so that not even a mistake leaves it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from package.source import RELEASED, version_of
from tests.lab.waiting import until
from tests.package.machine import FreshMachine, debian
from tests.places import ROOT

pytestmark = [pytest.mark.long, pytest.mark.timeout(3_600)]

UNIT = "upazila-monitor.service"
BEFORE, NOW = RELEASED.version, version_of(ROOT)
ETC, STATE = "/etc/upazila-monitor", "/var/lib/upazila-monitor"
# Python 3.11 has a mail server for looking on; it says nothing of what was asked for, only what came.
CATCHER = """
import smtpd, asyncore
class Catcher(smtpd.SMTPServer):
    def process_message(self, peer, sender, recipients, data, **more):
        with open("/root/mails", "ab") as mails:
            mails.write(data + b"\\n=====\\n")
Catcher(("127.0.0.1", 2525), None)
asyncore.loop()
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The package of now, and that of the released version, made of the commit that it is, by the program of then."""
    now, before = tmp_path_factory.mktemp(NOW), tmp_path_factory.mktemp(BEFORE)
    subprocess.run([str(ROOT / "scripts/package"), str(now), "--version", NOW], check=True, timeout=900)
    source = before / "source"
    subprocess.run(["git", "clone", "--quiet", "--no-checkout", str(ROOT), str(source)], check=True, timeout=300)
    subprocess.run(["git", "checkout", "--quiet", RELEASED.commit], cwd=source, check=True, timeout=300)
    words = [sys.executable, "-m", "package.build", str(before), "--version", BEFORE]
    subprocess.run(words, cwd=source, env={**os.environ, "PYTHONPATH": str(source)}, check=True, timeout=900)
    ((deb_now,), (deb_before,)) = now.glob("*.deb"), before.glob("*.deb")
    return {NOW: deb_now, BEFORE: deb_before}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.geteuid():
        pytest.skip("only root can make a machine with files of several users")
    return debian(tmp_path_factory.mktemp("debian"))


@pytest.fixture
def machine(fresh: Path, tmp_path: Path) -> Iterator[FreshMachine]:
    root = tmp_path / "root"
    subprocess.run(["cp", "-a", str(fresh), str(root)], check=True)
    with FreshMachine(root) as made:
        yield made
        print(made.run("journalctl", "-u", UNIT, "--no-pager", check=False).stdout[-20_000:])
    shutil.rmtree(root)


class Office:
    """What is asked of the program on that machine."""

    def __init__(self, machine: FreshMachine) -> None:
        self._machine = machine

    def type(self, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        return self._machine.run("runuser", "-u", "upazila-monitor", "--", "upazila-monitor", *words, check=check)

    def json(self, *words: str) -> Any:
        return json.loads(self.type(*words, "--json", check=False).stdout)

    def is_active(self) -> bool:
        return self._machine.run("systemctl", "is-active", UNIT, check=False).stdout.strip() == "active"

    def states(self) -> dict[str, str]:
        """Of the sites; nothing while nobody answers."""
        try:
            return {site["id"]: site["state"] for site in self.json("status")["sites"]}
        except (ValueError, KeyError):
            return {}

    def watches(self) -> None:
        """Waits until the daemon runs and has found every site up that answers."""
        until(self.is_active, "the service", within_s=60)
        until(lambda: set(self.states().values()) == {"up"}, f"all sites up: {self.states()}", within_s=120)

    def kept(self) -> dict[str, Any]:
        """What must outlast everything: tickets, letters that wait, and what the office has written."""
        return {
            "tickets": [(ticket["number"], ticket["state"]) for ticket in self.json("tickets")],
            "letters": sorted(letter["message_id"] for letter in self.json("outbox", "--owed")),
            "written": (self._machine.root / ETC[1:] / "monitor.toml").read_text(),
        }

    def head(self) -> str:
        """Of the history."""
        found: str = self.json("audit", "verify")["head"]
        return found

    def has_all(self, kept: dict[str, Any], head: str) -> None:
        """Fails unless nothing of that is lost, and the history still holds that head, unbroken."""
        self.watches()
        assert self.kept() == kept
        self.type("audit", "verify", "--head", head)


def configure(machine: FreshMachine) -> None:
    """Makes it an office's own, whose mail server does not answer yet."""
    monitor, charter = (machine.root / ETC[1:] / name for name in ("monitor.toml", "charter.toml"))
    text = monitor.read_text()
    for old, new in {
        'host = "" ': 'host = "127.0.0.1" ',
        "port = 587": "port = 2525",
        'security = "starttls"': 'security = "none"',
        'sender = "" ': 'sender = "monitor@example.org" ',
    }.items():
        assert old in text
        text = text.replace(old, new, 1)
    monitor.write_text(text)
    said = re.sub(r'(?m)^email = "[^"]*"', 'email = "officer@example.org"', charter.read_text())
    charter.write_text(said.replace("officers_confirmed = false", "officers_confirmed = true"))


def test_an_office_lives_through_installing_upgrading_removing_and_installing_again(
    machine: FreshMachine, packages: dict[str, Path]
) -> None:
    before, now = (machine.put(packages[version]) for version in (BEFORE, NOW))
    office = Office(machine)

    # Installed, it runs in its sandbox and pings without any right.
    machine.dpkg("-i", before)
    office.watches()
    assert office.type("version").stdout.split()[1] == BEFORE
    configure(machine)
    machine.run("systemctl", "reload", UNIT)
    office.type("ticket", "new", "--by", "phone", "--service", "6", "--from", "A teacher", "--text", "The lab is dark")
    until(lambda: office.kept()["letters"], "letters that wait", within_s=30)
    kept, head = office.kept(), office.head()
    assert kept["tickets"]

    # Upgraded: the same tickets and letters, the office's own words, and a copy from before.
    copies = machine.root / STATE[1:] / "backups"
    assert not list(copies.glob("*.db"))
    machine.dpkg("-i", now)
    office.has_all(kept, head)
    assert office.type("version").stdout.split()[1] == NOW
    assert len(list(copies.glob("*.db"))) == 1

    # An older one is refused, and what is there goes on.
    refused = machine.dpkg("-i", before, check=False)
    assert refused.returncode != 0
    assert f"was written by version {NOW}. Expected version {NOW} or newer, not {BEFORE}" in refused.stderr
    office.has_all(kept, head)
    assert office.type("version").stdout.split()[1] == NOW

    # After a power cut the machine starts it again.
    machine.power_off()
    machine.boot()
    office.has_all(kept, head)

    # Removed: the program is gone to its last file, what the office has is not.
    machine.dpkg("-r", "upazila-monitor")
    assert not (machine.root / "opt/upazila-monitor").exists()
    assert not office.is_active()
    assert (machine.root / STATE[1:] / "monitor.db").exists()
    refused = machine.dpkg("-i", before, check=False)
    assert "Expected version" in refused.stderr
    machine.dpkg("-i", now)
    office.has_all(kept, head)

    # Purged without anybody to ask, all of it is kept as well.
    machine.dpkg("--purge", "upazila-monitor")
    assert (machine.root / STATE[1:] / "monitor.db").exists()
    machine.dpkg("-i", now)
    office.has_all(kept, head)

    # Now the mail server answers: each letter comes, and comes once.
    machine.run("systemd-run", "--unit=catcher", "/usr/bin/python3", "-W", "ignore", "-c", CATCHER)
    until(lambda: not office.kept()["letters"], "all letters handed over", within_s=120)
    mails = (machine.root / "root/mails").read_text(errors="replace")
    ids = re.findall(r"(?mi)^message-id: *(\S+)", mails)
    assert len(ids) == len(kept["letters"])
    assert len(set(ids)) == len(ids)

    # Whoever says so has everything deleted.
    answer = "upazila-monitor upazila-monitor/purge-state boolean true"
    machine.run("sh", "-c", f"echo {answer} | debconf-set-selections")
    machine.dpkg("--purge", "upazila-monitor")
    assert not (machine.root / STATE[1:]).exists()
    assert not (machine.root / ETC[1:]).exists()
