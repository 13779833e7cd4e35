"""`helpdesk`, `helpdesk test` and the line in `status`, as typed, against a played Zammad."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.alerts.helpdesks.registry import open_desk
from monitor.alerts.mirror.sync import Mirror, Outcome
from monitor.configuration import load
from tests.cli.typed import typed
from tests.desk import Desk
from tests.lab.desks import TOKEN
from tests.lab.zammad import Zammad


@pytest.fixture
def place(home: Path) -> Iterator[Zammad]:
    """A help desk that the office's configuration names."""
    with Zammad() as running:
        secret = home / "secret"
        secret.write_text(TOKEN)
        secret.chmod(0o600)
        named = f'kind = "zammad"\nurl = "{running.url}"\ntoken_file = "secret"\nqueue = "Service Desk"\n'
        file = home / "config" / "monitor.toml"
        file.write_text(file.read_text().replace('kind = ""', named))
        yield running


def mirror(home: Path, desk: Desk) -> None:
    """What the daemon does."""
    section = load(home / "config").monitor.helpdesk
    made = Mirror(desk.store, desk.office, open_desk(section, home), section.key, timedelta(minutes=1), desk.clock)
    while made.next() is Outcome.MORE:
        pass


def test_without_a_help_desk_it_says_so(home: Path, desk: Desk) -> None:
    assert "names none" in typed(home, "helpdesk").stdout
    assert typed(home, "helpdesk", "test").returncode == 1
    assert "Help desk" not in typed(home, "status").stdout


def test_it_shows_what_stands_there_and_what_is_owed(home: Path, desk: Desk, place: Zammad) -> None:
    mirror(home, desk)
    done = typed(home, "helpdesk")
    assert done.returncode == 0
    assert "Help desk: 1 ticket there\n" in done.stdout
    assert "BHR-2026-000001  open   22001         new" in done.stdout
    desk.act("BHR-2026-000001", "comment", "more")
    found = json.loads(typed(home, "helpdesk", "--json").stdout)
    assert (found["mirrored"], found["pending"], found["refused"]) == (1, 1, 0)
    assert found["tickets"][0]["owed"] == 1
    assert "Help desk: 1 ticket there, 1 pending (for" in typed(home, "status").stdout
    assert json.loads(typed(home, "status", "--json").stdout)["helpdesk"]["pending"] == 1


def test_a_refusal_shows_with_its_reason_and_as_the_exit_code(home: Path, desk: Desk, place: Zammad) -> None:
    place.queue = "elsewhere"
    mirror(home, desk)
    done = typed(home, "helpdesk")
    assert done.returncode == 1
    assert "1 refused: POST /tickets: 422 No lookup value found for 'group'" in done.stdout


def test_the_test_reaches_it_and_changes_nothing(home: Path, place: Zammad) -> None:
    done = typed(home, "helpdesk", "test")
    assert done.returncode == 0
    assert done.stdout == "Zammad, as 'monitor', group 'Service Desk': reached, nothing was changed.\n"
    assert {request.method for request in place.requests} == {"GET"}


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ('queue = "Service Desk"', 'queue = "Nobody"', 1, "has no group 'Nobody', but: Service Desk, Sales"),
        ('token_file = "secret"', 'token_file = "nowhere"', 3, "helpdesk.token_file: cannot be read"),
        ('kind = "zammad"', 'kind = "rt"', 1, "401 Invalid token!"),
    ],
)
def test_what_is_wrong_is_named(home: Path, place: Zammad, old: str, new: str, code: int, message: str) -> None:
    file = home / "config" / "monitor.toml"
    file.write_text(file.read_text().replace(old, new))
    done = typed(home, "helpdesk", "test")
    assert done.returncode == code
    assert message in done.stderr
    assert TOKEN not in done.stderr + done.stdout


def test_a_front_page_is_told_from_a_help_desk(home: Path, place: Zammad) -> None:
    place.misbehave("no json")
    done = typed(home, "helpdesk", "test")
    assert done.returncode == 1
    assert "no JSON. Is the address that of the help desk?" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_token_that_others_can_read_is_warned_of(home: Path, place: Zammad) -> None:
    (home / "secret").chmod(0o644)
    assert f"{home / 'secret'} can be read by others" in typed(home, "check").stdout
