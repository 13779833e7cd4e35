"""A byte that has changed by itself is found before anything is judged by it, or nothing reads it."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from monitor.store import mailed_head, soundness, ticket_history
from monitor.store.errors import StoreError
from monitor.store.opening import DATABASE, existing_store, open_store
from tests.store.filled import NOW, fill, is_noticed, rows

FLIPS = 200


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A folder with a database that has rows in every table that matters."""
    fill(tmp_path)
    return tmp_path


def test_what_is_sound_is_called_sound(state: Path) -> None:
    assert not is_noticed(state)


@pytest.mark.long
def test_of_two_hundred_flipped_bytes_none_starts_unnoticed_with_other_data(state: Path) -> None:
    path, chance = state / DATABASE, random.Random(20_261_124)
    whole, before = path.read_bytes(), rows(path)
    unnoticed = 0
    for at in chance.sample(range(len(whole)), FLIPS):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        if not is_noticed(state):
            unnoticed += 1
            assert rows(path) == before, f"byte {at}"
    assert unnoticed < FLIPS  # most of a small file is empty


def test_of_fifty_flipped_bytes_in_the_words_of_the_schema_none_goes_unnoticed(state: Path) -> None:
    path, chance = state / DATABASE, random.Random(20_261_126)
    whole = path.read_bytes()
    pages = [at for at in range(0, len(whole), 4_096) if b"CREATE " in whole[at : at + 4_096]]
    before = schema(path)
    changed = 0
    for at in chance.sample([at + byte for at in pages for byte in range(4_096)], 50):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        if is_noticed(state):
            changed += 1
        else:
            assert schema(path) == before, f"byte {at}"
    assert changed > 20


def schema(database: Path) -> list[Any]:
    with closing(sqlite3.connect(f"file:{database}?immutable=1", uri=True)) as raw:
        return raw.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()


@pytest.mark.parametrize("lost", ["TRIGGER tickets_no_replace", "INDEX ix_notices_owed"])
def test_what_the_schema_has_lost_is_told_and_an_index_of_ones_own_is_no_fault(state: Path, lost: str) -> None:
    with closing(sqlite3.connect(state / DATABASE)) as raw, raw:
        raw.execute("CREATE INDEX of_our_own ON tickets (site, seq)")
    assert not is_noticed(state)
    with closing(sqlite3.connect(state / DATABASE)) as raw, raw:
        raw.execute(f"DROP {lost}")
    store = open_store(state)
    with store.read() as session:
        found = soundness.examine(session, state)
    store.close()
    assert lost.lower().split()[1] in str(found.faults[0])


def test_a_schema_that_says_something_else_is_refused(state: Path) -> None:
    with closing(sqlite3.connect(state / DATABASE)) as raw, raw:
        raw.execute("ALTER TABLE gaps ADD COLUMN more")
    with pytest.raises(StoreError, match="the schema of table gaps"):
        open_store(state)


@pytest.mark.parametrize("word", [b"citizen:8", b"udc-03", b"timeout", b"BHR-2026-000004", b"\xe0\xa6\xb8", b"officer"])
def test_a_flipped_letter_of_any_row_is_noticed(state: Path, word: bytes) -> None:
    path = state / DATABASE
    data = bytearray(path.read_bytes())
    places = [at for at in range(len(data)) if data.startswith(word, at)]
    assert len(places) > 1  # each stands in a row and in its double
    for at in (places[0], places[-1]):
        data[at] ^= 1
        path.write_bytes(data)
        assert is_noticed(state)
        data[at] ^= 1


