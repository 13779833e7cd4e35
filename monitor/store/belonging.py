"""Check that the database and the journal beside it belong together.

SQLite replays whatever `monitor.db-journal` it finds into whatever `monitor.db` it finds: of a database that was put
back beside the journal of a killed daemon it makes a mixture of two, silently. So each database has a mark of its own
in its header (application_id, a random number), each copy another, and the file `installed` beside it holds the mark:
before SQLite opens anything, a journal is compared with both. Each start of the daemon draws another mark, so that an
older copy of the very same file is recognised as well.

File formats: https://www.sqlite.org/fileformat2.html (1.3 the header, 3 the journal, 4 the log).
"""

import secrets
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Engine

from monitor.domain.message import message
from monitor.state_file import read_state, write_state
from monitor.store.errors import Damaged

INSTALLED = "installed"
MOST_BYTES = 64 * 1024
JOURNALS = ("-journal", "-wal", "-shm")
MAGIC = b"SQLite format 3\0"
JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
WAL_MAGICS = {0x377F0682, 0x377F0683}
TRIES, PAUSE_S = 4, 0.1  # a journal of somebody at work is another one, or gone, at the next look


@dataclass(frozen=True, slots=True)
class Header:
    """The first page's fields: ``counter`` grows with every commit, ``pages``: 0 where the page does not say."""

    mark: int
    counter: int
    pages: int


def header(page: bytes) -> Header | None:
    """Parse the first 100 bytes of a database; None when it is none."""
    if len(page) < 100 or not page.startswith(MAGIC):
        return None
    counter, pages = struct.unpack_from(">II", page, 24)
    (mark,) = struct.unpack_from(">I", page, 68)
    (valid_for,) = struct.unpack_from(">I", page, 92)
    return Header(mark, counter, pages if valid_for == counter else 0)


def marks(state: Path) -> set[int]:
    """Return the marks in `installed`; empty when there is no such file, or it cannot be read."""
    return read_state(state / INSTALLED, MOST_BYTES, _marks) or set()


def _marks(found: Any) -> set[int]:
    return {int(mark, 16) for mark in found["database"]}


def was_installed(state: Path) -> bool:
    """Return whether a database was ever made in this folder."""
    return (state / INSTALLED).exists()


def write_marks(state: Path, known: set[int]) -> None:
    """Write `installed`; raises OSError."""
    write_state(state / INSTALLED, {"database": sorted(f"{mark:08x}" for mark in known)})


def draw_mark() -> int:
    """Return another mark, never 0, which is that of a database without one."""
    return secrets.randbelow(2**31 - 1) + 1


def refuse_odd_files(database: Path) -> None:
    """Raise Damaged when something else than a plain file lies in the place of the database or its journals.

    Opening a pipe would wait for ever, and opening a device may have effects.
    """
    state = database.parent
    beside = (database.with_name(database.name + suffix) for suffix in JOURNALS)
    for path in (database, *beside, state / INSTALLED):
        if path.exists() and not path.is_file():
            what = "a folder" if path.is_dir() else "no plain file, but a pipe, a socket or a device"
            mend = "Put a copy back: upazila-monitor backup restore" if path == database else "Take it away"
            raise Damaged(
                message("{path} is {what}. Expected a plain file, or none. {mend}", path=path, what=what, mend=mend)
            )


def refuse_foreign_journal(database: Path, known: set[int]) -> None:
    """Raise Damaged when the journal beside ``database`` is that of another one; opens nothing through SQLite.

    Checks several times before it raises: another command may just be writing.
    """
    before: tuple[str, bytes] | None = None
    for _ in range(TRIES):
        found = _foreign(database, known)
        if found is None or (before is not None and found != before):
            return
        before = found
        time.sleep(PAUSE_S)
    assert before is not None
    raise Damaged(
        message(
            "{database} and the journal beside it ({before}) are of two databases: one of them was "
            "put there by hand. Opened together they would become a mixture. Put a whole copy back: "
            "upazila-monitor backup restore",
            database=database,
            before=before[0],
        )
    )


def _foreign(database: Path, known: set[int]) -> tuple[str, bytes] | None:
    """Return the name and the first bytes of a journal that does not belong to ``database``, or None."""
    for suffix, belongs in (("-journal", _journal_belongs), ("-wal", _log_belongs)):
        path = database.with_name(database.name + suffix)
        try:
            with path.open("rb") as file, database.open("rb") as base:
                beginning = file.read(32)
                file.seek(0)
                if not belongs(file, header(base.read(100)), known):
                    return path.name, beginning
        except FileNotFoundError:
            continue
    return None


