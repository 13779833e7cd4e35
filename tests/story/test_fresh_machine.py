"""What README tells a new user to type, by an ordinary user on a machine whose kernel keeps ping sockets closed."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.namespace import Namespace
from tests.lab.people import NEEDED, OrdinaryUser, ordinary_user
from tests.lab.waiting import until
from tests.places import ROOT

PAGE = "http://127.0.0.1:9786/"
STAMP = 'echo "$("{python}" -V) $(cat requirements/*.txt pyproject.toml | sha256sum) $PWD test" >.venv/stamp'
PROGRAM = """#!/bin/sh
exec {python} -P -c 'import sys; from monitor.cli import main; sys.argv[0] = "upazila-monitor"; sys.exit(main())' "$@"
"""


class Machine:
    """A network without ping sockets, in which an ordinary user has a checkout that is set up already."""

    def __init__(self, network: Namespace, user: OrdinaryUser) -> None:
        self._network, self._user = network, user
        self.checkout = user.home / "checkout"
        self.log = user.home / "terminal"

    def type(self, *words: str) -> "subprocess.Popen[str]":
        """What the user types in the checkout; its output goes to ``log``."""
        with self.log.open("w", encoding="utf-8") as log:
            in_checkout = ["sh", "-c", 'cd "$0" && exec "$@"', str(self.checkout)]
            return self._network.popen(
                [*self._unprivileged(), "env", *self._environment(), *in_checkout, *words],
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        """All that the last command has printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def page(self) -> str:
        """The status that a browser on the same machine gets, or nothing."""
        ask = f"import urllib.request as u; print(u.urlopen('{PAGE}api/v1/status', timeout=2).read().decode())"
        return self._network.run([str(self._user.python), "-P", "-c", ask], check=False).stdout

    def _unprivileged(self) -> list[str]:
        """As root that user; else ourselves, without the rights that come with a namespace of our own."""
        return list(self._user.become) or ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]

    def _environment(self) -> list[str]:
        place = self._user.place
        search = [str(self.checkout), str(place), str(place / "site-packages")]
        home = str(self._user.home)
        values = {"HOME": home, "TMPDIR": home, "PYTHONPATH": ":".join(search), "PYTHONDONTWRITEBYTECODE": "1"}
        return [f"{name}={value}" for name, value in values.items()]


@pytest.fixture
def machine() -> Iterator[Machine]:
    with ordinary_user() as user, closed_network() as network:
        machine = Machine(network, user)
        set_up(machine.checkout, user)
        yield machine


@contextmanager
def closed_network() -> Iterator[Namespace]:
    """Loopback and nothing else; as the kernel makes it, nobody may open ping sockets there."""
    as_root = os.geteuid() == 0
    network = Namespace.made_by(["unshare", "-n" if as_root else "-rn"], "fresh machine", of_user=not as_root)
    try:
        network.run(["ip", "link", "set", "lo", "up"])
        assert network.run(["cat", "/proc/sys/net/ipv4/ping_group_range"]).stdout.split() == ["1", "0"]
        yield network
    finally:
        network.close()


def set_up(checkout: Path, user: OrdinaryUser) -> None:
    """A checkout as scripts/setup leaves it, with the packages of this environment."""
    checkout.mkdir()
    for name in (*NEEDED, "scripts", "requirements"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, checkout / name)
    programs = checkout / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, text in (("upazila-monitor", PROGRAM), ("python", '#!/bin/sh\nexec {python} "$@"\n')):
        (programs / name).write_text(text.format(python=user.python), encoding="utf-8")
        (programs / name).chmod(0o755)
    python = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else "python3"  # setup's own first choice
    subprocess.run(["sh", "-c", STAMP.format(python=python)], cwd=checkout, check=True)
    subprocess.run(["chmod", "-R", "a+rX", str(user.home)], check=True)
    if user.become:
        subprocess.run(["chown", "-R", "65534:65534", str(user.home)], check=True)


def test_scripts_run_starts_the_example_fleet_and_says_what_opens_ping_sockets(machine: Machine) -> None:
    running = machine.type("scripts/run")

    until(lambda: '"state":"up"' in machine.page() or running.poll() is not None, "the page with sites", within_s=60)

    said = machine.said()
    assert running.poll() is None, said
    assert f"in a private network, where loopback is all there is. Page: {PAGE}" in said
    assert 'for real networks open ping sockets, as root: sysctl -w net.ipv4.ping_group_range="0 2147483647"' in said
    # A configuration that needs a real network is refused at a reload: what cannot be reached would count as down.
    with (machine.checkout / "config" / "monitor.toml").open("a", encoding="utf-8") as more:
        more.write('\n[recipients.desk]\nchannel = "alertmanager"\nurl = "http://192.0.2.1:9093/"\n')
    running.send_signal(signal.SIGHUP)
    until(lambda: "recipients lies beyond the private network" in machine.said(), "the refusal", within_s=20)
    running.send_signal(signal.SIGINT)
    assert running.wait(15) == 0
    assert "configuration read again" not in machine.said()


def test_a_fleet_beyond_loopback_is_not_shut_in_and_the_way_out_is_named(machine: Machine) -> None:
    sites = machine.checkout / "config" / "sites.toml"
    sites.write_text(sites.read_text(encoding="utf-8").replace("127.77.2.6", "10.77.2.6"), encoding="utf-8")

    running = machine.type("scripts/run")

    assert running.wait(60) == 3
    assert 'sysctl -w net.ipv4.ping_group_range="0 2147483647"' in machine.said()
    assert "Traceback" not in machine.said()


def test_scripts_test_passes_tests(machine: Machine) -> None:
    testing = machine.type("scripts/test", "-q", "-p", "no:cacheprovider", "tests/judging/test_restarts.py")

    assert testing.wait(120) == 0, machine.said()
    assert " passed" in machine.said()
