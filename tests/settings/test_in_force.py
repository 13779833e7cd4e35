"""The configuration in force: written whole, private, without secrets, and found by commands whatever is on disk."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from monitor.configuration import KINDS, load_installation
from monitor.settings import in_force
from monitor.settings.in_force import InForce
from tests.places import SHIPPED


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of the shipped configuration, with a heartbeat whose address is a secret."""
    shutil.copytree(SHIPPED, tmp_path / "config")
    monitor = tmp_path / "config" / "monitor.toml"
    empty, secret = '[heartbeat]\nurl = ""', '[heartbeat]\nurl = "https://me:pa55@ping.example/5f1c-secret?k=hidden"'
    assert empty in monitor.read_text()
    monitor.write_text(monitor.read_text().replace(empty, secret))
    return tmp_path / "config"


def kept(directory: Path) -> InForce:
    sources: dict[str, bytes] = {}
    load_installation(directory, sources)
    files = in_force.without_secrets(sources)
    pid = os.getpid()
    return InForce(str(directory.absolute()), files, "this run", pid, in_force.started_of(pid), 7)


def test_what_is_written_is_read_back_and_is_for_its_owner_only(directory: Path) -> None:
    found = kept(directory)
    in_force.write(directory.parent, found)
    in_force.write(directory.parent, found)  # over the one before
    path = directory.parent / in_force.FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert in_force.read(directory.parent) == found
    assert found.lives


def test_no_secret_of_an_address_is_kept_and_all_else_is_as_it_was(directory: Path) -> None:
    found = kept(directory)
    for secret in ("pa55", "5f1c-secret", "hidden"):
        assert secret not in json.dumps(found.files)
    kept_again = in_force.installation_of(found, directory, KINDS)
    assert kept_again is not None
    before, after = load_installation(directory).host, kept_again.host
    assert after.monitor.heartbeat.url == "https://ping.example/"
    same = after.monitor.model_copy(update={"heartbeat": before.monitor.heartbeat})
    assert (after.fleet, after.charter, after.calendar, same) == (
        before.fleet,
        before.charter,
        before.calendar,
        before.monitor,
    )
    assert after.state == before.state


def test_a_servers_address_is_kept_whole_for_it_holds_no_secret_and_is_needed(directory: Path) -> None:
    url = "postgresql+psycopg://monitor@db.example/bheramara?sslmode=verify-full"
    monitor = directory / "monitor.toml"
    text = monitor.read_text()
    monitor.write_text(re.sub('^url = ""  .*PostgreSQL', f'url = "{url}"  # PostgreSQL', text, flags=re.MULTILINE))
    after = in_force.installation_of(kept(directory), directory, KINDS)
    assert after is not None
    assert after.host.monitor.storage.url == url


def test_of_two_addresses_that_begin_alike_both_lose_their_secrets(directory: Path) -> None:
    monitor = directory / "monitor.toml"
    first = "https://am:pa66@alerts.example/"
    more = "".join(
        f'[recipients.{name}]\nchannel = "alertmanager"\nurl = "{url}"\n'
        for name, url in (("first", first), ("second", f"{first}?token=hidden-too"))
    )
    monitor.write_text(f"{monitor.read_text()}\n{more}")
    kept_text = kept(directory).files["monitor.toml"]
    assert "https://alerts.example/" in kept_text
    assert not [secret for secret in ("pa66", "hidden-too") if secret in kept_text]


def test_no_secret_of_a_pages_address_is_kept_nor_what_stands_in_a_comment(directory: Path) -> None:
    sites = directory / "sites.toml"
    page = '\n[sites.backbone-north.services.page]\nkind = "http"\nurl = "https://me:pa77@page.example/a?key=hid"\n'
    sites.write_text(f'{sites.read_text()}{page}body = "no # comment"\n')
    monitor = directory / "monitor.toml"
    monitor.write_text(f"{monitor.read_text()}\n# url = 'https://ping.example/pa88' # of last year\n")
    found = kept(directory)
    assert 'url = "https://page.example/a"' in found.files["sites.toml"]
    assert 'body = "no # comment"' in found.files["sites.toml"]
    assert not [secret for secret in ("pa77", "hid", "pa88") if secret in " ".join(found.files.values())]
    lines = monitor.read_text().count("\n")
    assert found.files["monitor.toml"].count("\n") == lines, "what is told of a line is told of the right one"


def test_an_address_whose_secret_cannot_be_cut_out_is_not_kept(directory: Path) -> None:
    monitor = directory / "monitor.toml"
    monitor.write_text(monitor.read_text().replace("https://me:pa55@", "https:\\u002f/me:pa55@"))
    with pytest.raises(ValueError, match="holds a secret"):
        kept(directory)


def test_another_folder_s_configuration_is_not_taken(directory: Path, tmp_path: Path) -> None:
    assert in_force.installation_of(kept(directory), tmp_path / "other", KINDS) is None


def test_a_process_that_is_gone_or_whose_number_another_has_does_not_live(directory: Path) -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    assert in_force.started_of(child) == ""
    assert not InForce("", {}, "", os.getpid(), "1", 0).lives


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, '{"format": 2}', '{"format": 1}'])
def test_a_damaged_file_is_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / in_force.FILE).write_text(text)
    assert in_force.read(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ('[storage]\ndirectory = "kept"\n', "kept"),
        ('[storage] # where\nkeep_days = 90\ndirectory = "kept"\n[probing\necho', "kept"),
        ("[web\n[storage]\ndirectory = 'kept'\n[mail]\ndirectory = \"not this\"", "kept"),
        ('[mail]\ndirectory = "not this"\n"', "var"),
        ("[storage]\ndirectory = 3\n", "var"),
        ("storage = 3\n", "var"),
        ("", "var"),
    ],
)
def test_a_half_edited_file_still_tells_where_the_state_is(tmp_path: Path, text: str, folder: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "monitor.toml").write_text(text)
    assert in_force.state_of(tmp_path / "config") == tmp_path / folder


def test_two_machines_compare_what_they_watch_and_neither_paths_nor_addresses_of_their_own() -> None:
    files = {"sites.toml": b"[sites.core]\n", "offices/one/charter.toml": b"x\n", "monitor.toml": b"[daemon]\n"}
    digest = in_force.watched(in_force.contents(files))
    assert len(digest) == 64
    assert (
        in_force.watched(in_force.contents(files | {"monitor.toml": b"other", "offices/one/monitor.toml": b"x"}))
        == digest
    )
    assert in_force.watched(in_force.contents(files | {"sites.toml": b"[sites.core]\r\n"})) == digest, (
        "it was copied by Windows"
    )
    for other in ({"sites.toml": b"[sites.hub]\n"}, {"offices/one/charter.toml": b"y"}, {"calendar.toml": b""}):
        assert in_force.watched(in_force.contents(files | other)) != digest
    assert in_force.watched({}) == ""