def _journal_belongs(journal: BinaryIO, base: Header | None, known: set[int]) -> bool:
    """Return whether a rollback journal is that of the database with the header ``base``, or has nothing to replay."""
    start = journal.read(28)
    if len(start) < 28 or not start.startswith(JOURNAL_MAGIC):
        return True
    (pages,) = struct.unpack_from(">I", start, 16)
    if pages == 0:  # the transaction that made the database: replaying it empties the file
        return not known
    first = header(_first_page(journal, start))
    if first is not None:
        whole = first.pages in {0, pages} and (not known or first.mark in known)
        if base is None:  # torn by a power cut; the journal holds the page as it was
            return whole and bool(known)
        return whole and _is_known(base, known) and base.counter - first.counter in {0, 1}
    return base is None or (_is_known(base, known) and base.pages in {0, pages})


def _first_page(journal: BinaryIO, start: bytes) -> bytes:
    """Return the first 100 bytes of page 1 in the journal; empty without it."""
    records, _, _, sector, size = struct.unpack_from(">IIIII", start, 8)
    at = sector
    while sector and size:
        for _ in range(records):
            journal.seek(at)
            record = journal.read(104)
            if len(record) < 104:
                return b""
            if record[:4] == b"\0\0\0\1":
                return record[4:]
            at += size + 8
        at = -(-at // sector) * sector
        journal.seek(at)
        following = journal.read(12)
        if len(following) < 12 or not following.startswith(JOURNAL_MAGIC):
            return b""
        (records,) = struct.unpack_from(">I", following, 8)
        at += sector
    return b""


def _log_belongs(log: BinaryIO, base: Header | None, known: set[int]) -> bool:
    """Return whether a write-ahead log is that of the database with the header ``base``, or has nothing to replay."""
    frames = list(_first_pages(log))
    if not frames or base is None:
        return base is not None or not frames
    if not _is_known(base, known):
        return False
    for number, first in enumerate(frames):
        if first is not None and not _is_known(first, known or {base.mark}):
            return not _is_replayed(log, number)
    return True


def _is_replayed(log: BinaryIO, number: int) -> bool:
    """Return whether SQLite would replay the frame of that number: it stops at the first that lacks its checksum.

    A power cut may leave a frame that is whole in its head and not in its page; what that says of itself is no mark.
    """
    log.seek(0)
    start = log.read(32)
    (size,) = struct.unpack_from(">I", start, 8)
    words = ">" if start[3] & 1 else "<"
    sums = _log_sums(start[:24], words, (0, 0))
    if sums != struct.unpack_from(">II", start, 24):
        return False
    for _ in range(number + 1):
        frame = log.read(24 + size)
        if len(frame) < 24 + size:
            return False
        sums = _log_sums(frame[:8] + frame[24:], words, sums)
        if sums != struct.unpack_from(">II", frame, 16):
            return False
    return True


def _log_sums(data: bytes, words: str, before: tuple[int, int]) -> tuple[int, int]:
    """Add to a write-ahead log's checksums (the format's 4.2)."""
    first, second = before
    for even, odd in struct.iter_unpack(f"{words}II", data):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second


def _first_pages(log: BinaryIO) -> Iterator[Header | None]:
    """Yield, for each valid frame, the header of page 1, or None when it is another page."""
    start = log.read(32)
    if len(start) < 32 or struct.unpack_from(">I", start)[0] not in WAL_MAGICS:
        return
    (size,) = struct.unpack_from(">I", start, 8)
    at = 32
    while size and len(frame := log.read(124)) >= 124 and frame[8:16] == start[16:24]:
        yield header(frame[24:]) if frame[:4] == b"\0\0\0\1" else None
        at += 24 + size
        log.seek(at)


def _is_known(found: Header, known: set[int]) -> bool:
    return not known or found.mark in known


def renew_mark(state: Path, engine: Engine) -> int:
    """Draw another mark for the database; at no moment is the one in it missing from `installed`. Raises OSError."""
    with engine.begin() as connection:
        old = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        new = draw_mark()
        write_marks(state, {old, new})
        connection.exec_driver_sql(f"PRAGMA application_id = {new}")
    write_marks(state, {new})
    return new


def mark_first(state: Path, engine: Engine) -> int:
    """Mark a database that has no mark yet, and write `installed`; return 0, as it is not to stay. Raises OSError."""
    with engine.connect() as connection:
        has_mark = connection.exec_driver_sql("PRAGMA application_id").scalar_one() != 0
    if not (has_mark and was_installed(state)):
        renew_mark(state, engine)
    return 0
