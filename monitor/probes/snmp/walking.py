"""Walk columns of tables by GETBULK, with agents of any quality."""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from monitor.probes.snmp.ber import Missing, Oid, Value, arcs, oid
from monitor.probes.snmp.messages import Binding
from monitor.probes.snmp.session import AgentError, Session, SilentError

MOST_ROWS = 1_000
ROOM = 48  # bindings in one answer: small enough for one packet on most links
AT_ONCE = 8  # columns in one question
TEXTS = (bytes, str)
MOST_UNREAD = 3  # in so many columns an agent may fall silent, each of which costs a time-out, till others are left out
MOST_INDEX, MOST_VALUE = 64, 512  # bytes: longer ones would fill memory and are never shown
ALIVE = oid("1.3.6.1.2.1.1.3.0")  # sysUpTime.0, which no agent lacks

Row = tuple[int, ...]
Column = dict[Row, Value]


class Walked(dict[Oid, Column]):
    """Each column's values by row index; ``unread``: the columns in which the agent timed out.

    The values of such a column before the timeout are kept.
    """

    def __init__(self, columns: Iterable[Oid]) -> None:
        super().__init__((column, {}) for column in columns)
        self.unread: set[Oid] = set()


async def walk(
    session: Session, columns: Sequence[Oid], most_rows: int = MOST_ROWS, *, skip: Collection[Oid] = ()
) -> Walked:
    """Read columns of tables; a column that the agent lacks is empty.

    A column ends where the agent leaves it, repeats itself, goes backwards or reports its end, and after ``most_rows``.
    Columns in ``skip`` count as unread; so do those requested together when the agent had timed out in `MOST_UNREAD`
    others. Raises SnmpError when it does not answer for sysUpTime either.
    """
    walk_ = _Walk(session, Walked(columns), most_rows)
    walk_.found.unread.update(column for column in columns if column in skip)
    wanted = [column for column in columns if column not in skip]
    for start in range(0, len(wanted), AT_ONCE):
        await walk_.together({column: column for column in wanted[start : start + AT_ONCE]})
    return walk_.found


class _Walk:
    """The state of a walk. ``one_by_one``: the agent times out when several rows are requested."""

    def __init__(self, session: Session, found: Walked, most_rows: int) -> None:
        self.found = found
        self._session = session
        self._most_rows = most_rows
        self._one_by_one = False

    async def together(self, last: dict[Oid, Oid]) -> None:
        """Walk the columns in ``last`` side by side, each from where it stands."""
        careful = self._one_by_one
        while last:
            columns = list(last)
            repetitions = 1 if careful else max(1, ROOM // len(columns))
            try:
                bindings = await self._session.get_bulk(list(last.values()), repetitions)
            except AgentError:
                if repetitions == 1 and len(columns) == 1:
                    return  # the agent has no next row here: the column ends
                if repetitions == 1:
                    for column in columns:  # one of them is at fault: find out which, and lose only that
                        await self.together({column: last[column]})
                    return
                careful = True
                continue
            except SilentError:
                if repetitions > 1:
                    careful = self._one_by_one = True  # some links lose whatever does not fit one packet
                    continue
                last = await self._answering(last)
                careful = self._one_by_one = False  # it was an object, not the size of an answer
                continue
            if not bindings:
                return
            reached = {
                column: _take(
                    self.found[column], column, last[column], bindings[place :: len(columns)], self._most_rows
                )
                for place, column in enumerate(columns)
            }
            last = {column: at for column, at in reached.items() if at is not None}
            if len(bindings) < len(columns):  # cut short before every column had its turn
                for column in columns[len(bindings) :]:
                    await self.together({column: last.pop(column)})

    async def _answering(self, last: dict[Oid, Oid]) -> dict[Oid, Oid]:
        """Return the columns that the agent answers for when requested alone; the others become unread.

        Raises SnmpError when it answers for nothing any more.
        """
        answered: dict[Oid, Oid] = {}
        for column, at in last.items():
            if len(last) > 1 and await self._answers(at):
                answered[column] = at
                continue
            if not answered:
                await self._session.get([ALIVE])  # raises when it is gone
            self.found.unread.add(column)
            if len(self.found.unread) > MOST_UNREAD:
                self.found.unread |= last.keys() - answered.keys()
                break
        return answered

    async def _answers(self, at: Oid) -> bool:
        """Return whether the agent answers at all for what follows that object."""
        try:
            await self._session.get_bulk([at], 1)
        except AgentError:
            return True
        except SilentError:
            return False
        return True


@lru_cache(maxsize=4_096)
def _row(index: bytes) -> Row:
    """Return a row's index; cached, because the same rows recur in every column."""
    return arcs(index)


def _take(taken: Column, column: Oid, last: Oid, bindings: Sequence[Binding], most_rows: int) -> Oid | None:
    """Take in what follows ``last`` in a column; return the name of the last one, or None at the column's end.

    Most of what a walk costs here is spent in this loop.
    """
    size = len(column)
    longest, room = size + MOST_INDEX, most_rows - len(taken)
    before = _row(last[size:]) if last != column else ()
    for name, value in bindings[:room]:
        if not name.startswith(column) or not size < len(name) <= longest:
            return None
        row = _row(name[size:])
        if row <= before:
            return None
        kind = type(value)
        if kind is int:
            taken[row] = value
        elif kind is Missing:
            return None
        else:
            taken[row] = value[:MOST_VALUE] if isinstance(value, TEXTS) else value
        before, last = row, name
    return last if len(bindings) <= room else None
