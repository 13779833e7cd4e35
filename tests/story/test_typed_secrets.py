"""Secrets of a whole installation, through every failure that can be forced: each stands where it was typed alone."""

import re
from pathlib import Path

import pytest

from monitor.configuration import load_installation
from monitor.settings import in_force
from monitor.settings.in_force import InForce
from tests.cli.typed import typed
from tests.doctor.installation import Installation
from tests.story import canaries
from tests.story.canaries import Planted, planted

COMMANDS = (
    ("check",),
    ("status",),
    ("status", "--json"),
    ("doctor",),
    ("doctor", "--json"),
    ("helpdesk",),
    ("helpdesk", "test"),
    ("outbox",),
    ("events",),
    ("backup", "now"),
    ("reload",),
)
SENDING = (
    ("me@example.org", "--kind", "opened"),
    ("01711000000", "--by", "sms"),
    ("secrets/canary-of-apprise", "--by", "apprise"),
    ("http://am:canary-of-alerts@127.0.0.1:1/", "--by", "alertmanager"),
)


def test_every_key_that_names_a_secret_has_a_canary_in_these_tests() -> None:
    assert canaries.secret_keys() == {*canaries.FILES}


def test_every_key_that_is_called_as_a_secret_names_a_file_with_it() -> None:
    called = canaries.keys_called("password", "secret", "token", "community", "key", "passphrase", "pin")
    assert called - canaries.secret_keys() == set()


def test_no_command_tells_a_secret_whatever_servers_repeat(tmp_path: Path) -> None:
    with planted(tmp_path) as found:
        Installation(tmp_path).has_run()
        told = {words: _tells_none(found, *words) for words in COMMANDS}
        assert "*** is /monitor/***" in re.sub(r"\s+", " ", told[("doctor", "--json")]), "it was repeated"
        assert "***" in told[("helpdesk", "test")]
        assert found.files_with_one() == []


@pytest.mark.long
@pytest.mark.timeout(300)
def test_no_sample_that_is_refused_tells_a_secret(tmp_path: Path) -> None:
    with planted(tmp_path) as found:
        told = [_tells_none(found, "notify", "test", *words) for words in SENDING]
        assert ["***" in each for each in told] == [True, True, False, False]
        assert found.files_with_one() == []


def test_the_copy_of_the_configuration_in_force_holds_no_secret(tmp_path: Path) -> None:
    with planted(tmp_path) as found:
        sources: dict[str, bytes] = {}
        load_installation(tmp_path / "config", sources)
        files = in_force.without_secrets(sources)
        in_force.write(tmp_path, InForce(str(tmp_path / "config"), files, "this run", 1, "1", 7))
        assert found.found_in(_unnamed((tmp_path / in_force.FILE).read_text())) == []


def test_a_fault_beside_a_secret_and_a_server_that_is_away_tell_none(tmp_path: Path) -> None:
    with planted(tmp_path) as found:
        monitor = tmp_path / "config" / "monitor.toml"
        whole = monitor.read_text()
        for fault, text in canaries.spoilt(whole).items():
            monitor.write_text(text)
            assert re.search(r"monitor\.toml:\d+|mail\.password_file: cannot be read", _tells_none(found, "check")), (
                fault
            )
        monitor.write_text(whole)
        canaries.on_server(found, "postgresql+psycopg://monitor@127.0.0.1:1/bheramara?sslmode=disable")
        for words in (("check",), ("status",), ("backup",), ("db", "copy", "file:", "config")):
            _tells_none(found, *words)
        # what belongs into a file is typed into the address, or on the command line
        for url in (
            "postgresql+psycopg://monitor:canary-of-storage@127.0.0.1:1/b",
            "postgresql://u:canary-of-storage@[",
        ):
            canaries.on_server(found, url)
            _tells_none(found, "check")
            monitor.write_text(whole)
            _tells_none(found, "db", "copy", "var/monitor.db", url)


@pytest.mark.parametrize("name", ["page_url", "runbook_url"])
def test_an_address_that_letters_show_carries_no_password(tmp_path: Path, name: str) -> None:
    with planted(tmp_path) as found:
        Installation(tmp_path).configure("monitor.toml", "mail", **{name: "https://u:canary-of-mail@h.example/"})
        assert re.search(rf"mail\.{name}: (carries a user|.*ব্যবহারকারী)", _tells_none(found, "check"))


def _tells_none(found: Planted, *words: str) -> str:
    """Does that command, and returns what it said."""
    done = typed(found.home, *words)
    said = done.stdout + done.stderr
    assert found.found_in(_unnamed(said)) == [], (words, said)
    return said


def _unnamed(said: str) -> str:
    """Without the paths of secrets' files, which may be told and here are called as the secrets are."""
    return re.sub(r"secrets/[\w-]+", "", said)
