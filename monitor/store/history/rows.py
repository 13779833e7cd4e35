"""Make the rows of the history's file of summaries, and read them. Pure.

A row holds a series' summaries from the beginning of a day (UTC) on, for as many days as its slots say: one, or a
fortnight of hours when that is over. Together those take half the room that each day takes alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TypeVar

from monitor.store.history.packing import Damaged, pack, rows_of, unpack
from monitor.store.history.summaries import Summary

FINE_S, COARSE_S = 300, 3_600
STEP_S = {"fine": FINE_S, "coarse": COARSE_S}
SLOTS = {table: 86_400 // step_s for table, step_s in STEP_S.items()}  # of a day
# Days that a row may hold. A row of more than a quarter of SQLite's page takes a page more: a noisy link's fortnight of
# hours stays below that, as its day of five minutes does.
LONGEST = {"fine": 1, "coarse": 14}
EPOCH = date(1970, 1, 1)

Kind = TypeVar("Kind", bound=Summary)


def stretches_of(table: str, day: int, packed: bytes, kind: type[Kind]) -> Iterator[tuple[datetime, Kind]]:
    """Yield the summaries of a row by the beginning of their stretch; nothing of a damaged one."""
    try:
        columns = unpack(packed)
    except Damaged:
        return
    count = len(columns[0])
    if not isinstance(day, int) or len(columns) != kind.width() or count % SLOTS[table]:
        return
    begins = beginning(day)
    for offset, summary in zip(_offsets(table, count), kind.every(columns), strict=True):
        if summary is not None:
            yield begins + offset, summary


def with_added(table: str, packed: bytes, slots: Mapping[int, Summary]) -> bytes:
    """Return a row with summaries added to what it has, by their slots; a damaged one, and none (b""), is begun."""
    kind = type(next(iter(slots.values())))
    try:
        columns = unpack(packed) if packed else ()
    except Damaged:
        columns = ()
    whole: dict[int, Sequence[int]] = {}
    count = SLOTS[table]
    if len(columns) == kind.width():
        whole.update(rows_of(columns))
        count = len(columns[0])
    for slot, summary in slots.items():
        before = kind.of(whole[slot]) if slot in whole else None
        merged = kind.merged(part for part in (before, summary) if part is not None)
        whole[slot] = (merged or summary).codes()
    return pack(whole, kind.width(), count)


def joined(table: str, first: int, rows: Iterable[tuple[int, bytes]]) -> bytes | None:
    """Return one row, from the day ``first`` on, of some by their day; damaged ones are left out. None of none."""
    whole: dict[int, tuple[int, ...]] = {}
    widths = set()
    for day, packed in rows:
        try:
            columns = unpack(packed)
        except Damaged:
            continue
        widths.add(len(columns))
        for slot, codes in rows_of(columns).items():
            whole.setdefault((day - first) * SLOTS[table] + slot, codes)
    count = LONGEST[table] * SLOTS[table]
    if len(widths) != 1 or not all(0 <= slot < count for slot in whole):
        return None
    return pack(whole, widths.pop(), count)


def days_in(table: str, packed: bytes) -> int:
    """Return how many days a row holds; 1 of what is damaged."""
    try:
        return len(unpack(packed)[0]) // SLOTS[table]
    except Damaged:
        return 1


def first_day(table: str, day: int) -> int:
    """Return the first day of the longest row that a day may be in."""
    return day - day % LONGEST[table]


def day_of(at_utc: datetime) -> int:
    """Return the number of a time's day since 1970, UTC."""
    return (at_utc.astimezone(UTC).date() - EPOCH).days


def beginning(day: int) -> datetime:
    """Return when the day of that number begins."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)


def hourly(summaries: Mapping[datetime, Summary]) -> dict[datetime, Summary]:
    """Return the summaries of whole hours, from those of five minutes."""
    by_hour: dict[datetime, list[Summary]] = {}
    for at_utc, summary in summaries.items():
        by_hour.setdefault(at_utc.replace(minute=0, second=0, microsecond=0), []).append(summary)
    merged = {hour: type(parts[0]).merged(parts) for hour, parts in by_hour.items()}
    return {hour: summary for hour, summary in merged.items() if summary is not None}


@cache
def _offsets(table: str, count: int) -> Sequence[timedelta]:
    return [timedelta(seconds=STEP_S[table]) * slot for slot in range(count)]
