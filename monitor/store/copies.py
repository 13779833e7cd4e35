"""Copy the database, prove copies by restoring them into a scratch file, and put them back, each as a whole.

A copy is one file. It has another mark than the database it was made of (see `belonging`), so that no journal is ever
replayed into it.
"""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from monitor.domain.message import Said, message, said_by, series
from monitor.domain.progress import Progress, unheard
from monitor.durable import move_durably, own_like_folder, sync_file, sync_folder, uninterrupted
from monitor.store import audit_chain, belonging, login_rows, mailed_head
from monitor.store.database import Store
from monitor.store.errors import Damaged, NoDatabase, StoreError
from monitor.store.opening import BACKUPS, DATABASE, MEND, existing_store, make_store, open_store
from monitor.store.soundness import Soundness, examine

SCRATCH = ".restoring-"
PAGES = 2_048  # of the database that are copied at a time: 8 MB, in which Ctrl-C waits
MOST_ASIDE = 1_000  # of one second
OF_A_FILE, OF_A_SERVER = ".db", ".dump"
SUFFIXES = {OF_A_FILE, OF_A_SERVER}


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of a restore: the ``copy``, its contents, and the folder ``aside`` with what was there before."""

    copy: Path
    found: Soundness
    aside: Path | None


def create(database: Path, target: Path, copying: Progress = unheard, testing: Progress = unheard) -> Soundness:
    """Copy the database, beside running users of it, and prove the copy; ``target`` exists only once it is good.

    Raises StoreError when the copy is not good, OSError when it cannot be written.
    """
    target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    with scratch_folder(target.parent) as folder:
        partial = folder / target.name
        try:
            # The copy would have a log beside it, if the database has: a copy is one file.
            with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(partial)) as copy:
                source.execute("BEGIN")
                source.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # nobody may write between two portions
                source.backup(copy, pages=PAGES, progress=lambda _status, left, of: copying(of - left, of))
                copy.execute("PRAGMA journal_mode = DELETE")
                copy.execute(f"PRAGMA application_id = {belonging.draw_mark()}")
        except sqlite3.Error as error:
            raise StoreError(message("{database} cannot be copied: {error}", database=database, error=error)) from None
        sync_file(partial)
        found = verify(partial, folder, testing)
        if found.damage:
            raise StoreError(
                message(
                    "the copy {target} is not good, and was not kept: {damage}",
                    target=target,
                    damage=series(found.damage, "; "),
                )
            )
        move_durably(partial, target)
        own_like_folder(target)
    return found


def copy_name(at_utc: datetime, suffix: str = OF_A_FILE) -> str:
    """Return the name of a copy made at that time."""
    return f"monitor-{at_utc:%Y%m%dT%H%M%S}{suffix}"


def prune(folder: Path, keep: int, newest: Path) -> None:
    """Remove the oldest nightly copies but ``keep``, never the ``newest``, which was made just now."""
    for old in nightly(folder, newest)[:-keep]:
        if old != newest:
            old.unlink()


def nightly(folder: Path, newest: Path | None = None) -> list[Path]:
    """Return the nightly copies of a folder, the oldest first.

    Copies dated later than the ``newest`` come before all others: a wrong clock has named them.
    """
    every = sorted(path for path in folder.glob("monitor-[0-9]*") if path.suffix in SUFFIXES)
    if newest is None:
        return every
    return sorted(every, key=lambda copy: (_day(copy) <= _day(newest), copy.name))


def _day(copy: Path) -> str:
    """Return the day in the copy's name."""
    return copy.name[: len("monitor-20261124")]


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """Make a temporary folder below ``parent``, removed afterwards, together with those left by killed processes."""
    sweep(parent)
    while True:
        with TemporaryDirectory(prefix=SCRATCH, dir=parent, ignore_cleanup_errors=True) as name:
            handle = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                if not os.path.isdir(name):  # swept away before it was locked
                    continue
                yield Path(name)
                return
            finally:
                os.close(handle)


def sweep(parent: Path) -> None:
    """Remove scratch folders that no process uses any more; raises nothing."""
    for folder in parent.glob(f"{SCRATCH}*"):
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)


def verify(copy: Path, scratch: Path, progress: Progress = unheard) -> Soundness:
    """Prove a copy: restore it below ``scratch``, open it as the daemon would, and examine all of it.

    Raises StoreError when it cannot be opened at all, OSError when it cannot be read or there is no room.
    """
    with _restored(copy, scratch) as store, store.read() as session:
        return examine(session, store.state, progress)


