"""Registering, exporting and proving, as typed."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.charter.office import Office
from monitor.cli.records import table
from monitor.configuration import load_installation
from monitor.domain.csv_text import FORMULA_SIGNS, no_formula
from monitor.store.documents import TicketDocument
from tests.cli.typed import typed
from tests.desk import Desk
from tests.settings import many_offices
from tests.store.migrated import new_store

TICKET: TicketDocument = {
    "number": "BHR-2026-000001",
    "service": "citizen:6",
    "site": None,
    "state": "open",
    "stage": 0,
    "opened_utc": "2026-11-23T10:30:00+00:00",
    "event_utc": "2026-11-23T10:30:00+00:00",
    "deadline_utc": "2026-11-24T11:00:00+00:00",
    "breached_utc": None,
    "resolved_utc": None,
    "version": 1,
    "source": "person",
    "asker": "Karim",
    "text": "",
    "events": [],
}
WALK_IN = ("ticket", "new", "--by", "person", "--from", "=1+1", "--text", "ল্যাব বন্ধ")


def test_a_walk_in_complaint_gets_a_number_and_a_date_and_tells_its_story(home: Path, desk: Desk) -> None:
    late = ("--at", "2026-11-23T16:30", "--why-late", "the register was at the other office")
    done = typed(home, *WALK_IN, "--service", "6", "--site", "lab-juniadaha-girls", *late)
    assert done.returncode == 0
    assert done.stdout == "BHR-2026-000002: due Tuesday, 24 November 2026, 17:00\n"
    story = typed(home, "ticket", "show", "BHR-2026-000002").stdout
    assert "the day of the event does not count" in story
    assert "ল্যাব বন্ধ" in story


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--service", "77"], "the charter has no service 77. Expected one of: citizen:1, "),
        ([], "Expected --service N or --official N"),
        (["--service", "6", "--official", "1"], "Expected --service N or --official N"),
        (["--official", "1", "--site", "lab-juniadaha-grils"], "Did you mean 'lab-juniadaha-girls'?"),
        (["--official", "1", "--email", "a@b@c"], "'a@b@c' is not an e-mail address"),
        (["--official", "1", "--at", "yesterday"], "'yesterday' is not a time"),
        (["--official", "1", "--at", "2026-11-23T10:00"], "why it was not registered on the day it was received"),
        (["--official", "1", "--phone", "ask at the gate"], "--phone: 'ask at the gate' is not a telephone number"),
        (["--official", "1", "--at", "2099-01-01T10:00"], "within the year before now"),
    ],
)
def test_what_cannot_be_registered_is_said_and_stores_nothing(
    home: Path, desk: Desk, words: list[str], message: str
) -> None:
    done = typed(home, *WALK_IN, *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(desk.tickets()) == 1


def test_what_people_type_reaches_no_terminal_as_a_command_and_no_line_of_it_is_an_event(
    home: Path, desk: Desk
) -> None:
    typed(
        home, *WALK_IN, "--service", "6", "--as", "a\x1b[31m\nb", "--text", "dark\x1b[2J\n2026-11-25  closed\tall well"
    )
    shown = typed(home, "ticket", "show", "BHR-2026-000002").stdout
    assert "\x1b" not in shown
    assert " in person, from =1+1 — dark" in shown
    assert not any(line.startswith("2026-11-25  closed") for line in shown.splitlines())
    assert "  2026-11-25  closed" in shown


def test_an_export_is_whole_and_safe_to_open(home: Path, desk: Desk) -> None:
    typed(home, *WALK_IN, "--official", "2")
    written = typed(home, "tickets", "export", "--csv").stdout
    assert written.startswith("\ufeff"), "without it a spreadsheet takes Bangla for garbage"
    assert typed(home, "tickets", "export", "--csv", "--plain").stdout == written.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(written.removeprefix("\ufeff"))))
    assert [row["number"] for row in rows] == ["BHR-2026-000001", "BHR-2026-000002"]
    assert rows[1]["asker"] == "'=1+1"
    found = json.loads(typed(home, "tickets", "export", "--json").stdout)
    assert found[1]["asker"] == "=1+1"
    assert found[1]["events"][0]["kind"] == "registered"


def test_the_audit_is_proved_and_a_strange_head_is_refused(home: Path, desk: Desk) -> None:
    head = json.loads(typed(home, "audit", "verify", "--json").stdout)["head"]
    assert typed(home, "audit", "verify", "--head", head).returncode == 0
    done = typed(home, "audit", "verify", "--head", "f" * 64)
    assert done.returncode == 1
    assert "NOT WHOLE" in done.stderr


def test_of_several_offices_the_head_of_each_is_told(tmp_path: Path) -> None:
    many_offices.installation(tmp_path)
    store = new_store(tmp_path / "var")
    for office in ("mirpur", "gangni"):
        desk = Desk(Office.of(load_installation(tmp_path / "config").offices[office]), store.of(office))
        desk.goes_down(f"{office}.pop")
        desk.look()
    store.close()
    told = json.loads(typed(tmp_path, "audit", "verify", "--json").stdout)
    assert set(told["heads"]) == {"mirpur", "gangni"}
    said = typed(tmp_path, "audit", "verify").stdout.splitlines()
    assert f"Mirpur: head {told['heads']['mirpur']}" in said
    assert f"Gangni: head {told['heads']['gangni']}" in said
    for head in told["heads"].values():
        assert typed(tmp_path, "audit", "verify", "--head", head).returncode == 0


def test_months_are_played_in_seconds_and_every_mail_is_a_file(home: Path, tmp_path: Path) -> None:
    done = typed(home, "simulate", "--months", "2", "--from", "2026-11-23T10:00", "-o", str(tmp_path / "mails"))
    assert done.returncode == 0
    assert "2026-11-24 17:00  BHR-2026-000001 Next stage: stage 1" in done.stdout
    assert "2026-12-24 17:00  BHR-2026-000001 Next stage: stage 2" in done.stdout
    count = int(done.stdout.splitlines()[-1].split()[0])
    assert len(list((tmp_path / "mails").glob("*.eml"))) == count > 10
    assert done.stdout.splitlines()[-1].endswith(f" in {tmp_path / 'mails'}/")

    # Each mail is told of when it goes, with its file: nobody is written to at closing time.
    mails = [line for line in done.stdout.splitlines() if "  mail to " in line]
    assert all(line.endswith(".eml") for line in mails)
    assert {line[11:16] for line in mails if "stage-1" in line} == {"09:00"}

    # Another simulation begins with an empty folder, and no other folder is emptied.
    again = typed(home, "simulate", "--months", "1", "--from", "2026-11-23T10:00", "-o", str(tmp_path / "mails"))
    count = int(again.stdout.splitlines()[-1].split()[0])
    assert len(list((tmp_path / "mails").glob("*.eml"))) == count
    refused = typed(home, "simulate", "--months", "1", "-o", str(home))
    assert refused.returncode == 2
    assert "is not empty" in refused.stderr


@given(st.text(min_size=1))
def test_no_cell_is_a_formula_and_nothing_else_is_changed(text: str) -> None:
    cell = str(no_formula(text))
    assert not cell.startswith(FORMULA_SIGNS)
    assert cell in {text, f"'{text}"}
    plain = text.replace("\r", "").replace("\0", "")
    (columns, row) = csv.reader(io.StringIO(table([{**TICKET, "text": plain}]), newline=""))
    assert row[columns.index("text")] == no_formula(plain)


def test_what_people_did_by_command_is_listed_by_filter_and_covered_by_verify(home: Path, desk: Desk) -> None:
    assert typed(home, "ticket", "ack", "1", "--text", "by phone", "--as", "rahima").returncode == 0
    assert typed(home, "outbox", "resend", "1").returncode == 0
    found = json.loads(typed(home, "audit", "list", "--json").stdout)
    assert [(act["kind"], act["via"]) for act in found] == [("notice.resend", "cli"), ("ticket.ack", "cli")]
    assert (found[1]["before"], found[1]["after"]) == ({"state": "open"}, {"state": "acknowledged"})
    only = json.loads(typed(home, "audit", "list", "--kind", "ticket", "--about", "000001", "--json").stdout)
    assert only == found[1:]
    assert json.loads(typed(home, "audit", "list", "--via", "api", "--json").stdout) == []
    assert 'state: "open" → "acknowledged"' in typed(home, "audit", "list").stdout
    verified = json.loads(typed(home, "audit", "verify", "--json").stdout)
    assert (verified["acts"], verified["fault"]) == (2, "")
