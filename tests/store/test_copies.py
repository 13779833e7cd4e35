"""Copies of the database: whole, proved, and put back whole or not at all."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.settings.storage_section import Place
from monitor.store import belonging, copies, mailed_head, ticket_history
from monitor.store.errors import Damaged, NoDatabase, StoreError
from monitor.store.models import LoginAttempt, OneTimeLink, Ticket, TicketEvent, User, UserSession
from monitor.store.opening import BACKUPS, DATABASE, existing_store, open_store
from monitor.store.retention import back_up
from monitor.store.work import Work
from tests.desk import shipped_office
from tests.store.hot import leave_hot_journal

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def add_ticket(state: Path, seq: int) -> str:
    """Registers a ticket; the head of the history then."""
    store = existing_store(state, None) if (state / DATABASE).exists() else open_store(state, daemon=True)
    times = {"opened_utc": NOW, "event_utc": NOW, "deadline_utc": NOW}
    with store.write() as session:
        ticket = Ticket(number=f"BHR-2026-{seq:06}", year=2026, seq=seq, service="citizen:6", state="open", **times)
        session.add(ticket)
        ticket_history.record(Work(session, shipped_office(), NOW, "desk"), ticket, "registered", "dark")
        session.flush()
        head = ticket_history.head(session)
    store.close()
    return head


def numbers(state: Path) -> list[str]:
    store = open_store(state)
    with store.read() as session:
        found = list(session.scalars(select(Ticket.number).order_by(Ticket.id)))
    store.close()
    return found


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A folder with a copy of one ticket, and a database that has got a second one since."""
    folder = tmp_path / "var"
    add_ticket(folder, 1)
    copies.create(folder / DATABASE, folder / BACKUPS / "monitor-20261123.db")
    add_ticket(folder, 2)
    return folder


def copy_of(state: Path) -> Path:
    return state / BACKUPS / "monitor-20261123.db"


def restore(state: Path, *, older: bool = False) -> copies.Restored:
    return copies.restore(copy_of(state), state, NOW, older=older)


def test_a_copy_is_put_back_and_what_was_there_is_kept(state: Path) -> None:
    done = restore(state)
    assert done.found.events == 1
    assert numbers(state) == ["BHR-2026-000001"]
    assert done.aside is not None
    assert numbers(done.aside) == ["BHR-2026-000001", "BHR-2026-000002"]


def test_a_copy_is_put_back_over_the_journal_of_a_killed_daemon(state: Path) -> None:
    left = leave_hot_journal(state / DATABASE)
    size = left.stat().st_size
    done = restore(state)
    assert numbers(state) == ["BHR-2026-000001"]
    assert done.aside is not None
    assert (done.aside / left.name).stat().st_size == size
    assert not left.exists() or not left.stat().st_size


def test_a_copy_older_than_the_last_mailed_head_is_put_back_only_when_that_is_said(state: Path) -> None:
    head = add_ticket(state, 3)
    store = existing_store(state, None)
    with store.read() as session:
        mailed_head.note(session, state, head, NOW)
    store.close()
    before = (state / DATABASE).read_bytes()
    with pytest.raises(StoreError, match=rf"older than the last letter.*{head}.*--older"):
        restore(state)
    assert (state / DATABASE).read_bytes() == before
    restore(state, older=True)
    assert numbers(state) == ["BHR-2026-000001"]
    assert mailed_head.read(state) is None


def test_an_earlier_head_that_is_mailed_late_does_not_take_the_place_of_a_later_one(state: Path) -> None:
    later = add_ticket(state, 3)
    store = existing_store(state, None)
    with store.read() as session:
        earlier = session.scalars(select(TicketEvent.hash).order_by(TicketEvent.id)).first()
        assert earlier is not None
        for head in (later, earlier, "f" * 64, ""):
            mailed_head.note(session, state, head, NOW)
    store.close()
    assert mailed_head.read(state) == mailed_head.MailedHead(later, 3, NOW)


