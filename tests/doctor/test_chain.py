"""The chain is verified as it is stored: an altered event is found."""

import sqlite3
from contextlib import closing

from tests.desk import Desk
from tests.doctor.installation import Installation


def with_history(office: Installation) -> None:
    store = office.store()
    desk = Desk(office.place().office, store, office.clock)
    for site in ("backbone-north", "backbone-south"):
        desk.goes_down(site)
    desk.wait(hours=30)
    desk.look()
    store.close()


def test_an_untouched_history_is_well(office: Installation) -> None:
    with_history(office)
    (finding,) = office.examined("chain").findings
    assert finding.kind.code == "chain.ok"
    assert finding.values["events"]


def test_an_event_that_was_altered_past_all_triggers_is_found(office: Installation) -> None:
    with_history(office)
    with closing(sqlite3.connect(office.state / "monitor.db")) as raw, raw:
        raw.execute("DROP TRIGGER ticket_events_no_update")
        raw.execute("UPDATE ticket_events SET text = 'nothing happened' WHERE id = 1")
    assert office.found("chain") == ["broken"]


def test_without_a_database_there_is_nothing_to_verify(office: Installation) -> None:
    assert office.found("chain") == ["unread"]
