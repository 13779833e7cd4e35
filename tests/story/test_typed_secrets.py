"""Secrets of a whole installation, through every failure that can be forced: each stands where it was typed alone."""

import http.client
import re
import socket
import ssl
import tomllib
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.configuration import load_installation
from monitor.settings import in_force
from monitor.settings.in_force import InForce
from monitor.settings.storage_section import Place
from monitor.store.retention import back_up
from tests.cli.typed import typed
from tests.doctor.installation import Installation
from tests.lab.daemon import Daemon
from tests.lab.fleet import FAST, drill_charter, many_sites
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.story import canaries
from tests.story.canaries import Planted, planted
from tests.story.overhearing import PlayedJournal, Relatives

REFUSALS = ("535 5.7.8 no: AUTH PLAIN ***", "/raw: this is no HTTP", "Apprise", "403 Forbidden")
LINK = "10.77.2.1"  # of site-0000
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


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kept", ["text", "json", "journal"])
def test_the_daemon_writes_no_secret_whatever_servers_repeat(lab: Lab, tmp_path: Path, kept: str) -> None:
    def listening() -> socket.socket:
        opened = lab.monitor.open_socket(socket.AF_INET, socket.SOCK_STREAM)
        opened.bind(("127.0.0.1", 0))
        opened.listen(64)
        return opened

    with (
        PlayedJournal() as journal,
        Daemon(lab, tmp_path, command=journal.command if kept == "journal" else ()) as daemon,
        planted(tmp_path, listening) as found,
    ):
        monitor = configured_for_the_lab(daemon)
        if kept == "json":
            Installation(tmp_path).configure("monitor.toml", "log", format="json")
        lab.down(LINK)
        (tmp_path / "temporary").mkdir()
        daemon.start(ready_within_s=None, environment={"TMPDIR": str(tmp_path / "temporary")})

        def logged() -> str:
            return daemon.log() + journal.text()

        until(lambda: "page_up" in logged(), "the page", 60)
        with Relatives(daemon.pid) as relatives:

            def all_refused() -> bool:
                rows = daemon.rows("SELECT last_error FROM notices WHERE last_error <> ''")
                said = "\n".join(str(row["last_error"]) for row in rows)
                return all(refusal in said for refusal in REFUSALS)

            until(all_refused, "the refusal of every channel", 300)
            until(lambda: "heartbeat_failed" in logged(), "the heartbeat's refusal", 60)
            whole = monitor.read_text()
            for fault, text in canaries.spoilt(whole).items():
                if fault == canaries.ACCEPTED:
                    continue
                monitor.write_text(text)
                said = daemon.run("reload")
                assert found.found_in(_unnamed(said.stdout + said.stderr)) == []
                monitor.write_text(whole)
        pages = "".join(page_of(daemon, path) for path in ("/", "/metrics", "/health", "/api/v1/status"))
        back_up(Place(daemon.home / "var"), daemon.home / "var" / "backups", datetime.now(UTC), 7)
        daemon.stop()

        assert "upazila_" in pages
        assert ("UPAZILA_EVENT=page_up" in journal.text()) == (kept == "journal")
        assert any("monitor.alerts.channels.apprise" in each for each in relatives.seen)
        assert any("monitor.runtime.subprocess_load" in each for each in relatives.seen)
        assert found.found_in(_unnamed(pages + "".join(relatives.seen) + logged())) == []
        assert [each for each in found.files_with_one() if not each.startswith("var/in-force.json")] == []
        assert found.found_in(_unnamed((daemon.home / "var" / "in-force.json").read_text())) == []


def configured_for_the_lab(daemon: Daemon) -> Path:
    """Has ten sites of the lab probed fast, promised within seconds, and all told at once; returns monitor.toml."""
    office = Installation(daemon.home)
    (office.config / "charter.toml").write_text(drill_charter(3), encoding="utf-8")
    services = services_of(office.config)
    (office.config / "sites.toml").write_text(many_sites(10), encoding="utf-8")
    for name, service in services.items():
        office.configure("sites.toml", f"sites.site-0001.services.{name}", **service)
    for section in ("probing", "judging", "tickets", "notices"):
        office.configure("monitor.toml", section, **FAST[section])
    office.configure("monitor.toml", "mail", retry_s=1)
    office.configure("monitor.toml", "log", level="debug")
    office.configure("monitor.toml", "web", listen=daemon.listen)
    return office.config / "monitor.toml"


def services_of(config: Path) -> dict[str, dict[str, str]]:
    """The pages with a secret in their addresses, by name."""
    found: dict[str, dict[str, str]] = tomllib.loads((config / "sites.toml").read_text())["sites"]["backbone-north"][
        "services"
    ]
    return found


def page_of(daemon: Daemon, path: str) -> str:
    """What its page answers, over TLS that nobody vouches for."""
    context = ssl._create_unverified_context()
    with closing(http.client.HTTPSConnection(daemon.listen, timeout=30, context=context)) as connection:
        connection.request("GET", path)
        return connection.getresponse().read().decode()


def test_a_page_that_is_asked_by_hand_is_told_without_the_secrets_in_its_address(tmp_path: Path) -> None:
    with planted(tmp_path) as found:
        urls = {name: service["url"] for name, service in services_of(tmp_path / "config").items()}
        for name, why in {"page": "403", "raw": "no HTTP", "led": "redirects_nowhere"}.items():
            said = _tells_none(found, "probe", "http", urls[name], "--json")
            assert why in said
            assert "http://***@127.0.0.1:" in said
            _tells_none(found, "probe", "http", urls[name])


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


def test_a_secret_typed_in_place_of_the_path_of_its_file_is_told_by_its_key_alone(tmp_path: Path) -> None:
    found = Planted(tmp_path, {"typed": "canary-typed-in-place"})
    office = Installation.made_in(tmp_path)
    office.has_run()
    office.configure("monitor.toml", "mail", host="127.0.0.1", username="monitor", sender="monitor@office.example",
                     password_file=found.canaries["typed"])  # fmt: skip
    office.configure("monitor.toml", "helpdesk", kind="rt", url="https://127.0.0.1:1/", queue="q",
                     token_file=found.canaries["typed"])  # fmt: skip
    office.configure("monitor.toml", "snmp.v2c.one", community_file=found.canaries["typed"])
    for words in (("check",), ("status",), ("doctor",), ("helpdesk", "test"), ("notify", "test", "me@example.org")):
        assert "nothing was started" not in _tells_none(found, *words)
    for typed_in in (
        ("user", "add", "rahima", "--role", "officer", "--password-file", found.canaries["typed"]),
        ("probe", "snmp", "127.0.0.1:1", "--community-file", found.canaries["typed"]),
    ):
        said = _tells_none(found, *typed_in)
        assert f"{typed_in[-2]}: cannot be read" in re.sub(r"\s+", " ", said)
    url = "postgresql+psycopg://monitor@127.0.0.1:1/bheramara?sslmode=disable"
    office.configure("monitor.toml", "storage", url=url, password_file=found.canaries["typed"])
    for words in (("check",), ("status",), ("doctor",)):
        _tells_none(found, *words)
    said = _tells_none(found, "backup", "create")
    assert "storage.password_file: cannot be read" in re.sub(r"\s+", " ", said)
