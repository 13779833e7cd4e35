"""A journal is replayed into its own database and into no other."""

import shutil
import sqlite3
import struct
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor.store import belonging, copies
from monitor.store.database import Store
from monitor.store.errors import Damaged
from monitor.store.models import SiteState
from monitor.store.opening import DATABASE, existing_store, open_store
from tests.store.hot import leave_hot_journal, stop_in_a_commit

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
SITES = 200


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A folder with a database of 200 sites, closed."""
    store = open_store(tmp_path, daemon=True)
    with store.write() as session:
        session.add_all(SiteState(site=f"site-{number:03}", state="up", since_utc=NOW) for number in range(SITES))
    store.close()
    return tmp_path


def sites(store: Store) -> tuple[int, int]:
    """How many there are, and how many of them are up."""
    with store.read() as session:
        states = list(session.scalars(select(SiteState.state)))
    store.close()
    return len(states), states.count("up")


@pytest.mark.parametrize("journal_mode", ["truncate", "wal"])
def test_the_journal_of_a_killed_writer_is_replayed_into_its_own_database(state: Path, journal_mode: str) -> None:
    leave_hot_journal(state / DATABASE, journal_mode)
    assert sites(open_store(state, daemon=True)) == ((SITES, SITES) if journal_mode == "truncate" else (400, 0))


@pytest.mark.parametrize("journal_mode", ["truncate", "wal"])
def test_a_copy_that_was_put_beside_the_journal_of_a_killed_writer_is_refused_and_left_alone(
    state: Path, journal_mode: str
) -> None:
    copies.create(state / DATABASE, state / "copy.db")
    left = leave_hot_journal(state / DATABASE, journal_mode)
    shutil.copy(state / "copy.db", state / DATABASE)
    before = (state / DATABASE).read_bytes(), left.read_bytes()
    for opening in (open_store, existing_store):
        with pytest.raises(Damaged, match=r"two databases.*backup restore"):
            opening(state, None)
    assert ((state / DATABASE).read_bytes(), left.read_bytes()) == before


@pytest.mark.parametrize("journal_mode", ["truncate", "wal"])
def test_an_older_copy_of_the_same_file_is_refused_beside_a_later_journal_however_it_was_made(
    state: Path, journal_mode: str
) -> None:
    by_hand = shutil.copy(state / DATABASE, state / "by-hand.db")
    open_store(state, daemon=True).close()
    leave_hot_journal(state / DATABASE, journal_mode)
    Path(by_hand).replace(state / DATABASE)
    with pytest.raises(Damaged, match="two databases"):
        open_store(state)


@pytest.mark.parametrize("behind", [bytes(4_096), b"\xa5" * 4_096], ids=["zeros", "garbage"])
def test_a_write_ahead_log_whose_last_frame_is_torn_within_its_first_page_is_taken_for_no_other_ones(
    state: Path, behind: bytes
) -> None:
    with closing(sqlite3.connect(state / DATABASE, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA wal_autocheckpoint=0")
        for number in range(3):
            raw.execute("UPDATE site_states SET since_utc = since_utc, state = ?", (("up", "down")[number % 2],))
        files = {file.name: file.read_bytes() for file in state.iterdir() if not file.name.endswith("-shm")}
    log = files[f"{DATABASE}-wal"]
    frame = 24 + struct.unpack_from(">I", log, 8)[0]
    *_, last = (at for at in range(32, len(log), frame) if log[at : at + 4] == b"\0\0\0\1")
    assert last > 32, "there is a whole frame before it"
    for cut in range(last, last + 124, 4):
        for name, content in {**files, f"{DATABASE}-wal": log[:cut] + behind}.items():
            (state / name).write_bytes(content)
        (state / f"{DATABASE}-shm").unlink(missing_ok=True)
        belonging.refuse_foreign_journal(state / DATABASE, belonging.marks(state))
    assert sites(open_store(state))[0] == SITES


def test_our_own_journal_tells_even_a_copy_of_a_moment_ago_apart(state: Path, tmp_path: Path) -> None:
    killed = tmp_path / "killed"
    killed.mkdir()
    by_hand = shutil.copy(state / DATABASE, tmp_path / "by-hand.db")
    stop_in_a_commit(state / DATABASE, killed)
    shutil.copy(state / belonging.INSTALLED, killed)
    shutil.copytree(killed, tmp_path / "mixed")
    assert sites(open_store(killed)) == (SITES + 1, SITES)

    # The same run of the same database, so under the same mark; but some commits before.
    shutil.copy(by_hand, tmp_path / "mixed" / DATABASE)
    with pytest.raises(Damaged, match="two databases"):
        open_store(tmp_path / "mixed")


def test_a_database_of_a_version_without_marks_is_opened_with_its_journal(state: Path) -> None:
    with closing(sqlite3.connect(state / DATABASE)) as raw:
        raw.execute("PRAGMA application_id = 0")
    (state / belonging.INSTALLED).unlink()
    leave_hot_journal(state / DATABASE)
    assert sites(open_store(state, daemon=True)) == (SITES, SITES)


def test_a_journal_of_a_database_of_another_size_is_refused_even_where_nothing_has_a_mark(state: Path) -> None:
    with closing(sqlite3.connect(state / DATABASE)) as raw:
        raw.execute("PRAGMA application_id = 0")
    (state / belonging.INSTALLED).unlink()
    shutil.copy(state / DATABASE, state / "small.db")
    with closing(sqlite3.connect(state / DATABASE, isolation_level=None)) as raw:
        raw.execute("CREATE TABLE filler AS SELECT randomblob(90000) AS data")
    leave_hot_journal(state / DATABASE, how="in place")
    (state / "small.db").replace(state / DATABASE)
    with pytest.raises(Damaged, match="two databases"):
        open_store(state)


def test_an_unreadable_file_of_marks_stops_nobody(state: Path) -> None:
    (state / belonging.INSTALLED).write_bytes(b"\xff{")
    assert sites(open_store(state, daemon=True)) == (SITES, SITES)
    assert len(belonging.marks(state)) == 1


def test_each_start_of_the_daemon_draws_another_mark_and_a_command_none(state: Path) -> None:
    first = belonging.marks(state)
    existing_store(state, None).close()
    assert belonging.marks(state) == first
    open_store(state, daemon=True).close()
    assert belonging.marks(state) != first


def test_a_command_that_writes_beside_others_never_takes_their_journal_for_a_foreign_one(state: Path) -> None:
    store = open_store(state)
    for number in range(50):
        with store.write() as session:
            session.add(SiteState(site=f"more-{number}", state="up", since_utc=NOW))
            session.flush()
            belonging.refuse_foreign_journal(store.state / DATABASE, belonging.marks(state))
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(SiteState)) == SITES + 50
    store.close()
