"""The network is examined in a namespace of the test's own, which has no way out."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from monitor.doctor.finding import Finding
from monitor.doctor.network import NETWORK, NO_SUCH_NAME, SILENT, Seen, is_default_4, is_default_6
from tests.cli.typed import PROGRAM
from tests.doctor.installation import Installation, codes
from tests.lab.namespace import LabError, Namespace

WELL = Seen({"north": {"10.0.0.1": True, "10.0.0.2": True}}, "", (("mail.host", "mail.example.org", ""),), True)
NOWHERE = "10.9.9.2"  # at the other end of a cable where nobody has an address
QUICK = {"echoes": 1, "timeout_s": 0.3, "recheck_s": 5}


def judged(seen: Seen) -> list[Finding]:
    from datetime import UTC, datetime

    return list(NETWORK.judge(seen, datetime(2026, 11, 24, tzinfo=UTC)))


@pytest.fixture
def alone() -> Iterator[Namespace]:
    """A network with loopback, and a neighbour's network in which nobody answers."""
    if os.geteuid():
        pytest.skip("the namespace is root's")
    try:
        made = Namespace.made_by(["unshare", "-n"], "alone", of_user=False)
    except LabError:
        pytest.skip("no right to make a network namespace")
    neighbour = f"neighbour add {NOWHERE} lladdr 02:00:00:00:00:02 dev dark"
    dark = ("link add dark type veth peer name far", "address add 10.9.9.1/24 dev dark", "link set far up")
    for words in ("link set lo up", *dark, "link set dark up", neighbour):
        made.run(["ip", *words.split()])
    yield made
    made.close()


def found(alone: Namespace, office: Installation, *, resolver: str = "") -> list[str]:
    """The codes that `doctor --only network` finds in there. ``resolver``: an address where none listens."""
    office.configure("monitor.toml", "probing", **QUICK)
    words = [PROGRAM, "--config", str(office.config), "doctor", "--only", "network", "--json"]
    if resolver:
        file = office.home / "resolv.conf"
        file.write_text(f"nameserver {resolver}\noptions timeout:1 attempts:1\n", encoding="utf-8")
        words = ["unshare", "-m", "sh", "-c", f'mount --bind {file} /etc/resolv.conf && exec "$@"', "sh", *words]
    done = alone.run(words, check=False)
    assert done.stdout, done.stderr
    return [each["code"].partition(".")[2] for check in json.loads(done.stdout)["checks"] for each in check["findings"]]


def test_references_that_answer_are_told_from_those_that_do_not(alone: Namespace, office: Installation) -> None:
    office.configure("monitor.toml", "vantage.near", references=["127.0.0.1", NOWHERE])
    assert found(alone, office) == ["no-gateway", "reference-silent"]
    office.configure("monitor.toml", "vantage.near", references=[NOWHERE])
    assert found(alone, office) == ["no-gateway", "references-silent"]


@pytest.mark.long
def test_references_that_all_answer_are_well(alone: Namespace, office: Installation) -> None:
    assert found(alone, office) == ["no-references"]
    office.configure("monitor.toml", "vantage.near", references=["127.0.0.1", "127.0.0.2"])
    assert found(alone, office)[-1] == "ok"


@pytest.mark.long
def test_what_cannot_be_sent_is_our_own_fault(alone: Namespace, office: Installation) -> None:
    office.configure("monitor.toml", "vantage.far", references=["10.10.10.10"])  # no route leads there
    assert found(alone, office) == ["no-gateway", "not-asked"]


@pytest.mark.long
def test_a_gateway_that_is_there_is_not_missed(alone: Namespace, office: Installation) -> None:
    alone.run(["ip", "route", "add", "default", "dev", "dark"])
    office.configure("monitor.toml", "vantage.near", references=["127.0.0.1", NOWHERE])
    assert found(alone, office) == ["reference-silent"]


def test_a_name_server_that_does_not_answer_is_named(alone: Namespace, office: Installation) -> None:
    alone.run(["ip", "route", "add", "default", "dev", "dark"])
    office.configure("monitor.toml", "mail", host="mail.example.org", sender="monitor@example.org")
    assert found(alone, office, resolver="127.0.0.53") == ["no-resolver", "no-references"]


def test_each_fault_has_its_own_words() -> None:
    assert codes(judged(WELL)) == ["ok"]
    assert codes(judged(replace(WELL, has_gateway=None))) == ["ok"], "a fleet on loopback needs none"
    for fault, code in ((NO_SUCH_NAME, "unknown-name"), (SILENT, "no-resolver")):
        (finding,) = judged(replace(WELL, names=(("mail.host", "mail.example.org", fault),)))
        assert finding.kind.code == f"network.{code}"
        assert "mail.host" in str(finding.mend) + str(finding.text)


def test_a_way_to_everywhere_is_read_from_the_kernels_tables() -> None:
    head = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT"
    default = "eth0 00000000 0101A8C0 0003 0 0 100 00000000 0 0 0"
    near = "eth0 0001A8C0 00000000 0001 0 0 100 00FFFFFF 0 0 0"
    assert is_default_4([head, near, default])
    assert not is_default_4([head, near])
    zeros, rest = "0" * 32, f"00 {'fe80' + '0' * 27 + '1'} 00000400 00000001 00000000 00000003"
    assert is_default_6([f"{zeros} 00 {zeros} {rest} eth0"])
    assert not is_default_6([f"{zeros} 00 {zeros} {rest} lo"]), "the kernel's own refusal"
