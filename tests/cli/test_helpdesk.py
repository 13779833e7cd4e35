"""`helpdesk`, `helpdesk test` and the line in `status`, as typed, against a played Zammad."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.alerts.helpdesks.registry import open_desk
from monitor.alerts.mirror.sync import Mirror, Outcome
from monitor.charter.office import Office
from monitor.configuration import load, load_installation
from tests.cli.typed import typed
from tests.desk import Desk
from tests.lab.desks import TOKEN
from tests.lab.zammad import Zammad
from tests.settings import many_offices
from tests.settings.many_offices import change
from tests.store.migrated import new_store


def keys_of(desk: Zammad) -> str:
    return f'kind = "zammad"\nurl = "{desk.url}"\ntoken_file = "secret"\nqueue = "Service Desk"\n'


@pytest.fixture
def place(home: Path) -> Iterator[Zammad]:
    """A help desk that the office's configuration names."""
    with Zammad() as running:
        secret = home / "secret"
        secret.write_text(TOKEN)
        secret.chmod(0o600)
        change(home / "config" / "monitor.toml", 'kind = ""', keys_of(running))
        yield running


def mirror(home: Path, desk: Desk) -> None:
    """What the daemon does."""
    section = desk.office.helpdesk if desk.office.among else load(home / "config").monitor.helpdesk
    made = Mirror(desk.store, desk.office, open_desk(section, home), section.key, timedelta(minutes=1), desk.clock)
    while made.next() is Outcome.MORE:
        pass


@dataclass
class TwoDesks:
    """Three offices: Mirpur has a help desk of its own, the two others that of the installation."""

    home: Path
    shared: Zammad
    own: Zammad
    at: dict[str, Desk]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoDesks]:
    config = many_offices.installation(tmp_path)
    (tmp_path / "secret").write_text(TOKEN)
    (tmp_path / "secret").chmod(0o600)
    with Zammad() as shared, Zammad() as own:
        change(config / "monitor.toml", 'kind = ""', keys_of(shared))
        (config / "offices/mirpur/monitor.toml").write_text(f"[helpdesk]\n{keys_of(own)}")
        store = new_store(tmp_path / "var")
        found = load_installation(config).offices
        at = {id_: Desk(Office.of(settings), store.of(id_)) for id_, settings in found.items()}
        for id_, site in (("mirpur", "mirpur.pop"), ("gangni", "gangni.pop"), ("bheramara", "backbone-north")):
            at[id_].goes_down(site)
            at[id_].look()
        yield TwoDesks(tmp_path, shared, own, at)
        store.close()


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


def test_the_help_desks_of_all_offices_are_shown_each_with_its_own_figures(two: TwoDesks) -> None:
    for each in ("gangni", "mirpur"):
        mirror(two.home, two.at[each])
    two.at["mirpur"].act("MIR-2026-000001", "comment", "more")
    shown = typed(two.home, "--lang", "en", "helpdesk").stdout
    assert f"zammad {two.shared.url}\nBheramara, Gangni: Help desk: 1 ticket there\n" in shown
    assert f"zammad {two.own.url}\nMirpur: Help desk: 1 ticket there, 1 pending (for" in shown
    assert "GNG-2026-000001" in shown
    assert "MIR-2026-000001" in shown
    status = typed(two.home, "--lang", "en", "status").stdout
    assert "Bheramara, Gangni: Help desk: 1 ticket there\n" in status
    assert "Mirpur: Help desk: 1 ticket there, 1 pending (for" in status
    bangla = typed(two.home, "--lang", "bn", "status").stdout
    assert "মিরপুর" in bangla
    found = json.loads(typed(two.home, "status", "--json").stdout)["helpdesk"]
    assert (found["mirrored"], found["pending"]) == (2, 1)
    assert [(each["desk"], each["offices"], each["mirrored"], each["pending"]) for each in found["desks"]] == [
        (f"zammad {two.shared.url}", ["bheramara", "gangni"], 1, 0),
        (f"zammad {two.own.url}", ["mirpur"], 1, 1),
    ]


def test_one_office_is_shown_its_own_help_desk_alone(two: TwoDesks) -> None:
    for each in ("gangni", "mirpur"):
        mirror(two.home, two.at[each])
    shown = typed(two.home, "--lang", "en", "--office", "mirpur", "helpdesk").stdout
    assert shown.startswith(f"zammad {two.own.url}\nHelp desk: 1 ticket there\n")
    assert "GNG-" not in shown
    found = json.loads(typed(two.home, "--office", "mirpur", "helpdesk", "--json").stdout)
    assert (found["desk"], found["mirrored"]) == (f"zammad {two.own.url}", 1)
    assert [each["number"] for each in found["tickets"]] == ["MIR-2026-000001"]


def test_a_refusal_of_one_office_s_help_desk_is_the_exit_code_and_stays_with_it(two: TwoDesks) -> None:
    two.own.queue = "elsewhere"
    for each in ("gangni", "mirpur"):
        mirror(two.home, two.at[each])
    done = typed(two.home, "--lang", "en", "helpdesk")
    assert done.returncode == 1
    assert "Bheramara, Gangni: Help desk: 1 ticket there\n" in done.stdout
    assert "1 refused: POST /tickets: 422" in done.stdout
    assert typed(two.home, "--office", "gangni", "helpdesk").returncode == 0


def test_what_an_office_has_left_at_a_help_desk_that_it_no_longer_uses_is_not_counted_there(two: TwoDesks) -> None:
    for each in ("gangni", "mirpur"):
        mirror(two.home, two.at[each])
    (two.home / "config/offices/mirpur/monitor.toml").unlink()
    found = json.loads(typed(two.home, "helpdesk", "--json").stdout)
    assert (found["desk"], found["mirrored"], found["desks"][0]["offices"]) == (
        f"zammad {two.shared.url}",
        1,
        ["bheramara", "mirpur", "gangni"],
    )


def test_the_test_reaches_each_and_names_those_that_it_does_not(two: TwoDesks) -> None:
    done = typed(two.home, "--lang", "en", "helpdesk", "test")
    assert (done.returncode, done.stdout.count("reached, nothing was changed")) == (0, 2)
    two.own.misbehave("no json")
    done = typed(two.home, "--lang", "en", "helpdesk", "test")
    assert (done.returncode, done.stdout.count("reached, nothing was changed")) == (1, 1)
    assert two.own.url in done.stderr
