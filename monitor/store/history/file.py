"""Hold history.db, the file of summaries: a row a series and day, five-minute ones for 40 days, hourly for 3 years.

It is beside the database and never part of it: a crash may cost the last hour's summaries, a damaged file is set aside
and begun again, and nothing of the office's state is ever in it.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from monitor.store.history.rows import (
    COARSE_S,
    EPOCH,
    LONGEST,
    SLOTS,
    STEP_S,
    beginning,
    day_of,
    days_in,
    first_day,
    hourly,
    joined,
    stretches_of,
    with_added,
)
from monitor.store.history.summaries import Summary
from monitor.store.history.use import Use

FILE = "history.db"
BUSY_TIMEOUT_S = 5.0
TROUBLE = (sqlite3.Error, UnicodeDecodeError)  # the second: SQLite's own words quote what it found in a torn file
BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
MARK = 0x75706D68  # 'upmh', the application id

Kind = TypeVar("Kind", bound=Summary)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS fine (
    series INTEGER NOT NULL, day INTEGER NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (series, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS coarse (
    series INTEGER NOT NULL, day INTEGER NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (series, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS used (
    series INTEGER NOT NULL, span TEXT NOT NULL, begins INTEGER NOT NULL, rates INTEGER NOT NULL,
    in_p95_bps REAL, out_p95_bps REAL, in_octets INTEGER NOT NULL, out_octets INTEGER NOT NULL,
    PRIMARY KEY (series, span, begins)) WITHOUT ROWID;
"""
TABLES = frozenset({"series", "fine", "coarse"})  # those without which a file is none of ours; others are added


class HistoryRefuses(Exception):
    """The file cannot be read or written, in SQLite's words."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How long summaries are kept, in days."""

    fine: int = 40
    coarse: int = 1_096