def test_an_index_that_lags_behind_its_table_is_damage_of_an_open_database_too(state: Path) -> None:
    store = open_store(state)
    name = "ix_gaps_whole"
    with closing(sqlite3.connect(state / DATABASE)) as raw, raw:
        kept = raw.execute("SELECT * FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        raw.execute("PRAGMA writable_schema = ON")
        raw.execute("DELETE FROM sqlite_master WHERE name = ?", (name,))
    with closing(sqlite3.connect(state / DATABASE)) as raw, raw:
        raw.execute("UPDATE gaps SET ended_utc = started_utc")  # the index is not there, and is not told
        raw.execute("PRAGMA writable_schema = ON")
        raw.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", kept)
        (version,) = raw.execute("PRAGMA schema_version").fetchone()
        raw.execute(f"PRAGMA schema_version = {version + 1}")
    with store.read() as session:
        found = soundness.examine(session, state)
    store.close()
    assert name in str(found.damage[0])


def test_a_trigger_that_was_disarmed_in_an_open_database_is_damage(state: Path) -> None:
    store = open_store(state)
    with closing(sqlite3.connect(state / DATABASE)) as raw, raw:
        raw.execute("PRAGMA writable_schema = ON")
        disarmed = "UPDATE sqlite_master SET sql = replace(sql, ' BEGIN ', ' WHEN 0 BEGIN ') WHERE name = ?"
        assert raw.execute(disarmed, ("ticket_events_no_update",)).rowcount == 1
        (version,) = raw.execute("PRAGMA schema_version").fetchone()
        raw.execute(f"PRAGMA schema_version = {version + 1}")
    with store.read() as session:
        found = soundness.examine(session, state)
    store.close()
    assert "the schema of trigger" in str(found.damage[0])


def test_a_history_that_was_cut_after_it_was_mailed_is_noticed(state: Path) -> None:
    store = existing_store(state, None)
    with store.read() as session:
        mailed_head.note(session, state, ticket_history.head(session), NOW)
    store.close()
    with closing(sqlite3.connect(state / DATABASE)) as raw, raw:
        raw.execute("DROP TRIGGER ticket_events_no_delete")
        raw.execute("DELETE FROM ticket_events WHERE id = 8")
    store = open_store(state)
    with store.read() as session:
        found = soundness.examine(session, state)
    store.close()
    assert not found.damage
    assert "has lost trigger ticket_events_no_delete" in str(found.faults[0])
    assert "cut off" in str(found.faults[1])


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE outages SET started_utc = '2026-13-77 99:00:00.000000' WHERE id = 3", "no readable started_utc"),
        ("UPDATE notices SET facts = '{\"head\"' WHERE id = 3", "no readable facts"),
        ("UPDATE outages SET ticket_id = 99 WHERE id = 3", "belongs to a row of tickets that is not there"),
    ],
)
def test_what_no_program_of_ours_wrote_is_noticed(state: Path, statement: str, words: str) -> None:
    with closing(sqlite3.connect(state / DATABASE)) as raw, raw:
        raw.execute(statement)
    store = open_store(state)
    with store.read() as session:
        found = soundness.examine(session, state)
    store.close()
    assert words in str(found.damage[0])


def test_a_schema_that_breaks_under_a_running_daemon_is_an_error_like_any_other(state: Path) -> None:
    store = open_store(state)
    with store.read() as session:
        session.execute(text("SELECT count(*) FROM gaps"))
    words = b"CREATE TABLE gaps (id NOT\xa0NULL)".hex()
    broken = f"UPDATE sqlite_master SET sql = CAST(x'{words}' AS TEXT) WHERE name = 'gaps'"
    with closing(sqlite3.connect(state / DATABASE)) as raw, raw:
        raw.execute("PRAGMA writable_schema = ON")
        raw.execute(broken)
        (version,) = raw.execute("PRAGMA schema_version").fetchone()
        raw.execute(f"PRAGMA schema_version = {version + 1}")
    with pytest.raises(DatabaseError, match="malformed"), store.read() as session:
        session.execute(text("SELECT count(*) FROM gaps"))
    store.close()


def test_a_flipped_letter_after_which_even_the_complaint_is_no_text_is_damage(state: Path) -> None:
    path = state / DATABASE
    data = bytearray(path.read_bytes())
    data[data.index(b"NOT NULL", data.index(b"CREATE TABLE planned_work")) + 7] ^= 0x80
    path.write_bytes(data)
    with pytest.raises(StoreError, match="is damaged: malformed database schema"):
        open_store(state)
