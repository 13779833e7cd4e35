"""On a PostgreSQL server: the schema is made whole, by one of many who start at once, and protects the history."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.config import Config
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from monitor.settings.storage_section import Server
from monitor.store import postgresql, redundancy, ticket_history, upgrade
from monitor.store.database import Store
from monitor.store.errors import StoreError
from monitor.store.models import Act, Base, SiteState, Ticket, TicketEvent
from monitor.store.opening import existing_store, open_store
from monitor.store.work import Work
from tests.desk import shipped_office
from tests.store import servers

AT = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path, servers.migrated_of(tmp_path))
    yield opened
    opened.close()


def with_history(store: Store) -> None:
    with store.write() as session:
        dates = {"opened_utc": AT, "event_utc": AT, "deadline_utc": AT}
        ticket = Ticket(number="BHR-2026-000001", year=2026, seq=1, service="citizen:6", state="open", **dates)
        session.add(ticket)
        ticket_history.record(Work(session, shipped_office(), AT), ticket, "opened")
        session.add(Act(after_event_id=0, at_utc=AT, actor="rahima", via="cli", kind="x", hash="0" * 64))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ticket_events SET text = 'another'",
        "UPDATE ticket_events SET text = 'of none' WHERE id = 99",
        "DELETE FROM ticket_events",
        "TRUNCATE ticket_events",
        "UPDATE acts SET actor = 'another'",
        "DELETE FROM acts",
        "TRUNCATE acts",
        "DELETE FROM tickets",
        "TRUNCATE tickets CASCADE",
        "UPDATE tickets SET number = 'BHR-2026-000002'",
        "UPDATE tickets SET id = 9",
        "UPDATE tickets SET office = 'another'",
        "INSERT INTO ticket_events SELECT * FROM ticket_events ON CONFLICT (id) DO UPDATE SET text = 'another'",
        "SET LOCAL session_replication_role = replica; DELETE FROM ticket_events",
    ],
)
def test_the_server_itself_refuses_to_change_history(store: Store, statement: str) -> None:
    with_history(store)
    with pytest.raises(IntegrityError, match="only grows"), store.write() as session:
        session.execute(text(statement))
    with store.read() as session:
        assert len(session.scalars(select(TicketEvent)).all()) == 1


def test_a_ticket_may_change_in_all_but_its_number(store: Store) -> None:
    with_history(store)
    with store.write() as session:
        session.scalars(select(Ticket)).one().state = "resolved"


@pytest.mark.parametrize(
    ("statement", "lost", "other"),
    [
        ("DROP TRIGGER acts_only_grows ON acts", ["trigger acts_only_grows ON acts"], []),
        ("ALTER TABLE acts DISABLE TRIGGER acts_only_grows", [], ["trigger acts_only_grows ON acts"]),
        ("DROP INDEX ix_acts_kind", ["index ix_acts_kind ON acts"], []),
    ],
)
def test_a_protection_that_was_taken_away_is_told(
    store: Store, statement: str, lost: list[str], other: list[str]
) -> None:
    with store.write() as session:
        assert (redundancy.missing(session.connection()), redundancy.altered(session.connection())) == ([], [])
        session.execute(text(statement))
        assert redundancy.missing(session.connection()) == lost
        assert redundancy.altered(session.connection()) == other


def test_every_whole_number_and_every_id_has_64_bits(store: Store) -> None:
    with store.read() as session:
        narrow = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        assert session.execute(text(f"{narrow} AND data_type = 'integer'")).all() == []
        sequences = session.execute(text("SELECT sequencename, data_type::text FROM pg_sequences")).all()
        assert {kind for _, kind in sequences} == {"bigint"}
        names = {
            name for (name,) in session.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        }
        assert names == {*Base.metadata.tables, "alembic_version"}


STARTS = """
import sys
from pathlib import Path
from monitor.settings.storage_section import Server
from monitor.store.opening import open_store
sys.stdin.readline()
open_store(Path(sys.argv[1]), Server(sys.argv[2])).close()
"""


def test_of_four_who_start_at_once_on_an_empty_database_all_are_right(tmp_path: Path) -> None:
    server = servers.empty_of(tmp_path)
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", STARTS, str(tmp_path / name), server.url],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for name in "abcd"
    ]
    for each in starts:
        assert each.stdin is not None
        each.stdin.write(b"\n")
        each.stdin.flush()
    said = [each.communicate(timeout=120)[1].decode() for each in starts]
    assert [each.returncode for each in starts] == [0] * 4, said


def test_a_migration_takes_as_long_as_it_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgresql.WRITING, postgresql.IDLE, 0.2)

    def slowly() -> Config:
        time.sleep(0.6)  # as a busy machine loads what migrates
        return made()

    made = upgrade.alembic_config
    monkeypatch.setattr(upgrade, "alembic_config", slowly)
    store = open_store(tmp_path, servers.empty_of(tmp_path))
    store.close()


def test_a_database_of_another_program_an_empty_one_and_one_that_sorts_otherwise_are_told(tmp_path: Path) -> None:
    server = servers.empty_of(tmp_path)
    with pytest.raises(StoreError, match=r"there is no database in .* yet"):
        existing_store(tmp_path, server)
    with servers.shared().connect(servers.name_of(tmp_path)) as connection:
        connection.execute("CREATE TABLE others (id int)")
    with pytest.raises(StoreError, match="of another program"):
        open_store(tmp_path, server)
    latin = f"{servers.name_of(tmp_path)}_latin"
    with servers.shared().connect() as connection:
        options = "TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"
        connection.execute(f'CREATE DATABASE "{latin}" {options}')
    with pytest.raises(StoreError, match=r"the encoding LATIN1 .* Expected UTF8"):
        open_store(tmp_path, servers.shared().server(latin))
    servers.shared().drop(latin)
    sorts = f"{servers.name_of(tmp_path)}_icu"
    with servers.shared().connect() as connection:
        options = "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LOCALE_PROVIDER icu ICU_LOCALE 'bn'"
        connection.execute(f'CREATE DATABASE "{sorts}" {options}')
    with pytest.raises(StoreError, match=r"the collation ICU.* Expected UTF8 and C.UTF-8"):
        open_store(tmp_path, servers.shared().server(sorts))
    servers.shared().drop(sorts)


def test_an_installation_that_had_a_database_begins_no_empty_one(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    with pytest.raises(StoreError, match="is empty, and this installation has had a database"):
        open_store(tmp_path, servers.empty_of(tmp_path))


def test_a_server_that_is_away_and_a_password_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    nowhere = Server(f"postgresql+psycopg://monitor@/upazila?host={tmp_path}")
    with pytest.raises(StoreError, match=r"upazila on .* cannot be used: .*connection"):
        open_store(tmp_path, nowhere)
    with pytest.raises(StoreError, match=r"cannot be used: .*secret"):
        open_store(tmp_path, Server(nowhere.url, tmp_path / "missing"))


def test_an_error_quotes_no_value_for_it_may_be_logged(store: Store) -> None:
    row = {"site": "the words of a citizen", "state": "up", "since_utc": AT}
    with store.write() as session:
        session.add(SiteState(**row))
    with pytest.raises(DatabaseError, match="duplicate key") as raised, store.write() as session:
        session.add(SiteState(**row))
    assert "citizen" not in str(raised.value)
