"""`probe snmp` as an officer would use it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.cli.snmp import _print
from monitor.probes.snmp.reading import Facts, Reading
from tests.cli.typed import do
from tests.lab.agents import HOST, snmpd, snmpsim
from tests.places import RECORDINGS, SHIPPED


def secret(folder: Path, value: str, mode: int = 0o600) -> str:
    file = folder / "secret"
    file.write_text(value + "\n", encoding="utf-8")
    file.chmod(mode)
    return str(file)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with snmpsim(RECORDINGS) as port:
        yield port


def test_a_device_is_read_as_json(port: int, tmp_path: Path) -> None:
    done = do("probe", "snmp", f"{HOST}:{port}", "--community-file", secret(tmp_path, "eaton-93e-80"), "--json")

    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    expected = json.loads((RECORDINGS / "eaton-93e-80.json").read_text(encoding="utf-8"))
    assert {name: told[name] for name in expected} == expected
    assert told["ups_output"] == [{"upsOutputPercentLoad": load} for load in (21, 16, 12)]
    assert told["engine"] == {"snmpEngineTime": 674_241}


def test_a_device_is_read_for_people(port: int, tmp_path: Path) -> None:
    done = do("probe", "snmp", f"localhost:{port}", "--community-file", secret(tmp_path, "eaton-93e-80"))

    assert done.returncode == 0
    assert "UPS: battery normal, output from mains, 1092 min left, charge 100 %" in done.stdout
    assert "458769905" in done.stdout


def test_what_a_device_calls_itself_is_shown_as_it_is_and_commands_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    name, evil = "sw:on:1 00:ab:12 [red]x[/red]", "\x1b[2J\r\n\u202egnp.exe"
    port: Facts = {"ifIndex": 1, "ifName": name, "ifAlias": evil}
    _print(Reading({"sysName": name, "sysDescr": evil}, [port]))

    shown = capsys.readouterr().out
    assert shown.count(name) == 2
    assert shown.count("gnp.exe") == 2
    assert not {letter for letter in shown if not letter.isprintable()} - {"\n"}


@pytest.mark.parametrize("host", ["::1", "[::1]", "[::1]:9", "127.0.0.1:9", "localhost:9"])
def test_every_way_to_write_a_host_is_understood(tmp_path: Path, host: str) -> None:
    words = ["--community-file", secret(tmp_path, "of nobody"), "--timeout", "0.1", "--retries", "0"]
    done = do("probe", "snmp", host, *words)

    assert done.returncode == 1
    assert ("no agent listens at its port 9" if host.endswith(":9") else "no answer from") in done.stderr


def test_silence_says_what_it_may_mean(port: int, tmp_path: Path) -> None:
    words = ["--community-file", secret(tmp_path, "wrong"), "--timeout", "0.2", "--retries", "0"]
    done = do("probe", "snmp", f"{HOST}:{port}", *words)

    assert (done.returncode, done.stdout) == (1, "")
    assert "another community" in done.stderr
    assert "wrong" not in done.stderr


def test_a_secret_that_others_can_read_is_complained_of(port: int, tmp_path: Path) -> None:
    words = ["--community-file", secret(tmp_path, "eaton-93e-80", mode=0o644), "--json"]
    done = do("probe", "snmp", f"{HOST}:{port}", *words)

    assert done.returncode == 0
    assert "Expected mode 0600" in done.stderr
    assert "eaton" not in done.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["127.0.0.1"], "Expected either --community-file FILE or --v3 NAME"),
        (["127.0.0.1:0", "--community-file", "SECRET"], "'0' is no port"),
        (["127.0.0.1:x", "--community-file", "SECRET"], "'x' is no port"),
        (["127.0.0.1:", "--community-file", "SECRET"], "'' is no port"),
        (["127.0.0.1:١٦١", "--community-file", "SECRET"], "'١٦١' is no port"),
        (["[::1", "--community-file", "SECRET"], "'[::1' is no host. Expected HOST, HOST:PORT or [IPV6]:PORT"),
        (["", "--community-file", "SECRET"], "'' is no host"),
        (["224.0.0.1", "--community-file", "SECRET"], "224.0.0.1 is not the address of a device"),
        (["[::]:161", "--community-file", "SECRET"], ":: is not the address of a device"),
        (["no such host", "--community-file", "SECRET"], "neither an address nor a known name"),
        (["127.1", "--community-file", "SECRET"], "'127.1' is no whole address. Expected a name, or such as 10.0.0.1"),
        (["0x7f.1:161", "--community-file", "SECRET"], "'0x7f.1' is no whole address"),
        (["2130706433", "--community-file", "SECRET"], "'2130706433' is no whole address"),
        (["127.0.0.010", "--community-file", "SECRET"], "'127.0.0.010' is no whole address"),
        (["１２７。１", "--community-file", "SECRET"], "'１２７。１' is no whole address"),
        (["127.0.0.1", "--community-file", "/nowhere/at/all"], "--community-file: cannot be read"),
        (["127.0.0.1", "--v3", "core"], "there is no [snmp.v3.core]"),
    ],
)
def test_bad_words_are_refused(tmp_path: Path, words: list[str], complaint: str) -> None:
    file = secret(tmp_path, "public")
    done = do("probe", "snmp", *(file if word == "SECRET" else word for word in words))

    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def configured(folder: Path, section: str) -> Path:
    """The shipped configuration with that [snmp] section."""
    config = folder / "config"
    config.mkdir()
    for file in SHIPPED.glob("*.toml"):
        (config / file.name).write_bytes(file.read_bytes())
    with (config / "monitor.toml").open("a", encoding="utf-8") as monitor:
        monitor.write("\n" + section)
    return config


def test_a_user_of_version_3_is_taken_from_the_configuration(tmp_path: Path) -> None:
    for name, key in (("auth", "an authentication key"), ("priv", "a privacy key")):
        (tmp_path / name).write_text(key + "\n", encoding="utf-8")
        (tmp_path / name).chmod(0o600)
    section = """[snmp.v3.core]
