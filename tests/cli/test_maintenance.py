"""Planned work as typed, and acknowledgements with an end."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.typed import typed
from tests.desk import Desk

LINK = "backbone-north"


def test_planned_work_is_added_listed_and_ended(home: Path, desk: Desk) -> None:
    added = typed(home, "maintenance", "add", "cable", "-m", "new cable", "--site", LINK, "--minutes", "90")
    assert added.returncode == 0, added.stderr
    assert added.stdout.startswith("Planned work 'cable': ")
    (row,) = json.loads(typed(home, "maintenance", "list", "--json").stdout)
    assert (row["name"], row["sites"], row["from"]) == ("cable", [LINK], "command")

    assert typed(home, "maintenance", "end", "cable").returncode == 0
    assert typed(home, "maintenance", "list").stdout == "No planned work.\n"
    assert "cable" in typed(home, "maintenance", "list", "--all").stdout
    assert typed(home, "maintenance", "end", "cable").returncode == 1


def test_the_reason_of_planned_work_is_shown_as_it_was_typed(home: Path, desk: Desk) -> None:
    typed(home, "maintenance", "add", "cable", "-m", "ring [/b] at :ab:", "--site", LINK, "--minutes", "90")
    assert "ring [/b] at :ab:" in typed(home, "maintenance", "list").stdout


def test_weekly_work_is_planned_too(home: Path, desk: Desk) -> None:
    weekly = ("--days", "sunday,monday", "--opens", "02:00", "--closes", "04:00")
    done = typed(home, "maintenance", "add", "weekly", "-m", "data centre", "--behind", LINK, *weekly)
    assert done.stdout == f"Planned work 'weekly': every sunday, monday, 02:00–04:00, {LINK} and all sites behind it.\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--site", "backbone-nort", "--minutes", "5"], "Did you mean 'backbone-north'?"),
        (["--union", "nowhere", "--minutes", "5"], "no union of that name. Expected one of: "),
        (["--everywhere"], "Expected --ends or --minutes"),
        (["--everywhere", "--ends", "2020-01-01T10:00"], "in the future"),
        (["--everywhere", "--ends", "soon"], "'soon' is not a time"),
        (["--everywhere", "--days", "funday", "--opens", "02:00", "--closes", "04:00"], "days.0: found 'funday'"),
        (["--everywhere", "--days", "sunday", "--opens", "02:00", "--closes", "02:00"], "are the same"),
        (["--everywhere", "--days", "sunday"], "opens"),
    ],
)
def test_what_cannot_be_planned_is_said(home: Path, desk: Desk, words: list[str], message: str) -> None:
    done = typed(home, "maintenance", "add", "cable", "-m", "new cable", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert typed(home, "maintenance", "list", "--json", "--all").stdout == "[]\n"


def test_an_acknowledgement_may_have_an_end_that_is_to_come(home: Path, desk: Desk) -> None:
    number = desk.tickets()[0][0]
    past = typed(home, "ticket", "ack", number, "--until", "2020-01-01T10:00")
    assert (past.returncode, "is past" in past.stderr) == (2, True)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="minutes")
    done = typed(home, "ticket", "ack", number, "--until", tomorrow)
    assert done.returncode == 0
    assert re.fullmatch(rf"{number} is acknowledged until \w+, .*, at stage 1\.\n", done.stdout)
    assert typed(home, "ticket", "raise", number).stdout == f"{number} is acknowledged, at stage 2.\n"
    assert f"until {tomorrow}" in typed(home, "ticket", "show", number).stdout


def test_planned_work_is_made_longer_and_only_by_who_saw_it_as_it_is(home: Path, desk: Desk) -> None:
    assert (
        typed(home, "maintenance", "add", "cable", "-m", "new cable", "--site", LINK, "--minutes", "90").returncode == 0
    )
    later = (datetime.now(UTC) + timedelta(hours=5)).isoformat(timespec="minutes")
    done = typed(home, "maintenance", "extend", "cable", "--ends", later, "--seen", "1")
    assert (done.returncode, done.stderr) == (0, "")
    (row,) = json.loads(typed(home, "maintenance", "list", "--json").stdout)
    assert (row["version"], datetime.fromisoformat(row["ends"])) == (2, datetime.fromisoformat(later))

    stale = typed(home, "maintenance", "end", "cable", "--seen", "1")
    assert stale.returncode == 1
    assert "planned work 'cable' has changed: it was seen at version 1, and is at version 2 now" in stale.stderr
    past = typed(home, "maintenance", "extend", "cable", "--ends", "2020-01-01T10:00")
    assert (past.returncode, "--ends: found '2020-01-01T10:00'. Expected" in past.stderr) == (2, True)
