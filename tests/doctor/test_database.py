"""The database is broken for real, and what is found is what was done to it."""

import sqlite3
from contextlib import closing

from tests.doctor.installation import Installation


def test_before_the_first_start_there_is_none(office: Installation) -> None:
    assert office.found("database") == ["none"]


def test_a_whole_one_is_well_for_a_command_and_for_the_daemon(office: Installation) -> None:
    store = office.store()
    assert office.found("database") == ["ok"]
    assert office.found("database", store=store) == ["ok"]
    store.close()


def test_a_page_that_was_overwritten_is_damage(office: Installation) -> None:
    office.has_run()
    path = office.state / "monitor.db"
    with path.open("r+b") as file:
        file.seek(3 * 4_096)
        file.write(b"\xa5" * 40_960)
    (finding,) = office.examined("database").findings
    assert finding.kind.code == "database.damaged"
    assert "upazila-monitor backup restore" in str(finding.mend)


def test_one_that_vanished_is_missed(office: Installation) -> None:
    office.has_run()
    (office.state / "monitor.db").unlink()
    assert office.found("database") == ["gone"]


def test_one_that_lost_a_trigger_is_unprotected(office: Installation) -> None:
    office.has_run()
    with closing(sqlite3.connect(office.state / "monitor.db")) as raw, raw:
        raw.execute("DROP TRIGGER ticket_events_no_update")
    (finding,) = office.examined("database").findings
    assert finding.kind.code == "database.unprotected"
    assert "ticket_events_no_update" in str(finding.text)


def test_a_folder_in_its_place_is_said(office: Installation) -> None:
    (office.state / "monitor.db").mkdir(parents=True)
    (finding,) = office.examined("database").findings
    assert finding.kind.code in {"database.refuses", "database.damaged"}
