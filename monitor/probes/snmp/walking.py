"""Columns of tables, read by GETBULK from agents of all manners."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from monitor.probes.snmp.ber import Missing, Oid, Value, arcs
from monitor.probes.snmp.messages import Binding
from monitor.probes.snmp.session import AgentError, Session, SilentError

MOST_ROWS = 1_000
ROOM = 48  # bindings in one answer: small enough for one packet on most links
AT_ONCE = 8  # columns in one question
TEXTS = (bytes, str)
MOST_INDEX, MOST_VALUE = 64, 512  # bytes: what is longer would fill the memory with what nobody shows

Row = tuple[int, ...]
Column = dict[Row, Value]


async def walk(session: Session, columns: Sequence[Oid], most_rows: int = MOST_ROWS) -> Mapping[Oid, Column]:
    """Each column's values by the index of their row; a column that the agent lacks is empty.

    A column ends where the agent leaves it, repeats itself, goes backwards or says that there is nothing, and after
    ``most_rows``. Raises SnmpError when the agent falls silent.
    """
    found: dict[Oid, Column] = {column: {} for column in columns}
    silent = False
    for start in range(0, len(columns), AT_ONCE):
        together = {column: column for column in columns[start : start + AT_ONCE]}
        silent = await _walk_together(session, together, found, most_rows, silent)
    return found


async def _walk_together(
    session: Session, last: dict[Oid, Oid], found: dict[Oid, Column], most_rows: int, silent: bool
) -> bool:
    """Walks the columns in ``last`` side by side, from where each stands.

    ``silent``: the agent falls silent when it is asked for several rows, which costs seconds each time; returns that.
    """
    careful = silent  # asks for one row at a time
    while last:
        columns = list(last)
        repetitions = 1 if careful else max(1, ROOM // len(columns))
        try:
            bindings = await session.get_bulk(list(last.values()), repetitions)
        except AgentError:
            if repetitions == 1 and len(columns) == 1:
                return silent  # it cannot tell what comes next here: the column ends
            if repetitions == 1:
                for column in columns:  # one of them is at fault: find out which, and lose only that
                    silent = await _walk_together(session, {column: last[column]}, found, most_rows, silent)
                return silent
            careful = True
            continue
        except SilentError:
            if repetitions == 1:
                raise
            careful = silent = True  # some links lose whatever does not fit one packet
            continue
        if not bindings:
            return silent
        reached = {
            column: _take(found[column], column, last[column], bindings[place :: len(columns)], most_rows)
            for place, column in enumerate(columns)
        }
        last = {column: at for column, at in reached.items() if at is not None}
        if len(bindings) < len(columns):  # cut short before every column had its turn
            for column in columns[len(bindings) :]:
                silent = await _walk_together(session, {column: last.pop(column)}, found, most_rows, silent)
    return silent


@lru_cache(maxsize=4_096)
def _row(index: bytes) -> Row:
    """The same rows come again in every column."""
    return arcs(index)


def _take(taken: Column, column: Oid, last: Oid, bindings: Sequence[Binding], most_rows: int) -> Oid | None:
    """Takes in what follows ``last`` in a column; the name of the last one, or None: the column is over.

    Most of what a walk costs here is spent in this loop.
    """
    size = len(column)
    before = _row(last[size:]) if last != column else ()
    for name, value in bindings:
        if not name.startswith(column) or not size < len(name) <= size + MOST_INDEX:
            return None
        row = _row(name[size:])
        if row <= before or isinstance(value, Missing) or len(taken) >= most_rows:
            return None
        taken[row] = value[:MOST_VALUE] if isinstance(value, TEXTS) else value
        before, last = row, name
    return last
