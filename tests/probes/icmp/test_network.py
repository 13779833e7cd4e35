"""The engine between real kernels: both kinds of socket, both families, dead hosts, refusals, faults of our own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.network import Lab

PROGRAM = str(Path(sys.executable).parent / "upazila-monitor")
KINDS = pytest.mark.parametrize("kind", ["ping", "raw"])


@pytest.fixture(scope="module")
def network() -> Iterator[Lab]:
    """One network for all tests here; what a test breaks, it mends."""
    with Lab() as lab:
        yield lab


def probe(network: Lab, *words: str, kind: str = "auto", **more: Any) -> "subprocess.CompletedProcess[str]":
    quick = ["--socket", kind, "--count", "2", "--interval", "0.05", "--timeout", "0.5", "--json"]
    done = network.monitor.run([PROGRAM, "probe", "icmp", *quick, *words], check=False, **more)
    assert "Traceback" not in done.stderr
    return done


def targets(done: "subprocess.CompletedProcess[str]") -> dict[str, dict[str, Any]]:
    return {target["target"]: target for target in json.loads(done.stdout)["targets"]}


def scene(network: Lab, name: str, kind: str = "auto") -> Any:
    return json.loads(network.monitor.run([sys.executable, "-m", "tests.probes.icmp.inside", name, kind]).stdout)


@KINDS
def test_who_lives_answers_and_who_is_dead_does_not(network: Lab, kind: str) -> None:
    network.down("10.77.3.5")
    network.down("fd77::dead")
    done = probe(network, "10.77.3.4", "10.77.3.5", "10.77.3.6", "fd77::1", "fd77::dead", kind=kind)
    network.up("10.77.3.5")
    network.up("fd77::dead")
    found = targets(done)
    assert done.returncode == 1
    assert {name for name, target in found.items() if target["verdict"] == "ok"} == {
        "10.77.3.4",
        "10.77.3.6",
        "fd77::1",
    }
    assert (found["10.77.3.5"]["reason"], found["10.77.3.5"]["loss"]) == ("timeout", 1)
    assert found["10.77.3.4"]["received"] == 2


@KINDS
@pytest.mark.parametrize(
    ("route", "reason"), [("unreachable", "host unreachable"), ("prohibit", "administratively prohibited")]
)
def test_a_router_that_says_why_is_quoted(network: Lab, kind: str, route: str, reason: str) -> None:
    # Only routers say why, and by default one of them not often.
    network.hosts.run(["sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.icmp_ratelimit=0"])
    network.hosts.run(["ip", "route", "add", route, "10.77.4.4", "table", "local", "metric", "50"])
    found = targets(probe(network, "10.77.4.4", "10.77.4.5", kind=kind))
    network.hosts.run(["ip", "route", "del", route, "10.77.4.4", "table", "local", "metric", "50"])
    network.hosts.run(["sysctl", "-qw", "net.ipv4.ip_forward=0"])
    assert (found["10.77.4.4"]["verdict"], found["10.77.4.5"]["verdict"]) == ("failed", "ok")
    assert reason in found["10.77.4.4"]["reason"]


@KINDS
def test_what_our_own_kernel_refuses_to_send_is_unknown_for_that_host_alone(network: Lab, kind: str) -> None:
    rules = "table inet block { chain out { type filter hook output priority 0; ip daddr 10.77.5.5 drop; }; }"
    network.monitor.run(["nft", "-f", "-"], text=rules)
    found = targets(probe(network, "10.77.5.4", "10.77.5.5", "10.77.5.6", "10.99.0.1", kind=kind))
    network.monitor.run(["nft", "delete", "table", "inet", "block"])
    assert [found[name]["verdict"] for name in ("10.77.5.4", "10.77.5.6")] == ["ok", "ok"]
    assert found["10.77.5.5"]["verdict"] == "unknown"
    assert found["10.77.5.5"]["reason"].startswith("EPERM")
    assert (found["10.99.0.1"]["verdict"], found["10.99.0.1"]["sent"]) == ("unknown", 0)
    assert found["10.99.0.1"]["reason"].startswith("ENETUNREACH")


def test_loss_is_counted_and_is_no_failure(network: Lab) -> None:
    network.loss("10.77.6.6", 50)
    found = targets(probe(network, "10.77.6.6", "--count", "60", "--interval", "0.01"))
    network.calm()
    assert found["10.77.6.6"]["verdict"] == "ok"
    assert 0.1 < found["10.77.6.6"]["loss"] < 0.9
    assert len(found["10.77.6.6"]["rtts_ms"]) == found["10.77.6.6"]["received"]


@KINDS
def test_answers_that_waited_while_we_stood_still_are_neither_lost_nor_slow(network: Lab, kind: str) -> None:
    verdicts, slowest_ms = scene(network, "stalled", kind)
    assert verdicts == {"ok": 200}
    assert slowest_ms < 1_000


@KINDS
def test_a_wall_clock_that_jumps_an_hour_to_and_fro_changes_nothing(network: Lab, kind: str) -> None:
    verdicts, slowest_ms = scene(network, "clock_stepped", kind)
    assert verdicts == {"ok": 50}
    assert slowest_ms < 500


def test_rounds_under_way_at_once_do_not_take_each_others_answers(network: Lab) -> None:
    verdicts, received, rejected = scene(network, "overlapping")
    assert verdicts == {"ok": 25 * 69}
    assert received == 25 * 69 * 2
    assert set(rejected.values()) == {0}


@KINDS
def test_answers_that_our_own_buffer_lost_judge_nobody(network: Lab, kind: str) -> None:
    verdicts, reasons = scene(network, "overflowing", kind)
    assert verdicts == {"unknown": 300}
    assert reasons == ["the receive buffer was full"]


@KINDS
def test_hop_limit_and_dscp_of_a_device_are_on_its_packets_alone(network: Lab, kind: str) -> None:
    rules = """table inet marks { chain in { type filter hook input priority 0;
        ip daddr 10.77.9.9 ip ttl 7 ip dscp 46 counter name four
        ip6 daddr fd77::9 ip6 hoplimit 9 ip6 dscp 10 counter name six
        ip daddr != 10.77.9.9 ip dscp 0 ip ttl > 7 counter name others
        }
        counter four { }
        counter six { }
        counter others { }
    }"""
    network.hosts.run(["nft", "-f", "-"], text=rules)
    verdicts = scene(network, "marked", kind)
    seen = json.loads(network.hosts.run(["nft", "-j", "list", "counters", "table", "inet", "marks"]).stdout)
    network.hosts.run(["nft", "delete", "table", "inet", "marks"])
    counts = {item["counter"]["name"]: item["counter"]["packets"] for item in seen["nftables"] if "counter" in item}
    assert verdicts == {"ok": 8}
    assert counts == {"four": 2, "six": 2, "others": 12}


def test_echoes_leave_at_the_rate_that_is_allowed(network: Lab) -> None:
    verdicts, took_s = scene(network, "paced")
    assert verdicts == {"ok": 200}
    assert 0.35 < took_s < 2  # 0.4 s at 500 a second, less the last burst


def test_a_thousand_hosts_lose_nothing_at_full_speed(network: Lab, tmp_path: Path) -> None:
    addresses = [f"10.77.{20 + n // 250}.{n % 250 + 1}" for n in range(1_000)]
    (tmp_path / "list").write_text("# a comment\n" + "\n".join(addresses))
    done = probe(network, "--file", str(tmp_path / "list"), "--rate", "0")
    assert done.returncode == 0
    assert json.loads(done.stdout)["summary"]["ok"] == 1_000


def test_without_any_right_to_ping_it_says_how_to_allow_it(network: Lab) -> None:
    groups = network.monitor.run(["sysctl", "-n", "net.ipv4.ping_group_range"]).stdout.split()
    network.monitor.run(["sysctl", "-qw", "net.ipv4.ping_group_range=1 0"])
    powerless = ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw", PROGRAM, "probe", "icmp", "10.77.1.1"]
    done = network.monitor.run(powerless, check=False)
    network.monitor.run(["sysctl", "-qw", f"net.ipv4.ping_group_range={' '.join(groups)}"])
    assert done.returncode == 3
    assert "net.ipv4.ping_group_range" in done.stderr
    assert "CAP_NET_RAW" in done.stderr
    assert "Traceback" not in done.stderr
