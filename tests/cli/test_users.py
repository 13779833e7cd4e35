"""Users of the console as added, changed and listed by command; and that no command acts in their name."""

import json
import os
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.people import PASSWORD, enter
from tests.cli.typed import typed
from tests.desk import Desk

NEW = ("--role", "officer")


def written(home: Path, password: str = PASSWORD) -> str:
    """A file with a password in its first line."""
    file = home / "password"
    file.write_text(f"{password}\n", encoding="utf-8")
    return str(file)


def users(home: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(typed(home, "user", "list", "--json").stdout)
    return found


def test_a_user_is_added_with_a_password_and_logs_in(home: Path, desk: Desk) -> None:
    assert typed(home, "user", "list").stdout.startswith("No users.")
    done = typed(home, "user", "add", "rahim", *NEW, "--password-file", written(home), "--kind", "lab", "--lang", "en")
    assert (done.returncode, done.stdout) == (0, "User rahim: officer, Labs; enabled.\n")
    (user,) = users(home)
    assert (user["name"], user["role"], user["kinds"], user["lang"]) == ("rahim", "officer", ["lab"], "en")
    assert "rahim" in typed(home, "user", "list").stdout
    assert enter(desk, "rahim").token


def test_without_a_password_a_link_is_printed_that_is_good_once(home: Path, desk: Desk) -> None:
    done = typed(home, "user", "add", "rahim", *NEW, "--json")
    document = json.loads(done.stdout)
    assert document["invitation"].startswith("/invite/")
    assert not document["password"]
    first, second = (typed(home, "user", "passwd", "rahim").stdout.splitlines() for _ in range(2))
    assert first[0] == "User rahim: officer, all sites; invited."
    assert first[1] != second[1]


def test_a_changed_password_ends_sessions_and_the_second_factor_is_turned_off_on_request(
    home: Path, desk: Desk
) -> None:
    from tests.accounts.people import with_second_factor

    typed(home, "user", "add", "rahim", *NEW, "--password-file", written(home))
    with_second_factor(desk, "rahim")
    assert users(home)[0]["second_factor"]
    other = "a different calm river bank"
    done = typed(home, "user", "passwd", "rahim", "--password-file", written(home, other), "--no-second-factor")
    assert done.returncode == 0, done.stderr
    assert not users(home)[0]["second_factor"]
    assert enter(desk, "rahim", other).token


def test_sessions_are_listed_and_ended(home: Path, desk: Desk) -> None:
    typed(home, "user", "add", "rahim", *NEW, "--password-file", written(home))
    assert typed(home, "user", "sessions").stdout == "No sessions.\n"
    now = desk.clock.utc()
    desk.clock.now_utc = _machines_time()
    token = enter(desk, "rahim").token
    assert token
    (row,) = json.loads(typed(home, "user", "sessions", "--json").stdout)
    assert (row["user"], row["address"]) == ("rahim", "192.0.2.7")
    assert token not in typed(home, "user", "sessions", "rahim").stdout
    assert typed(home, "user", "sessions", "rahim", "--end").stdout == "1 session has ended.\n"
    assert typed(home, "user", "sessions", "--json").stdout == "[]\n"
    desk.clock.now_utc = now


def _machines_time() -> Any:
    from monitor.domain.clock import SystemClock

    return SystemClock().utc()


def test_a_user_is_changed_disabled_and_enabled_by_the_version_that_was_seen(home: Path, desk: Desk) -> None:
    typed(home, "user", "add", "rahim", *NEW, "--kind", "lab")
    version = str(users(home)[0]["version"])
    changed = typed(home, "user", "change", "rahim", "--kind", "", "--role", "viewer", "--seen", version)
    assert changed.stdout == "User rahim: viewer, all sites; invited.\n"
    assert typed(home, "user", "disable", "rahim", "--seen", version).returncode == 1
    assert typed(home, "user", "disable", "rahim").stdout.endswith("; disabled.\n")
    assert typed(home, "user", "enable", "rahim").stdout.endswith("; invited.\n")
    assert typed(home, "user", "change", "rahim").returncode == 2


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (
            ["add", "rahim", "--role", "king"],
            2,
            "'king' is not one of 'viewer',",
        ),
        (["add", "two words", *NEW], 2, "NAME: found 'two words'. Expected 2 to 64 English or Bangla letters"),
        (["add", "rahim", *NEW, "--kind", "pond"], 2, "--kind: found 'pond'. Expected one of: backbone, "),
        (["add", "rahim", *NEW, "--union", "nowhere"], 2, "--union: no union of that name. Expected one of: "),
        (["add", "rahim", *NEW, "--email", "x"], 2, "--email: 'x' is not an e-mail address."),
        (["add", "rahim", *NEW, "--lang", "fr"], 2, "--lang: found 'fr'. Expected one of: bn, en"),
        (["add", "rahim", *NEW, "--password-file", "none"], 2, "--password-file: cannot be read"),
        (["add", "KARIM", *NEW], 2, "NAME: there is a user KARIM already."),
        (["passwd", "nobody"], 1, "there is no user nobody."),
        (["disable", "nobody"], 1, "there is no user nobody."),
        (["sessions", "nobody"], 1, "there is no user nobody."),
        (["disable", "karim"], 1, "karim is the last administrator who can log in."),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_stored(
    home: Path, desk: Desk, words: list[str], code: int, message: str
) -> None:
    typed(home, "user", "add", "karim", "--role", "admin", "--password-file", written(home))
    before = users(home)
    done = typed(home, "user", *words)
    assert done.returncode == code
    assert message in done.stderr
    assert users(home) == before


@pytest.mark.parametrize("password", ["short", "password2026", "rahim.rahim.rahim"])
def test_a_weak_password_adds_nobody(home: Path, desk: Desk, password: str) -> None:
    done = typed(home, "user", "add", "rahim", *NEW, "--password-file", written(home, password))
    assert done.returncode == 2
    assert done.stderr.startswith("--password-file: ")
    assert password not in done.stderr
    assert users(home) == []


RAYHAN = "\u09b0\u09be\u09df\u09b9\u09be\u09a8"


@pytest.mark.parametrize(
    "alias", ["rahim", "RAHIM", " Rahim ", "ra\u200bhim", RAYHAN, unicodedata.normalize("NFD", RAYHAN)]
)
def test_no_command_acts_in_the_name_of_a_console_user(home: Path, desk: Desk, alias: str) -> None:
    desk.goes_down("backbone-north")
    typed(home, "user", "add", "rahim", *NEW)
    typed(home, "user", "add", RAYHAN, *NEW)
    for words in (
        ("ticket", "ack", "1"),
        ("ticket", "comment", "1", "-m", "x"),
        ("ticket", "new", "--by", "phone", "--from", "A", "--text", "x", "--service", "6"),
        ("maintenance", "add", "w", "-m", "x", "--everywhere", "--minutes", "9"),
        ("clock", "trust"),
        ("user", "add", "karim", *NEW),
        ("token", "add", "karim", "--scope", "status:read"),
    ):
        done = typed(home, *words, "--as", alias)
        assert done.returncode == 2, words
        assert "is a user of the console, and acts there." in done.stderr
    assert len(users(home)) == 2
    assert json.loads(typed(home, "token", "list", "--json").stdout) == []


def test_commands_act_as_the_system_user_and_say_so(home: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "rahim")  # who may have that name on this machine, too
    desk.goes_down("backbone-north")
    typed(home, "user", "add", "rahim", *NEW)
    number = desk.tickets()[0][0]
    assert typed(home, "ticket", "ack", number).returncode == 0
    assert typed(home, "ticket", "comment", number, "-m", "x", "--as", "karim").returncode == 0
    story = json.loads(typed(home, "ticket", "show", number, "--json").stdout)
    assert [event["actor"] for event in story["events"]][-2:] == ["cli:rahim", "cli:karim"]


@pytest.mark.parametrize("kind", ["pipe", "folder", "empty"])
def test_a_password_file_that_has_no_first_line_holds_nobody_up(home: Path, desk: Desk, kind: str) -> None:
    file = home / "password"
    match kind:
        case "pipe":
            os.mkfifo(file)
        case "folder":
            file.mkdir()
        case "empty":
            file.touch()
    done = typed(home, "user", "add", "rahim", *NEW, "--password-file", str(file))
    assert done.returncode == 2
    assert done.stderr.startswith("--password-file: ")
    assert users(home) == []
