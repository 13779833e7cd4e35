"""The lab's network is what it says: real, breakable, closed to the outside, and gone when its owner is."""

import errno
import socket
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.lab.echo import answers, who_answers
from tests.lab.network import GATEWAY4, HOSTS4, HOSTS6, Lab
from tests.lab.waiting import until
from tests.places import ROOT

FAMILIES = pytest.mark.parametrize(
    ("host", "neighbour", "prefix", "whole"),
    [("10.77.3.5", "10.77.4.1", "10.77.3.0/24", HOSTS4), ("fd77::3:5", "fd77::4:1", "fd77::3:0/112", HOSTS6)],
    ids=["IPv4", "IPv6"],
)


def some_addresses(count: int, first: str = "10.77.0.1") -> list[str]:
    return [str(ip_address(first) + number) for number in range(count)]


@pytest.mark.parametrize("address", ["10.77.0.1", "10.77.3.5", "10.77.127.254", "fd77::1", "fd77::ffff:ffff:ffff:ffff"])
def test_every_address_of_the_hosts_side_answers(lab: Lab, address: str) -> None:
    assert answers(lab.monitor, address)


@pytest.mark.parametrize("first", ["10.77.16.1", "fd77::1"])
def test_a_crowd_asked_at_once_answers_to_the_last_one(lab: Lab, first: str) -> None:
    # More than the neighbour table and the kernel's limits on ICMP messages would take, were they in the way.
    crowd = some_addresses(4_000, first)

    assert who_answers(lab.monitor, crowd) == set(crowd)


@FAMILIES
def test_a_host_that_is_down_is_silent_until_it_is_up(
    lab: Lab, host: str, neighbour: str, prefix: str, whole: str
) -> None:
    lab.down(host)
    assert who_answers(lab.monitor, [host, neighbour]) == {neighbour}

    lab.up(host)
    assert answers(lab.monitor, host)


@FAMILIES
def test_a_prefix_dies_as_a_whole_and_alone(lab: Lab, host: str, neighbour: str, prefix: str, whole: str) -> None:
    lab.down(prefix)
    assert who_answers(lab.monitor, [host, neighbour]) == {neighbour}

    lab.up(prefix)
    assert answers(lab.monitor, host)


@FAMILIES
def test_the_whole_network_can_die_and_return(lab: Lab, host: str, neighbour: str, prefix: str, whole: str) -> None:
    lab.down(whole)
    assert who_answers(lab.monitor, [host, neighbour]) == set()

    lab.up(whole)
    assert who_answers(lab.monitor, [host, neighbour]) == {host, neighbour}


def test_a_host_killed_by_itself_stays_dead_when_its_prefix_returns(lab: Lab) -> None:
    lab.down("10.77.3.5")
    lab.down("10.77.3.0/24")

    lab.up("10.77.3.0/24")

    assert who_answers(lab.monitor, ["10.77.3.5", "10.77.3.6"]) == {"10.77.3.6"}


def test_killing_twice_and_reviving_twice_is_killing_and_reviving(lab: Lab) -> None:
    lab.down("10.77.3.5")
    lab.down("10.77.3.5")
    lab.up("10.77.3.5")
    lab.up("10.77.3.5")

    assert answers(lab.monitor, "10.77.3.5")


@FAMILIES
def test_loss_takes_all_or_nothing_when_told_so(lab: Lab, host: str, neighbour: str, prefix: str, whole: str) -> None:
    lab.loss(host, 100)
    assert who_answers(lab.monitor, [host, neighbour]) == {neighbour}

    lab.loss(host, 0)
    assert answers(lab.monitor, host)

    lab.loss(prefix, 100)
    lab.calm()
    assert answers(lab.monitor, host)


def test_loss_takes_about_its_share(lab: Lab) -> None:
    crowd = some_addresses(3_000)
    lab.loss("10.77.0.0/20", 30)

    lost = 1 - len(who_answers(lab.monitor, crowd)) / len(crowd)

    # Six standard deviations of 3,000 throws at 30 %: by chance this fails once in 500 million runs.
    assert lost == pytest.approx(0.30, abs=0.05)


def test_nothing_leads_out(lab: Lab) -> None:
    for side in (lab.monitor, lab.hosts):
        with side.open_socket(socket.AF_INET, socket.SOCK_DGRAM) as courier:
            with pytest.raises(OSError, match="unreachable") as refused:
                courier.sendto(b"out", ("192.0.2.1", 9))
            assert refused.value.errno == errno.ENETUNREACH

        assert "default" not in side.run(["ip", "route", "show", "table", "all"]).stdout
        links = side.run(["ip", "-brief", "link"]).stdout.split("\n")
        assert sorted(link.split("@")[0].split(" ")[0] for link in links if link) in (
            ["lo", "monitor0"],
            ["hosts0", "lo"],
        )


def test_a_socket_opened_inside_serves_a_process_outside(lab: Lab) -> None:
    with (
        lab.hosts.open_socket(socket.AF_INET, socket.SOCK_STREAM) as server,
        lab.monitor.open_socket(socket.AF_INET, socket.SOCK_STREAM) as client,
    ):
        server.bind(("10.77.9.9", 7_777))
        server.listen()
        client.connect(("10.77.9.9", 7_777))
        connection, source = server.accept()
        with connection:
            connection.sendall(b"hello")
        heard = client.recv(16)

    assert heard == b"hello"
    assert source[0] == "10.77.255.1"


def test_two_labs_know_nothing_of_each_other(lab: Lab) -> None:
    with Lab() as other:
        other.down("10.77.3.5")

        assert answers(lab.monitor, "10.77.3.5")
        assert not answers(other.monitor, "10.77.3.5")


def test_a_command_that_fails_inside_says_what_it_said(lab: Lab) -> None:
    with pytest.raises(RuntimeError, match=r"(?s)ip route add nonsense in monitor: exit code 1.*nonsense"):
        lab.monitor.run(["ip", "route", "add", "nonsense"])


def test_what_runs_inside_ends_with_the_lab() -> None:
    with Lab() as lab:
        sleeper = lab.monitor.popen(["sleep", "1000"])

    assert sleeper.poll() == -9


def test_everything_vanishes_with_its_owner_even_when_that_is_killed() -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    with owner:
        assert owner.stdout is not None
        left_behind = [Path("/proc") / pid for pid in owner.stdout.readline().split()]
        assert len(left_behind) == 3
        assert all(process.exists() for process in left_behind)

        owner.kill()
        owner.wait()

    until(lambda: not any(process.exists() for process in left_behind), "the end of the lab's processes", within_s=5)


OWNER = """
from tests.lab.network import Lab
with Lab() as lab:
    sleeper = lab.monitor.popen(["sleep", "1000"])
    print(lab.monitor.holder.pid, lab.hosts.holder.pid, sleeper.pid, flush=True)
    input()
"""


def test_the_gateway_between_the_sides_answers_too(lab: Lab) -> None:
    assert answers(lab.monitor, GATEWAY4)
