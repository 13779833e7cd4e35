"""Pinging is tried in network namespaces of the test's own, with the right to it and without."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.typed import PROGRAM
from tests.doctor.installation import Installation, is_allowed
from tests.lab.namespace import LabError, Namespace

UP = "ip link set lo up && sysctl -qw net.ipv4.ping_group_range='{groups}' && exec \"$@\""


@pytest.fixture
def alone() -> Iterator[Namespace]:
    """A network with nothing in it but loopback."""
    try:
        made = Namespace.made_by(["unshare", "-n"], "alone", of_user=False)
    except LabError:
        pytest.skip("no right to make a network namespace")
    yield made
    made.close()


def found(alone: Namespace, office: Installation, groups: str, *before: str) -> list[str]:
    """The codes that `doctor --only ping` finds in there."""
    words = [PROGRAM, "--config", str(office.config), "doctor", "--only", "ping", "--json"]
    done = alone.run(["sh", "-c", UP.format(groups=groups), "sh", *before, *words], check=False)
    assert done.stdout, done.stderr
    return [each["code"] for check in json.loads(done.stdout)["checks"] for each in check["findings"]]


@pytest.mark.skipif(os.geteuid() != 0 or not is_allowed(["setpriv", "--help"]), reason="only root gives up a right")
def test_the_kind_of_socket_is_found_out_by_trying(alone: Namespace, office: Installation) -> None:
    without = ("setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw")
    assert Path(sys.executable).exists()
    assert found(alone, office, "1 0", *without) == ["ping.closed"]
    assert found(alone, office, "0 2147483647", *without) == ["ping.ok"]
    assert found(alone, office, "1 0") == ["ping.raw"]


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0, reason="the namespace is root's")
def test_addresses_of_ipv6_without_ipv6_are_said(alone: Namespace, office: Installation) -> None:
    office.configure("monitor.toml", "vantage.north", references=["2001:db8::1"])
    alone.run(["sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"])
    assert found(alone, office, "0 2147483647") == ["ping.ok", "ping.no-ipv6"]