@contextmanager
def _restored(copy: Path, scratch: Path) -> Iterator[Store]:
    """Restore ``copy`` into a folder of its own below ``scratch``."""
    beside = [name for name in belonging.JOURNALS if _has_content(copy.with_name(copy.name + name))]
    if beside:
        raise StoreError(
            message(
                "{copy} is not whole: {name}{beside} lies beside it. Expected a single file",
                copy=copy,
                name=copy.name,
                beside=beside[0],
            )
        )
    if not copy.is_file():
        raise StoreError(message("{copy} is no file. Expected a copy of the database", copy=copy))
    if not _has_content(copy):
        raise StoreError(message("{copy} is empty. Expected a copy of the database", copy=copy))
    with copy.open("rb") as beginning:  # before it is copied: something else may be as large as the disk
        if belonging.header(beginning.read(100)) is None:
            raise StoreError(message("{copy} is no database. Expected a copy of the database", copy=copy))
    with scratch_folder(scratch) as folder:
        scratch_copy = folder / DATABASE
        shutil.copyfile(copy, scratch_copy)
        try:
            store = open_store(folder)
        except StoreError as error:
            why = str(error).replace(str(scratch_copy), str(copy)).removesuffix(f". Put a copy back: {MEND}")
            raise StoreError(why) from None
        try:
            if store.opening.was_empty:
                raise StoreError(message("{copy} holds nothing. Expected a copy of the database", copy=copy))
            yield store
        except DatabaseError as error:
            raise StoreError(message("{copy} is damaged: {orig}", copy=copy, orig=error.orig)) from None
        finally:
            store.close()


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def refuse_unfit(
    session: Session, found: Soundness, copy: Path, state: Path, *, older: bool, known_head: str = ""
) -> None:
    """Raise StoreError for a copy that may not be put back, as `restore` says; ``session`` reads it."""
    if found.problems:
        raise StoreError(
            message(
                "{copy} is not good: {problems}. Nothing was changed",
                copy=copy,
                problems=series(found.problems, "; "),
            )
        )
    mailed = mailed_head.read(state)
    for head in filter(None, (mailed.head if mailed else "", known_head)):
        walked = audit_chain.verify(session, head)
        if walked.meant and head == known_head:
            raise StoreError(
                message(
                    "--head {head} is mistyped: the history of {copy} has {meant}",
                    head=head,
                    copy=copy,
                    meant=walked.meant,
                )
            )
        if walked.fault and not older:
            raise StoreError(
                message(
                    "{copy} is older than the last letter: its history of {events} events lacks the "
                    "head {head}. Nothing was changed. Take a later copy, or say --older: what came after is "
                    "lost",
                    copy=copy,
                    events=found.events,
                    head=head,
                )
            )


def restore(
    copy: Path, state: Path, now_utc: datetime, *, older: bool, known_head: str = "", progress: Progress = unheard
) -> Restored:
    """Put a copy back as the database of ``state``; the caller holds the daemon's lock.

    All of it is proved before anything is touched; what was there is moved into a folder of its own, with its journals.
    Raises StoreError when the copy is not good, or, unless ``older``, when its history ends before the head that was
    mailed last or before ``known_head``; OSError when the disk refuses.
    """
    state.mkdir(mode=0o750, parents=True, exist_ok=True)
    with _restored(copy, state) as store:
        with store.read() as session:
            found = examine(session, store.state, progress)
            refuse_unfit(session, found, copy, state, older=older, known_head=known_head)
        with store.write() as session:
            login_rows.end_all(session)  # they may have been ended since the copy was made
        aside = put_in_place(store, state, now_utc)
        if older:
            mailed_head.forget(state)
    return Restored(copy, found, aside)


def put_in_place(store: Store, state: Path, now_utc: datetime) -> Path | None:
    """Close the database of a scratch folder and make it that of ``state``; return where what was there is, if any.

    The caller holds the daemon's lock. Raises OSError when the disk refuses.
    """
    store.close()
    placed = store.state / DATABASE
    with closing(sqlite3.connect(placed)) as connection:
        (mark,) = connection.execute("PRAGMA application_id").fetchone()
        connection.execute("PRAGMA journal_mode = DELETE")
    sync_file(placed)
    # What needs room on the disk comes first: what follows is not to be given up half way.
    belonging.write_marks(state, belonging.marks(state) | {mark})
    with uninterrupted():
        aside = put_aside(state, now_utc)
        move_durably(placed, state / DATABASE)
        with suppress(OSError):
            belonging.write_marks(state, {mark})
        own_like_folder(state / DATABASE)
    return aside


def put_aside(state: Path, now_utc: datetime) -> Path | None:
    """Move the database and its journals into a folder of their own; None when there is none. Raises OSError."""
    there = [path for name in ("", *belonging.JOURNALS) if (path := state / f"{DATABASE}{name}").exists()]
    for path in there:
        if not _has_content(path):
            path.unlink()
    there = [path for path in there if path.exists()]
    if not there:
        return None
    name = f"aside-{now_utc:%Y%m%dT%H%M%S}"
    names = (name, *(f"{name}-{number}" for number in range(1, MOST_ASIDE)))
    aside = next((state / each for each in names if not (state / each).exists()), state / name)
    aside.mkdir(mode=0o750)
    own_like_folder(aside)
    # The database first: cut off in between, a journal alone is refused at the next start, a database alone is not.
    for path in there:
        path.rename(aside / path.name)
    sync_folder(aside)
    sync_folder(state)
    return aside


def set_aside_unusable(state: Path, now_utc: datetime) -> Path | None:
    """Make an empty database and move an unusable one aside; return where that is now, if there was one.

    Raises StoreError when the present one is usable, or may become so again.
    """
    if _has_content(state / DATABASE):
        try:
            existing_store(state, None).close()
        except (Damaged, NoDatabase):
            pass
        else:
            raise StoreError(
                message("{value} is there and can be used. Expected none: run without --fresh", value=state / DATABASE)
            )
    aside = put_aside(state, now_utc)
    make_store(state)
    mailed_head.forget(state)
    return aside


def newest_good(state: Path, now_utc: datetime) -> Path:
    """Return the newest nightly copy that is whole and sound; raises StoreError when there is none.

    Copies dated after ``now_utc`` are tried last: a wrong clock has named them.
    """
    why: list[Said] = []
    for copy in reversed(nightly(state / BACKUPS, state / BACKUPS / copy_name(now_utc))):
        try:
            found = verify(copy, state)
        except StoreError as error:
            why.append(said_by(error))
            continue
        if not found.problems:
            return copy
        why.append(message("{copy}: {problems}", copy=copy, problems=series(found.problems, "; ")))
    none = message("no good copy lies in {folder}", folder=state / BACKUPS)
    raise StoreError(series([none, *why], "\n"))
