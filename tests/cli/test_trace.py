"""`probe trace`, on a network with three routers before the host."""

import json
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from monitor.probes.trace import Hop, reached
from tests.lab.daemon import program
from tests.lab.namespace import Namespace
from tests.lab.network import Lab
from tests.lab.responder import Manner, Responder

HOST = "10.99.40.1"
ROUTERS = ["10.99.254.1", "10.99.254.2", "10.99.254.3"]


@pytest.fixture
def far(lab: Lab, tmp_path: Path) -> Iterator[Namespace]:
    """The monitor's side of such a network."""
    with Responder(lab.monitor, tmp_path / "log", Manner(jitter_ms=0, well_behaved=True, hops=len(ROUTERS))):
        yield lab.monitor


def test_the_routers_on_the_way_are_listed_in_order(far: Namespace) -> None:
    done = far.run([program(), "probe", "trace", HOST, "--json"])

    told = json.loads(done.stdout)
    assert told["reached"] is True
    assert [hop["address"] for hop in told["hops"]] == [*ROUTERS, HOST]
    assert [hop["distance"] for hop in told["hops"]] == [1, 2, 3, 4]
    assert all(0 < rtt < 1_000 for hop in told["hops"] for rtt in hop["rtts_ms"])


def test_a_host_that_is_too_far_is_said_not_to_have_answered(far: Namespace) -> None:
    done = far.run([program(), "probe", "trace", HOST, "--most-hops", "2"], check=False)

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == f"{HOST} itself did not answer within 2 hops."


def test_what_is_no_address_is_refused(far: Namespace) -> None:
    done = far.run([program(), "probe", "trace", "somewhere"], check=False)

    assert done.returncode == 2
    assert "'somewhere' is not an address" in done.stderr


def test_without_the_right_to_a_raw_socket_the_fix_is_named(far: Namespace) -> None:
    words = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all", program(), "probe", "trace", HOST]
    done = far.run(words, check=False)

    assert done.returncode == 3
    assert "CAP_NET_RAW" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_reached_is_not_reached() -> None:
    assert not reached([], ip_address(HOST))
    assert reached([Hop(1, HOST, 1, (1.0,))], ip_address(HOST))
