"""Whatever lies in the place of the database or of what goes with it is named at once, and nothing is lost in it."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from monitor.domain.reasons import text as text_reason
from monitor.settings import in_force
from monitor.store import belonging, copies, mailed_head
from monitor.store.database import Store
from monitor.store.errors import StoreError
from monitor.store.models import Event
from monitor.store.opening import BACKUPS, DATABASE, existing_store, open_store, open_when_possible
from tests.told import words

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def write(store: Store, text: str) -> None:
    with store.write() as session:
        session.add(Event(at_utc=NOW, site="udc-01", kind="trap", reason=text_reason(text)))


def texts(state: Path) -> list[str]:
    store = open_store(state)
    with store.read() as session:
        found = [words(one) for one in session.scalars(select(Event.reason).order_by(Event.id))]
    store.close()
    return found


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A folder with a copy, and a database that has got an event since."""
    folder = tmp_path / "var"
    store = open_store(folder, daemon=True)
    write(store, "copied")
    copies.create(folder / DATABASE, folder / BACKUPS / "monitor-20261123.db")
    write(store, "later")
    store.close()
    return folder


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/full")


def without_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("CREATE TABLE a (b)")
        raw.execute("DROP TABLE a")


def of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("CREATE TABLE moz_places (url)")


@pytest.mark.parametrize("make", [folder, pipe, device, without_tables, of_another_program])
def test_what_lies_in_the_place_of_the_database_is_refused_and_a_copy_or_an_empty_one_takes_its_place(
    state: Path, make: Callable[[Path], None]
) -> None:
    (state / DATABASE).unlink()
    make(state / DATABASE)
    for opening in (open_store, open_when_possible, existing_store):
        with pytest.raises(StoreError, match="backup restore"):
            opening(state, None)
    copies.restore(state / BACKUPS / "monitor-20261123.db", state, NOW, older=False)
    assert texts(state) == ["copied"]

    (state / DATABASE).unlink()
    make(state / DATABASE)
    copies.set_aside_unusable(state, NOW)
    assert texts(state) == []


@pytest.mark.parametrize("name", [f"{DATABASE}-journal", f"{DATABASE}-wal", belonging.INSTALLED])
@pytest.mark.parametrize("make", [folder, pipe, device])
def test_what_is_no_plain_file_beside_the_database_is_named_without_waiting_for_it(
    state: Path, name: str, make: Callable[[Path], None]
) -> None:
    (state / name).unlink(missing_ok=True)
    make(state / name)
    with pytest.raises(StoreError, match=f"{name} is (a folder|no plain file)"):
        open_when_possible(state)


@pytest.mark.parametrize("content", [b"", b"[" * 60_000, b"\xff\0", b"{}" * 100_000, b"[1]", b'{"database": ["x"]}'])
def test_small_files_beside_it_that_say_nothing_readable_stop_nobody(state: Path, content: bytes) -> None:
    for name in (belonging.INSTALLED, mailed_head.FILE, in_force.FILE):
        (state / name).write_bytes(content)
    assert mailed_head.read(state) is None
    assert in_force.read(state) is None
    assert texts(state) == ["copied", "later"]


@pytest.mark.parametrize("make", [folder, pipe])
def test_small_files_that_are_none_are_not_waited_for(state: Path, make: Callable[[Path], None]) -> None:
    for name in (mailed_head.FILE, in_force.FILE):
        make(state / name)
    assert mailed_head.read(state) is None
    assert in_force.read(state) is None


def taken_away(database: Path) -> None:
    database.rename(database.with_name("elsewhere"))


def exchanged(database: Path) -> None:
    shutil.copy(database.parent / BACKUPS / "monitor-20261123.db", database.with_name("new"))
    database.with_name("new").replace(database)


def overwritten(database: Path) -> None:
    shutil.copyfile(database.parent / BACKUPS / "monitor-20261123.db", database)


@pytest.mark.parametrize("do", [taken_away, exchanged, overwritten])
def test_a_database_that_is_taken_from_under_the_daemon_is_not_written_to_any_more(
    state: Path, do: Callable[[Path], None]
) -> None:
    store = open_when_possible(state)
    write(store, "before")
    do(state / DATABASE)
    with pytest.raises(OperationalError, match=f"was {do.__name__}".replace("_", " ")):
        write(store, "lost")
    store.close()


def test_a_database_that_is_put_back_under_the_daemon_is_written_to_again(state: Path) -> None:
    store = open_when_possible(state)
    taken_away(state / DATABASE)
    with pytest.raises(OperationalError):
        write(store, "lost")
    store.engine.dispose()  # whoever asks next opens a connection of his own
    with pytest.raises(OperationalError), store.read() as session:
        session.scalars(select(Event.reason)).all()
    assert not (state / DATABASE).exists()
    (state / "elsewhere").rename(state / DATABASE)
    write(store, "stored")
    store.close()
    assert texts(state) == ["copied", "later", "stored"]


def test_a_restore_that_finds_no_room_for_the_marks_leaves_what_was_there(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *_: object) -> None:
        if path.parent == state:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(belonging, "write_state", full)
    with pytest.raises(OSError, match="No space"):
        copies.restore(state / BACKUPS / "monitor-20261123.db", state, NOW, older=False)
    monkeypatch.undo()
    assert texts(state) == ["copied", "later"]