user = "monitor"
auth = "SHA-256"
auth_key_file = "auth"
priv = "AES-128"
priv_key_file = "priv"
"""
    lines = ['createUser monitor SHA-256 "an authentication key" AES "a privacy key"', "rouser monitor authpriv"]
    with snmpd([*lines, "sysName far-end"]) as port:
        config = str(configured(tmp_path, section))
        done = do("--config", config, "probe", "snmp", f"{HOST}:{port}", "--v3", "core", "--json")

        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout)["system"]["sysName"] == "far-end"

        (tmp_path / "auth").write_text("another key altogether\n", encoding="utf-8")
        refused = do("--config", config, "probe", "snmp", f"{HOST}:{port}", "--v3", "core")

        assert refused.returncode == 1
        assert "does not accept these credentials" in refused.stderr
        assert "another key" not in refused.stderr


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ('user = "monitor"', "nothing is signed"),
        ('user = "monitor"\nauth = "SHA-256"\nauth_key_file = "k"', "nothing is encrypted"),
        ('user = "m"\nauth = "MD5"\nauth_key_file = "k"\npriv = "AES-128"\npriv_key_file = "k"', "MD5 is weak"),
        ('user = "m"\nauth = "SHA-256"', "Expected a protocol and the file of its key"),
    ],
)
def test_a_weak_user_has_to_be_allowed_by_name(tmp_path: Path, lines: str, complaint: str) -> None:
    config = configured(tmp_path, f"[snmp.v3.old]\n{lines}\n")
    refused = do("--config", str(config), "check")

    assert refused.returncode == 2
    assert complaint in refused.stderr

    with (config / "monitor.toml").open("a", encoding="utf-8") as monitor:
        monitor.write("allow_weak = true\n")
    assert (do("--config", str(config), "check").returncode == 0) == ("Expected a protocol" not in complaint)


@pytest.mark.parametrize("typed", ["canary", "canary" * 1_000, "canary/\\u0000"])
def test_a_secret_in_the_place_of_its_file_is_not_echoed(tmp_path: Path, typed: str) -> None:
    config = configured(tmp_path, f'[snmp.v2c.core]\ncommunity_file = "{typed}"\n')
    done = do("--config", str(config), "check")

    said = done.stdout + done.stderr
    assert "snmp.v2c.core.community_file: " in said
    assert "canary" not in said
    assert "Traceback" not in said
