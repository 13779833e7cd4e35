"""The database is broken for real, and what is found is what was done to it."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from monitor.store.opening import open_store
from tests.doctor.installation import Installation
from tests.store import servers


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


@pytest.fixture
def served(office: Installation) -> Iterator[Installation]:
    """The same with its database on a server."""
    office.configure("monitor.toml", "storage", url=servers.empty_of(office.state).url)
    yield office
    servers.drop_below(office.home)


def test_on_a_server_it_is_none_whole_unprotected_gone_and_away(served: Installation) -> None:
    assert served.found("database") == ["none"]
    settings = served.settings()
    open_store(settings.state, settings.server, daemon=True).close()
    findings = served.examined("database").findings
    assert [each.kind.code for each in findings] == ["database.unsafe", "database.of-server"], "the tests' own is fast"
    assert "fsync = off" in str(findings[0].text)
    assert re.search(r"PostgreSQL \d+\.\d+ server", str(findings[1].text))
    with servers.shared().connect(servers.name_of(served.state)) as connection:
        connection.execute("DROP TRIGGER tickets_no_delete ON tickets")
    assert served.found("database") == ["unprotected"]
    with servers.shared().connect(servers.name_of(served.state)) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    assert served.found("database") == ["gone"], "there was one, so an empty one is none"
    servers.drop_below(served.home)
    assert served.found("database") == ["refuses"]


def test_a_server_that_keeps_what_it_confirms_is_well(served: Installation) -> None:
    folder = servers.made_folder()
    cluster = servers.started(folder, ["-c", "listen_addresses="])
    try:
        server = cluster.create("upazila")
        served.configure("monitor.toml", "storage", url=server.url)
        open_store(served.state, server).close()
        assert served.found("database") == ["of-server"]
        with cluster.connect() as connection:
            connection.execute("ALTER DATABASE upazila SET synchronous_commit = off")
        assert served.found("database") == ["unsafe", "of-server"]
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