class HistoryFile:
    """The summaries of one installation. Thread-safe: each call opens the file for itself.

    ``set_aside``: where a damaged file was put; empty without one.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self.set_aside = ""

    @property
    def is_there(self) -> bool:
        """Return whether there is a file."""
        return self.path.exists()

    def open(self) -> None:
        """Make the file, or begin it again where it is no history; raises HistoryRefuses."""
        try:
            if not self._is_sound():
                self._put_aside()
            with self._connected() as connection:
                connection.executescript(_SCHEMA)
                connection.execute(f"PRAGMA application_id = {MARK}")
        except (OSError, *TROUBLE) as error:
            raise HistoryRefuses(str(error)) from None

    def add(self, summaries: Mapping[str, Mapping[datetime, Summary]]) -> None:
        """Add five-minute summaries of series, by their beginning (UTC), to what is there of the same minutes and hour.

        All of it or nothing: raises HistoryRefuses.
        """
        try:
            with self._connected() as connection, connection:
                connection.execute("BEGIN IMMEDIATE")
                for name, stretches in sorted(summaries.items()):
                    self._add_one(connection, "fine", name, stretches)
                    self._add_one(connection, "coarse", name, hourly(stretches))
        except TROUBLE as error:
            raise HistoryRefuses(str(error)) from None

    def read(
        self, table: str, name: str, kind: type[Kind], since_utc: datetime, until_utc: datetime
    ) -> dict[datetime, Kind]:
        """Return a series' summaries by the beginning of their stretch; a damaged day is left out.

        Raises HistoryRefuses.
        """
        query = (
            f"SELECT day, packed FROM {table} WHERE series = (SELECT id FROM series WHERE name = ?) "
            "AND day BETWEEN ? AND ? ORDER BY day"
        )
        try:
            with self._connected(readonly=True) as connection:
                bounds = first_day(table, day_of(since_utc)), day_of(until_utc)
                rows = connection.execute(query, (name, *bounds)).fetchall()
        except TROUBLE as error:
            raise HistoryRefuses(str(error)) from None
        found: dict[datetime, Kind] = {}
        for day, packed in rows:
            found.update(stretches_of(table, day, packed, kind))
        for at_utc in [at_utc for at_utc in found if not since_utc <= at_utc < until_utc]:
            del found[at_utc]
        return found

    def began_on(self) -> date | None:
        """Return the first day of which the oldest series has hourly summaries; None for none.

        Raises HistoryRefuses.
        """
        query = "SELECT min(day) FROM coarse WHERE series = (SELECT min(id) FROM series)"
        try:
            with self._connected(readonly=True) as connection:
                (day,) = connection.execute(query).fetchone()
        except TROUBLE as error:
            raise HistoryRefuses(str(error)) from None
        return None if day is None else EPOCH + timedelta(days=day)

    def join_hours(self, now_utc: datetime) -> None:
        """Join the days of each fortnight that is over into one row; raises HistoryRefuses.

        A series has its turn in one hour of a fortnight, so that the work of many is spread over all of it.
        """
        turns = LONGEST["coarse"] * SLOTS["coarse"]
        turn = int(now_utc.timestamp()) // COARSE_S % turns
        present = first_day("coarse", day_of(now_utc))
        try:
            with self._connected() as connection:
                for (series,) in connection.execute("SELECT id FROM series WHERE id % ? = ?", (turns, turn)).fetchall():
                    with connection:
                        self._join_one(connection, series, present)
        except TROUBLE as error:
            raise HistoryRefuses(str(error)) from None

    def prune(self, now_utc: datetime, kept: Kept) -> None:
        """Delete what is older than is kept; raises HistoryRefuses."""
        try:
            with self._connected() as connection, connection:
                for table, days in (("fine", kept.fine), ("coarse", kept.coarse)):
                    last_day = day_of(now_utc) - days  # of a row that is kept, however many days that has
                    connection.execute(f"DELETE FROM {table} WHERE day + ? <= ?", (LONGEST[table] - 1, last_day - 1))
                oldest = (now_utc.date() - EPOCH).days - kept.coarse
                connection.execute("DELETE FROM used WHERE begins < ?", (oldest,))
        except TROUBLE as error:
            raise HistoryRefuses(str(error)) from None

    def put_use(self, used: Mapping[tuple[str, str, date], Use]) -> None:
        """Keep how interfaces were used, by 'day' or 'month', series and first day; what was kept of it is replaced.

        All of it or nothing: raises HistoryRefuses.
        """
        query = (
            "INSERT OR REPLACE INTO used (series, span, begins, rates, in_p95_bps, out_p95_bps, in_octets, out_octets) "
            "SELECT id, ?, ?, ?, ?, ?, ?, ? FROM series WHERE name = ?"
        )
        rows = [
            (span, (day - EPOCH).days, use.rates, use.in_p95_bps, use.out_p95_bps, use.in_octets, use.out_octets, name)
            for (span, name, day), use in sorted(used.items())
        ]
        try:
            with self._connected() as connection, connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(query, rows)
        except TROUBLE as error:
            raise HistoryRefuses(str(error)) from None

    def read_use(self, span: str, name: str, first: date, until: date) -> dict[date, Use]:
        """Return what is kept of an interface's days or months that begin from ``first`` to before ``until``.

        Raises HistoryRefuses.
        """
        query = (
            "SELECT begins, rates, in_p95_bps, out_p95_bps, in_octets, out_octets FROM used "
            "WHERE series = (SELECT id FROM series WHERE name = ?) AND span = ? AND begins >= ? AND begins < ? "
            "ORDER BY begins"
        )
        try:
            with self._connected(readonly=True) as connection:
                bounds = (first - EPOCH).days, (until - EPOCH).days
                rows = connection.execute(query, (name, span, *bounds)).fetchall()
        except TROUBLE as error:
            raise HistoryRefuses(str(error)) from None
        numbers = (int, float, type(None))  # a torn row may have anything
        return {
            EPOCH + timedelta(days=begins): Use(*columns)
            for begins, *columns in rows
            if all(isinstance(each, numbers) for each in columns)
        }

    def last_day_of_use(self) -> date | None:
        """Return the last day of which any interface's use is kept; None without one. Raises HistoryRefuses."""
        try:
            with self._connected(readonly=True) as connection:
                (found,) = connection.execute("SELECT max(begins) FROM used WHERE span = 'day'").fetchone()
        except TROUBLE as error:
            raise HistoryRefuses(str(error)) from None
        return None if found is None else EPOCH + timedelta(days=found)

    def _add_one(
        self, connection: sqlite3.Connection, table: str, name: str, summaries: Mapping[datetime, Summary]
    ) -> None:
        connection.execute("INSERT OR IGNORE INTO series (name) VALUES (?)", (name,))
        (series,) = connection.execute("SELECT id FROM series WHERE name = ?", (name,)).fetchone()
        by_day: dict[int, dict[int, Summary]] = {}
        for at_utc, summary in summaries.items():
            day = day_of(at_utc)
            by_day.setdefault(day, {})[int((at_utc - beginning(day)).total_seconds()) // STEP_S[table]] = summary
        for day, slots in by_day.items():
            begins, packed = self._row_with(connection, table, series, day)
            before = (day - begins) * SLOTS[table]
            row = with_added(table, packed, {before + slot: summary for slot, summary in slots.items()})
            connection.execute(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)", (series, begins, row))

    def _join_one(self, connection: sqlite3.Connection, series: int, until: int) -> None:
        """Join a series' hourly rows of before a day, in a transaction of the caller's."""
        connection.execute("BEGIN IMMEDIATE")
        found = connection.execute(
            "SELECT day, packed FROM coarse WHERE series = ? AND day < ? AND typeof(day) = 'integer' ORDER BY day",
            (series, until),
        ).fetchall()
        for first, group in groupby(found, key=lambda row: first_day("coarse", row[0])):
            rows = list(group)
            if len(rows) > 1 and (whole := joined("coarse", first, rows)) is not None:
                bounds = (series, first, first + LONGEST["coarse"] - 1)
                connection.execute("DELETE FROM coarse WHERE series = ? AND day BETWEEN ? AND ?", bounds)
                connection.execute("INSERT INTO coarse VALUES (?, ?, ?)", (series, first, whole))

    def _row_with(self, connection: sqlite3.Connection, table: str, series: int, day: int) -> tuple[int, bytes]:
        """Return the first day of the row that a day is in, and its bytes; none (b"") where there is no such row."""
        first = first_day(table, day)
        query = f"SELECT day, packed FROM {table} WHERE series = ? AND day IN (?, ?)"
        rows = dict(connection.execute(query, (series, first, day)).fetchall())
        if day not in rows and first in rows and first + days_in(table, rows[first]) > day:
            return first, rows[first]
        return day, rows.get(day, b"")

    def _is_sound(self) -> bool:
        """Return whether the file is one of ours, and whole. Raises sqlite3.Error where we may not look, or not now."""
        if not self.path.exists():
            return False
        try:
            with self._connected(readonly=True) as connection:
                (mark,) = connection.execute("PRAGMA application_id").fetchone()
                # A quick check overlooks rows that are out of order, which are not found again.
                (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
                tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode in BUSY or not os.access(self.path, os.R_OK | os.W_OK):
                raise  # nothing is wrong with the file itself
            return False
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            return False
        return bool(mark == MARK and verdict == "ok" and tables >= TABLES)

    def _put_aside(self) -> None:
        if not self.path.exists():
            return
        aside = self.path.with_name(f"{FILE}.damaged")
        self.path.replace(aside)
        for rest in ("-journal", "-wal", "-shm"):
            self.path.with_name(f"{FILE}{rest}").unlink(missing_ok=True)
        self.set_aside = str(aside)

    @contextmanager
    def _connected(self, *, readonly: bool = False) -> Iterator[sqlite3.Connection]:
        # A reader opens for writing too: what was half written at a kill is rolled back by the next one, whoever it is.
        mode = "rw" if readonly else "rwc"
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        connection = sqlite3.connect(uri, BUSY_TIMEOUT_S, uri=True, isolation_level=None)
        connection.text_factory = _text
        try:
            if readonly:
                connection.execute("PRAGMA query_only = ON")
            else:
                connection.execute("PRAGMA journal_mode = TRUNCATE")
                connection.execute("PRAGMA synchronous = NORMAL")
            yield connection
        finally:
            connection.close()


def _text(torn: bytes) -> str:
    """Return a text of the file, whatever is in it: a torn cell may have become one."""
    return torn.decode("utf-8", "replace")
