"""`db copy` as typed."""

import json
from pathlib import Path

import pytest

from monitor.configuration import load
from monitor.settings.storage_section import Place
from monitor.store.lock import only_daemon
from monitor.store.opening import existing_store
from monitor.store.queries import tickets
from tests.cli.typed import typed
from tests.desk import Desk
from tests.store import servers


def test_an_office_moves_to_a_server_and_goes_on_there(home: Path, desk: Desk, tmp_path: Path) -> None:
    desk.store.close()
    state = load(home / "config").state
    url = servers.empty_of(tmp_path / "there").url
    (home / "word").write_text("of no user who needs one\n")
    done = typed(home, "--lang", "en", "db", "copy", str(state), url, "--password-file", str(home / "word"))
    assert done.returncode == 0, done.stderr
    assert f'in [storage] of monitor.toml: url = "{url}", password_file = "{home / "word"}". Then' in done.stdout
    monitor = home / "config" / "monitor.toml"
    monitor.write_text(monitor.read_text().replace('\nurl = "" ', f'\nurl = "{url}" ', 1))
    assert "BHR-2026-000001" in typed(home, "tickets").stdout
    out = typed(home, "--lang", "en", "db", "copy", url, str(home / "out"), "--password-file", str(home / "word"))
    assert "Next, take url, password_file out of [storage] in monitor.toml." in out.stdout

    back = json.loads(typed(home, "db", "copy", url, str(home / "back"), "--json").stdout)
    assert back["tables"]["tickets"]["rows"] == 1
    assert back["rows"] == sum(each["rows"] for each in back["tables"].values())
    store = existing_store(home / "back", None)
    with store.read() as session:
        assert [each.number for each in tickets(session, limit=9)] == ["BHR-2026-000001"]
    store.close()


@pytest.mark.parametrize("runs", ["there", "here"])
def test_while_a_daemon_runs_nothing_is_copied(home: Path, desk: Desk, runs: str) -> None:
    state, target = load(home / "config").state, home / "new"
    with only_daemon(state if runs == "there" else target):
        done = typed(home, "db", "copy", str(state), str(target))
    assert (done.returncode, done.stdout) == (3, "")
    assert "another daemon already works in" in done.stderr
    assert not (target / "monitor.db").exists()


@pytest.mark.parametrize(
    ("begin", "end", "says"),
    [
        ("nowhere", "new", "FROM: there is no folder nowhere"),
        ("var", "var", "FROM and TO are the same"),
        ("var", "postgresql://monitor@db/upazila", "TO: is no address of a database. Expected postgresql+psycopg://"),
        ("var", "postgresql+psycopg://monitor:word@db/upazila", "TO: holds a password"),
        ("var", "postgresql+psycopg://monitor@/upazila", "TO: lacks the host"),
    ],
)
def test_what_is_typed_wrongly_is_said(home: Path, desk: Desk, begin: str, end: str, says: str) -> None:
    places = [str(home / each) if each in {"var", "new"} else each for each in (begin, end)]
    done = typed(home, "db", "copy", *places)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "word" not in done.stderr.replace("password", "")


def test_a_server_that_is_away_is_told_and_nothing_is_made(home: Path, desk: Desk) -> None:
    place = Place(home / "var")
    done = typed(home, "db", "copy", str(place.state), f"postgresql+psycopg://monitor@/upazila?host={home}")
    assert done.returncode == 3
    assert f"upazila on {home}" in done.stderr
