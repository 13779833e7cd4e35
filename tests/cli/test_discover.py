"""`discover` in the lab: who answers becomes a proposal that the configuration accepts."""

import json
import socket
import subprocess
import tomllib
from pathlib import Path
from select import select

import pytest

from tests.lab.daemon import program
from tests.lab.fleet import many_sites, write_config
from tests.lab.network import Lab

ROUTER, KNOWN = "10.77.4.3", "10.77.2.1"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    write_config(
        folder, sites=many_sites(1), listen="127.0.0.1:9786", settings={"snmp": {"timeout_s": 0.5, "retries": 0}}
    )
    with (folder / "monitor.toml").open("a", encoding="utf-8") as monitor:
        for name, community in (("old", "away"), ("core", "public")):
            monitor.write(f'\n[snmp.v2c.{name}]\ncommunity_file = "{name}"\n')
            (tmp_path / name).write_text(community + "\n", encoding="utf-8")
            (tmp_path / name).chmod(0o600)
    return folder


def discover(lab: Lab, config: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return lab.monitor.run([program(), "--config", str(config), "discover", *words], check=False)


def test_who_answers_becomes_sites_that_the_configuration_accepts(lab: Lab, config: Path, tmp_path: Path) -> None:
    agent = tmp_path / "snmpd.conf"
    agent.write_text('rocommunity public\nsysName "Union Router 4"\nsysDescr made up\n', encoding="utf-8")
    lab.down("10.77.4.5")
    process = lab.hosts.popen(
        ["snmpd", "-f", "-Lo", "-C", "-c", str(agent), f"udp:{ROUTER}:161"],
        env={"SNMP_PERSISTENT_DIR": str(tmp_path / "persistent"), "MIBS": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        named = discover(lab, config, ROUTER, "--snmp", "old")
        done = discover(lab, config, "10.77.4.0/29", KNOWN, "--snmp", "old", "--snmp", "core")
    finally:
        process.kill()
        lab.up("10.77.4.5")

    assert "snmp" not in tomllib.loads(named.stdout)["sites"]["site-10-77-4-3"]["devices"]["gateway"]
    assert done.returncode == 0, done.stderr
    assert "6 of 7 addresses answered." in done.stderr
    assert "is already site-0000/gateway" in done.stdout
    proposed = tomllib.loads(done.stdout)["sites"]
    assert proposed["union-router-4"]["devices"]["gateway"] == {"address": ROUTER, "snmp": "core"}
    assert {site["devices"]["gateway"]["address"] for site in proposed.values()} == {
        f"10.77.4.{host}" for host in (1, 2, 3, 4, 6)
    }

    with (config / "sites.toml").open("a", encoding="utf-8") as sites:
        sites.write("\n" + done.stdout)
    checked = lab.monitor.run([program(), "--config", str(config), "check"], check=False)
    assert checked.returncode == 0, checked.stderr


def test_communities_are_shown_to_nobody_unless_they_are_named(lab: Lab, config: Path) -> None:
    def shown(*words: str) -> tuple[set[bytes], str]:
        """The versions and communities that whoever listens gets to see, and what is said to the operator."""
        done = discover(lab, config, ROUTER, *words)
        found = set()
        while select([listener], [], [], 0)[0]:
            data = listener.recv(9_000)
            found |= {word for word in (b"public", b"away", b"\x02\x01\x03\x30") if word in data}
        assert done.returncode == 0, done.stderr
        return found, done.stderr

    with lab.hosts.open_socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind((ROUTER, 161))
        found, said = shown()
        assert found == set()
        assert "Nobody was asked by SNMP" in said
        assert "--snmp old --snmp core" in said
        assert shown("--snmp", "core")[0] == {b"public"}

        with (config / "monitor.toml").open("a", encoding="utf-8") as monitor:
            monitor.write('\n[snmp.v3.signed]\nuser = "u"\nauth = "SHA-256"\nauth_key_file = "old"\n')
            monitor.write('priv = "AES-128"\npriv_key_file = "core"\n')
        found, said = shown()
        assert found == {b"\x02\x01\x03\x30"}, "a question of version 3 alone"
        assert "Nobody was asked" not in said


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["everywhere"], "'everywhere' is no range"),
        (["10.77.4.1/24"], "Did you mean 10.77.4.0/24?"),
        (["224.0.0.0/28"], "is no range of at most"),
        (["255.255.255.255"], "is no range of at most"),
        (["10.0.0.0/8"], "at most 65,536 hosts"),
        (["10.77.0.0/21"], "If you want that, say --yes"),
        (["10.77.4.1", "--snmp", "nobody"], "has no credentials of that name. Expected one of: core, old"),
    ],
)
def test_what_is_not_meant_is_not_asked(lab: Lab, config: Path, words: list[str], complaint: str) -> None:
    done = discover(lab, config, *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr


def test_programs_get_who_answered_and_what_is_known_already(lab: Lab, config: Path) -> None:
    done = discover(lab, config, ROUTER, KNOWN, "--json")
    found = json.loads(done.stdout)
    assert found["asked"] == 2
    assert {(one["address"], one["known_as"]) for one in found["found"]} == {
        (ROUTER, None),
        (KNOWN, "site-0000/gateway"),
    }
    assert all(one["rtt_ms"] > 0 for one in found["found"])