def newer(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")


def orphan(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as raw, raw:
        raw.execute(
            "INSERT INTO affected (outage_id, site, since_utc) VALUES (77, 'udc-01', '2026-11-24 04:00:00.000000')"
        )


def altered(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as raw, raw:
        raw.execute("DROP TRIGGER ticket_events_no_update")
        raw.execute("UPDATE ticket_events SET text = 'bright'")


def disarmed(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as raw, raw:
        raw.execute("DROP TRIGGER tickets_no_replace")


def emptied(copy: Path) -> None:
    copy.unlink()
    with closing(sqlite3.connect(copy)) as raw, raw:
        raw.execute("CREATE TABLE a (b)")
        raw.execute("DROP TABLE a")


def foreign(copy: Path) -> None:
    copy.unlink()
    with closing(sqlite3.connect(copy)) as raw, raw:
        raw.execute("CREATE TABLE moz_places (url)")


def pipe(copy: Path) -> None:
    copy.unlink()
    os.mkfifo(copy)


def folder(copy: Path) -> None:
    copy.unlink()
    copy.mkdir()


def cut(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:-4_096])


def flipped(copy: Path) -> None:
    data = bytearray(copy.read_bytes())
    data[data.index(b"citizen:6")] ^= 1
    copy.write_bytes(data)


def with_a_journal(copy: Path) -> None:
    copy.with_name(f"{copy.name}-journal").write_bytes(b"x" * 600)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (newer, "newer version"),
        (orphan, "row 1 of affected belongs to a row of outages that is not there"),
        (altered, "is not what was recorded"),
        (disarmed, "has lost trigger tickets_no_replace"),
        (emptied, "holds nothing"),
        (foreign, "another program"),
        (pipe, "is no file"),
        (folder, "is no file"),
        (cut, "damaged|malformed"),
        (flipped, "missing from index"),
        (lambda copy: copy.write_bytes(b""), "is empty"),
        (lambda copy: copy.write_bytes(b"no database" * 999), "is no database"),
        (Path.unlink, "is no file"),
        (with_a_journal, "is not whole"),
    ],
)
def test_a_copy_that_is_not_good_is_refused_and_nothing_is_touched(
    state: Path, harm: Callable[[Path], object], words: str
) -> None:
    harm(copy_of(state))
    with pytest.raises(StoreError, match=words):
        restore(state)
    assert numbers(state) == ["BHR-2026-000001", "BHR-2026-000002"]
    assert not list(state.glob("aside-*"))
    assert not list(state.glob(".restoring-*"))


def test_the_newest_copy_that_is_good_is_found_past_a_newer_one_that_is_not(state: Path) -> None:
    shutil.copy(copy_of(state), state / BACKUPS / "monitor-20261124.db")
    flipped(state / BACKUPS / "monitor-20261124.db")
    assert copies.newest_good(state, NOW) == copy_of(state)
    flipped(copy_of(state))
    with pytest.raises(StoreError, match=r"(?s)no good copy.*20261124.*20261123"):
        copies.newest_good(state, NOW)


def test_the_newest_copy_is_passed_over_when_its_history_was_altered(state: Path) -> None:
    older = state / BACKUPS / "monitor-20261122.db"
    shutil.copy(copy_of(state), older)
    altered(copy_of(state))
    assert copies.newest_good(state, NOW) == older


def test_the_copy_made_just_now_is_kept_beside_a_later_one_of_the_same_day(state: Path) -> None:
    by_hand, tonight = (state / BACKUPS / f"monitor-{name}.db" for name in ("20261124T101112", "20261124"))
    for copy in (by_hand, tonight):
        shutil.copy(copy_of(state), copy)
    copies.prune(state / BACKUPS, 1, tonight)
    assert tonight.exists()


def test_a_copy_that_a_wrong_clock_has_dated_is_neither_kept_before_others_nor_taken_before_them(state: Path) -> None:
    backups = state / BACKUPS
    for day in ("20661124", "20661125T101112"):
        shutil.copy(copy_of(state), backups / f"monitor-{day}.db")
    assert copies.newest_good(state, NOW) == copy_of(state)
    for night in (23, 24, 25):
        back_up(Place(state), backups, datetime(2026, 11, night, 19, 7, tzinfo=UTC), keep=2)
    assert {path.name for path in backups.iterdir()} == {"monitor-20261124.db", "monitor-20261125.db"}


def test_what_a_killed_copy_left_behind_goes_with_the_next_one_but_not_what_somebody_works_in(state: Path) -> None:
    backups = state / BACKUPS
    killed = "import os; from pathlib import Path; from monitor.store import copies\n"
    killed += "copies.verify = lambda *_: os.kill(os.getpid(), 9)\n"
    killed += f"copies.create(Path({str(state / DATABASE)!r}), Path({str(backups / 'monitor-20261124.db')!r}))"
    subprocess.run([sys.executable, "-c", killed], check=False)
    assert len(list(backups.iterdir())) == 2

    at_work = backups / ".restoring-by-somebody"
    at_work.mkdir()
    handle = os.open(at_work, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    back_up(Place(state), backups, NOW, keep=7)
    os.close(handle)
    left = [".restoring-by-somebody", "monitor-20261123.db", "monitor-20261124.db"]
    assert sorted(path.name for path in backups.iterdir()) == left


def test_a_copy_that_would_not_be_good_is_not_kept(state: Path) -> None:
    orphan(state / DATABASE)
    with pytest.raises(StoreError, match="was not kept"):
        copies.create(state / DATABASE, state / BACKUPS / "monitor-20261124.db")
    assert [path.name for path in (state / BACKUPS).iterdir()] == ["monitor-20261123.db"]


@pytest.mark.parametrize("emptied", [Path.unlink, lambda path: path.write_bytes(b"")])
@pytest.mark.parametrize("keeps", [(BACKUPS, belonging.INSTALLED), (BACKUPS,), (belonging.INSTALLED,)])
def test_a_database_that_has_gone_is_not_begun_anew_beside_what_tells_of_it(
    state: Path, emptied: Callable[[Path], object], keeps: tuple[str, ...]
) -> None:
    emptied(state / DATABASE)
    if BACKUPS not in keeps:
        shutil.rmtree(state / BACKUPS)
    if belonging.INSTALLED not in keeps:
        (state / belonging.INSTALLED).unlink()
    for opening in (open_store, existing_store):
        with pytest.raises(NoDatabase, match=r"(?s)backup restore.*--fresh"):
            opening(state, None)


def test_a_database_that_has_gone_is_begun_anew_when_that_is_asked_for_and_only_then(state: Path) -> None:
    with pytest.raises(StoreError, match="can be used"):
        copies.set_aside_unusable(state, NOW)
    assert len(numbers(state)) == 2
    (state / DATABASE).unlink()
    assert copies.set_aside_unusable(state, NOW) is None
    assert numbers(state) == []
    assert copy_of(state).exists()


def test_a_damaged_database_is_put_aside_before_another_is_begun(state: Path) -> None:
    (state / DATABASE).write_bytes(b"no database" * 999)
    with pytest.raises(Damaged, match="backup restore"):
        open_store(state)
    aside = copies.set_aside_unusable(state, NOW)
    assert aside is not None
    assert (aside / DATABASE).read_bytes() == b"no database" * 999
    assert numbers(state) == []


def test_who_was_logged_in_when_the_copy_was_made_is_not_when_it_is_put_back(state: Path) -> None:
    store = open_store(state)
    with store.write() as session:
        user = User(name="rahim", role="officer", created_utc=NOW, password_hash="kept")
        session.add(user)
        session.flush()
        times = {"created_utc": NOW, "seen_utc": NOW, "proved_utc": NOW}
        session.add(UserSession(token_hash=b"t" * 32, user_id=user.id, csrf="c", **times))
        session.add(
            OneTimeLink(purpose="invitation", code_hash=b"c" * 32, user_id=user.id, created_utc=NOW, expires_utc=NOW)
        )
        session.add(LoginAttempt(at_utc=NOW, name_hash=b"n" * 32, address="192.0.2.7"))
    store.close()
    copies.create(state / DATABASE, copy_of(state))
    restore(state)
    store = open_store(state)
    with store.read() as session:
        assert [user.password_hash for user in session.query(User)] == ["kept"]
        for table in (UserSession, OneTimeLink, LoginAttempt):
            assert session.query(table).count() == 0, table
    store.close()
