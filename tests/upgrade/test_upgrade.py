"""An office that ran the released version goes on with this one, and this one's does not go back by mistake.

The office is a recorded one (`recording.py` let it live); what it must still say is what it said itself.
"""

import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.clock import SystemClock
from package.source import RELEASED, at_commit
from tests.cli.typed import typed
from tests.lab.clock import WallClock
from tests.lab.daemon import Daemon
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.upgrade.recording import CUT, editions

OFFICE = Path(__file__).with_name(f"office-{RELEASED.version}.tar.gz")


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """The folder of the recorded office, as its version left it."""
    home = tmp_path / "office"
    home.mkdir()
    with tarfile.open(OFFICE) as kept:
        kept.extractall(home)
    return home


@pytest.fixture
def said(office: Path) -> dict[str, Any]:
    """What that version said of it."""
    found: dict[str, Any] = json.loads((office / "said.json").read_text())
    return found


def asked(home: Path, *words: str) -> Any:
    done = typed(home, *words, "--json")
    assert done.stderr == ""
    return json.loads(done.stdout)


def only(rows: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    """Of each row what must not change; what later versions know besides is their own."""
    return [{name: row[name] for name in names} for row in rows]


DAY = timedelta(days=1)
TICKET = ("number", "service", "site", "state", "opened_utc", "deadline_utc")
OUTAGE = ("site", "started_utc", "ended_utc", "deadline_utc")
LETTER = ("id", "message_id", "kind", "recipient", "state")
EVENT = ("at_utc", "site", "kind")


def keeps(home: Path, said: dict[str, Any]) -> None:
    """Fails unless the office says now what it said then."""
    for name, words, facts in (
        ("tickets", ("tickets",), TICKET),
        ("outages", ("outages",), OUTAGE),
        ("letters", ("outbox",), LETTER),
        ("users", ("user", "list"), ("name", "role")),
        ("tokens", ("token", "list"), ("name", "scopes")),
    ):
        assert said[name], f"nothing was recorded of {name}"
        assert only(asked(home, *words), *facts) == only(said[name], *facts), name
    assert {act["kind"] for act in asked(home, "audit", "list")} == {act["kind"] for act in said["acts"]}
    assert only(asked(home, "events"), *EVENT) == only(said["events"], *EVENT)


def test_the_recorded_configuration_is_still_a_configuration(office: Path) -> None:
    done = typed(office, "check")
    assert done.returncode == 0, done.stderr


def test_tickets_letters_users_and_history_are_still_there_and_the_chain_is_whole(
    office: Path, said: dict[str, Any]
) -> None:
    keeps(office, said)
    now = asked(office, "audit", "verify", "--head", said["audit"]["head"])
    assert (now["fault"], now["events"], now["acts"]) == ("", said["audit"]["events"], said["audit"]["acts"])
    then = said["history"]
    window = ("--from", then["from"][:10], "--to", (datetime.fromisoformat(then["to"]) + DAY).date().isoformat())
    assert then["charts"]["rounds"]["times"], "nothing was recorded of its history"
    assert asked(office, "history", "udc-juniadaha", *window)["charts"] == then["charts"]


def test_what_was_written_by_its_last_copy_can_be_restored(office: Path, said: dict[str, Any]) -> None:
    assert typed(office, "backup", "create", "-o", str(office / "copy.db")).returncode == 0
    assert typed(office, "backup", "restore", str(office / "copy.db")).returncode == 0
    keeps(office, said)


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as made:
        yield made


@pytest.mark.long
def test_the_daemon_goes_on_with_the_outage_the_letters_and_the_edition(
    lab: Lab, office: Path, said: dict[str, Any]
) -> None:
    lab.down(CUT)
    clock = WallClock(office)
    last = max(datetime.fromisoformat(event["at_utc"]) for event in said["events"])
    clock.set(int((last - SystemClock().utc()).total_seconds()) + 60)
    with Daemon(lab, office, environment=clock.environment) as daemon:
        monitor = daemon.config / "monitor.toml"
        (listen,) = [line for line in monitor.read_text().splitlines() if line.startswith("listen = ")]
        monitor.write_text(monitor.read_text().replace(listen, f'listen = "{daemon.listen}"'))
        daemon.start(ready_within_s=120)
        sites = {site["id"]: site["state"] for site in daemon.json("status")["sites"]}
        assert sites["udc-juniadaha"] == "down"
        (outage,) = [each for each in daemon.json("outages") if each["ended_utc"] is None]
        (before,) = [each for each in said["outages"] if each["ended_utc"] is None]
        assert outage["started_utc"] == before["started_utc"]
        waiting = {letter["message_id"] for letter in daemon.json("outbox", "--owed")}
        assert waiting >= {letter["message_id"] for letter in said["letters"] if letter["state"] != "sent"}
        assert only(editions(daemon, said["token"]), "id", "sha256") == only(said["editions"], "id", "sha256")
        lab.up(CUT)
        until(lambda: not [each for each in daemon.json("outages") if each["ended_utc"] is None], "its end", 120)


@pytest.mark.long
def test_the_released_program_refuses_what_a_newer_one_has_brought_up_to_date(office: Path, tmp_path: Path) -> None:
    from monitor.store.upgrade import revisions

    source = at_commit(RELEASED.commit, tmp_path / "source")
    newest = {file.name.partition("_")[0] for file in (source / "monitor/store/migrations/versions").glob("*.py")}
    if revisions()[-1] in newest:
        pytest.skip("this version's database is still that of the released one")
    assert typed(office, "backup", "create").returncode == 0
    assert typed(office, "maintenance", "add", "x", "--text", "x", "--everywhere", "--minutes", "5").returncode == 0
    before = (office / "var" / "monitor.db").read_bytes()
    program = "from monitor.cli import main; main()"
    words = [sys.executable, "-c", program, "--lang", "en", "--config", str(office / "config"), "tickets"]
    done = subprocess.run(
        words, cwd=source, capture_output=True, text=True, timeout=120, env={"PYTHONPATH": str(source)}
    )
    assert done.returncode == 3
    assert done.stderr.endswith("was written by a newer version of upazila-monitor. Install that version\n")
    assert (office / "var" / "monitor.db").read_bytes() == before
    shutil.rmtree(source)
