"""`calendar order`, `undo`, `orders` and `export` as typed."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.charter.calendar import Calendar
from monitor.configuration import load
from monitor.store.opening import open_store
from tests.cli.typed import typed
from tests.desk import Desk

NOW = datetime.now(UTC)
DAY = next(day for n in range(3, 30) if (day := (NOW + timedelta(days=n)).date()).isoweekday() in {7, 1, 2, 3})
ORDER = ("--order", "42", "--dated", NOW.date().isoformat(), "--en", "The moon", "--date", DAY.isoformat())


def test_an_order_is_tried_entered_shown_exported_and_undone(home: Path, desk: Desk) -> None:
    month = f"{DAY:%Y-%m}"
    tried = typed(home, "calendar", "order", "closed", *ORDER, "--dry-run")
    assert tried.returncode == 0, tried.stderr
    assert "Nothing was entered." in tried.stdout
    assert typed(home, "calendar", "orders").stdout == "No orders about the calendar were entered.\n"

    done = json.loads(typed(home, "calendar", "order", "closed", *ORDER, "--json").stdout)
    assert done["number"] == 1
    shown = json.loads(typed(home, "calendar", month, "--json").stdout)[DAY.day - 1]
    assert (shown["working"], shown["why"]) == (False, f"The moon (order 42 of {NOW:%d/%m/%Y})")

    assert typed(home, "calendar", "export", "-o", str(home / "config" / "calendar.toml")).returncode == 0
    settings = load(home / "config")
    assert not Calendar.of(settings.calendar, settings.holidays).day(DAY).working

    (row,) = json.loads(typed(home, "calendar", "orders", "--json").stdout)
    assert (row["number"], row["entry"]["order"], row["undone_by"]) == (1, "42", None)
    undone = typed(home, "calendar", "undo", "1", "--order", "43", "--dated", NOW.date().isoformat())
    assert undone.returncode == 0, undone.stderr
    assert [row["undone_by"] for row in json.loads(typed(home, "calendar", "orders", "--json").stdout)] == [2, None]
    assert typed(home, "calendar", "undo", "1", "--order", "44", "--dated", NOW.date().isoformat()).returncode == 1


def test_a_deadline_is_counted_by_the_orders_that_were_entered(home: Path, desk: Desk) -> None:
    asked = ("deadline", "--service", "citizen:8", "--from", f"{DAY - timedelta(days=1)}T10:00", "--json")
    before = json.loads(typed(home, *asked).stdout)["due"]
    assert typed(home, "calendar", "order", "closed", *ORDER).returncode == 0
    assert json.loads(typed(home, *asked).stdout)["due"] > before


def test_what_cannot_be_ordered_names_the_option(home: Path, desk: Desk) -> None:
    for words, expected in (
        (("order", "shut", *ORDER), "WHAT: "),
        (("order", "closed", *ORDER[:-1], "tomorrow"), "--date: 'tomorrow' is not a date"),
        (("order", "hours", *ORDER), "there are no hours"),
    ):
        done = typed(home, "calendar", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert expected in done.stderr


def test_on_a_server_the_orders_count_as_with_a_file(served: Path) -> None:
    month = f"{DAY:%Y-%m}"
    before = typed(served, "calendar", month, "--json")
    assert (before.returncode, before.stderr) == (0, ""), "before a daemon ever ran the files alone count"
    settings = load(served / "config")
    open_store(settings.state, settings.server).close()
    assert typed(served, "calendar", "order", "closed", *ORDER).returncode == 0
    shown = json.loads(typed(served, "calendar", month, "--json").stdout)[DAY.day - 1]
    assert (shown["working"], shown["why"]) == (False, f"The moon (order 42 of {NOW:%d/%m/%Y})")


def test_without_a_database_the_files_alone_count(home: Path) -> None:
    assert typed(home, "calendar", f"{DAY:%Y-%m}").returncode == 0
    assert not (home / "var").exists()
