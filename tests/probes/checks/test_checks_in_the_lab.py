"""Names with several addresses, and resolvers that are silent, in the lab: `probe` ends in time whatever they do."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.typed import PROGRAM
from tests.lab.network import Lab
from tests.lab.waiting import until

HOLE6, HOLE4, ALIVE4, ALIVE6 = "fd77::dead", "10.77.9.9", "10.77.3.5", "fd77::3:5"
SLACK_S = 3  # of a loaded machine; without one deadline for the whole it would be ten seconds and more
INSIDE = 'mount --bind "$0/hosts" /etc/hosts; mount --bind "$0/resolv.conf" /etc/resolv.conf; exec "$@"'
SERVE = (
    "import socket, sys; from http.server import HTTPServer, SimpleHTTPRequestHandler\n"
    "HTTPServer.address_family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET\n"
    "HTTPServer((sys.argv[1], 8080), SimpleHTTPRequestHandler).serve_forever()"
)


class Machine:
    """A machine in the lab with hosts and resolv.conf of its own."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self._folder = lab, folder
        self.files(hosts="127.0.0.1 localhost\n")

    def files(self, hosts: str = "", resolv_conf: str = "") -> None:
        (self._folder / "hosts").write_text(hosts)
        (self._folder / "resolv.conf").write_text(resolv_conf)

    def command(self, *words: str) -> list[str]:
        return ["unshare", "-m", "sh", "-c", INSIDE, str(self._folder), PROGRAM, "probe", *words]

    def probe(self, *words: str) -> tuple[dict[str, object], float]:
        """What it said, and how many seconds it took."""
        begun_s = time.monotonic()
        done = self.lab.monitor.run(self.command(*words, "--json"), check=False)
        took_s = time.monotonic() - begun_s
        assert "Traceback" not in done.stderr
        return json.loads(done.stdout), took_s


@pytest.fixture
def machine(lab: Lab, tmp_path: Path) -> Machine:
    lab.down(HOLE6)
    lab.down(HOLE4)
    return Machine(lab, tmp_path)


@contextmanager
def served(lab: Lab, address: str) -> Iterator[None]:
    if ":" in address:  # IPv6 binds to no address that only a route makes local
        lab.hosts.run(["ip", "-6", "address", "add", f"{address}/128", "dev", "lo", "nodad"])
    process = lab.hosts.popen([sys.executable, "-c", SERVE, address], stderr=subprocess.DEVNULL)
    knock = f"import socket; socket.create_connection(({address!r}, 8080), 1)"
    try:
        until(lambda: not lab.hosts.run([sys.executable, "-c", knock], check=False).returncode, "the page", 20)
        yield
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(("hole", "alive"), [(HOLE6, ALIVE4), (HOLE4, ALIVE6)], ids=["IPv6 is dead", "IPv4 is dead"])
def test_an_address_that_swallows_packets_costs_a_quarter_of_a_second(machine: Machine, hole: str, alive: str) -> None:
    holes = [hole, *(f"{hole[:-1]}{number}" for number in range(1, 8))]  # one family after the other would take 2 s
    for other in holes[1:]:
        machine.lab.down(other)
    machine.files(hosts="".join(f"{address} portal.example\n" for address in (*holes, alive)))
    with served(machine.lab, alive):
        for words in (("tcp", "portal.example:8080"), ("http", "http://portal.example:8080/")):
            found, _ = machine.probe(*words, "--timeout", "5")
            assert found["verdict"] == "ok"
            assert float(str(found["rtt_ms"])) < 1500


def test_addresses_that_all_swallow_packets_take_the_time_out_once(machine: Machine) -> None:
    for number in range(1, 13):
        machine.lab.down(f"10.77.9.{number}")
    machine.files(hosts="".join(f"10.77.9.{number} portal.example\n" for number in range(1, 13)))
    _, plain_s = machine.probe("tcp", "127.0.0.1:1")  # what starting the program takes here
    for words in (("tcp", "portal.example:8080"), ("http", "http://portal.example:8080/")):
        found, took_s = machine.probe(*words, "--timeout", "1")
        assert (found["verdict"], found["reason"]) == ("failed", "timeout")
        assert took_s < plain_s + 1 + SLACK_S


def test_a_resolver_that_is_silent_takes_the_time_out_once(machine: Machine) -> None:
    machine.files(resolv_conf=f"nameserver {HOLE4}\noptions timeout:30 attempts:5\n")
    _, plain_s = machine.probe("tcp", "127.0.0.1:1")
    for words in (
        ("tcp", "portal.example:8080"),
        ("http", "http://portal.example:8080/"),
        ("dns", "portal.example"),
    ):
        found, took_s = machine.probe(*words, "--timeout", "1")
        assert (found["verdict"], found["reason"]) == ("failed", "timeout")
        assert took_s < plain_s + 1 + SLACK_S


def test_a_name_is_asked_of_every_server_of_the_machine(machine: Machine) -> None:
    words = ["--no-daemon", f"--listen-address={ALIVE4}", "--bind-interfaces", "--no-hosts", "--no-resolv"]
    words += ["--conf-file=/dev/null", "--host-record=portal.example,10.77.1.2", "--port=53"]
    server = machine.lab.hosts.popen(["/usr/sbin/dnsmasq", *words], stderr=subprocess.DEVNULL)
    machine.files(resolv_conf=f"nameserver {HOLE4}\nnameserver {ALIVE4}\n")
    try:
        found = until(lambda: _if_ok(machine.probe("dns", "portal.example", "--timeout", "2")[0]), "an answer", 20)
    finally:
        server.kill()
        server.wait()
    assert (found["server"], found["answers"]) == (ALIVE4, ["10.77.1.2"])


def _if_ok(told: dict[str, object]) -> dict[str, object]:
    return told if told["verdict"] == "ok" else {}
