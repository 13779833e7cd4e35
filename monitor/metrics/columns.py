"""Keep what a million lines are made of, in place of the lines: labels once for all families, and a value each.

For sources that all have the same families; where they differ, and where there are few, `CachedLines` is simpler.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress, islice
from operator import is_not
from typing import Any, Generic, TypeVar

from monitor.metrics.pieces import Piece
from monitor.metrics.text import TOGETHER, Body, Family

Key = TypeVar("Key")
Source = TypeVar("Source")

Write = Callable[[Any, str], str]  # a value and its labels, as lines


class Column(Piece):
    """The lines of one family, of some sources in a row. ``labels``: of all of them, a line each; b"": it has gone."""

    __slots__ = ("_labels", "_values", "_write")

    def __init__(self, write: Write, labels: bytes, values: Iterable[object]) -> None:
        super().__init__()
        self._write, self._labels, self._values = write, labels, list(values)

    def put(self, place: int, value: object) -> None:
        """Replace the value at a place; None: it has no line."""
        if self._values[place] != value:
            self._values[place], self.packed = value, None

    @property
    def text(self) -> bytes:
        """Write the lines: they are kept compressed only."""
        write, of_each = self._write, zip(self._values, self._labels.decode().split("\n"), strict=True)
        return "".join([write(value, labels) for value, labels in of_each if value is not None and labels]).encode()


class _Row(Generic[Key]):
    """Some sources in a row as they were seen last, and a column for each family."""

    __slots__ = ("columns", "keys", "marks")

    def __init__(self, keys: Sequence[Key], marks: Sequence[object], columns: Sequence[Column]) -> None:
        self.keys, self.marks, self.columns = keys, marks, columns


class Columns(Generic[Key, Source]):
    """The part of many sources that have the same families.

    ``families``: with how a value is written. ``sources``: all that there are at this moment, in an order that seldom
    changes. ``labels``: those of a source, written once; "" where it has gone. ``values``: one for each family, None
    for no line; asked for again only where the ``mark`` of a source is another object. The mark is kept, and not the
    source, which nobody else may need until the next page; without ``mark`` the source is its own. Those of
    ``together`` sources are a piece of the page for each family.
    """

    def __init__(
        self,
        families: Mapping[Family, Write],
        sources: Callable[[], Iterable[tuple[Key, Source]]],
        labels: Callable[[Key], str],
        values: Callable[[Source], Sequence[object]],
        mark: Callable[[Source], object] | None = None,
        together: int = TOGETHER,
    ) -> None:
        self._families, self._sources, self._together = families, sources, together
        self._labels, self._values, self._mark = labels, values, mark
        self._rows: list[_Row[Key]] = []

    def look(self) -> Iterator[None]:
        """Take in other sources, a row at each step."""
        sources, count = iter(self._sources()), 0
        while some := list(islice(sources, self._together)):
            keys, found = [key for key, _ in some], [source for _, source in some]
            if count < len(self._rows) and self._rows[count].keys == keys:
                self._renew(self._rows[count], found)
            else:
                self._rows[count : count + 1] = [self._row(keys, found)]
            count += 1
            yield
        del self._rows[count:]

    def _row(self, keys: Sequence[Key], sources: Sequence[Source]) -> _Row[Key]:
        labels = "\n".join(map(self._labels, keys)).encode()
        values = zip(*map(self._values, sources), strict=True)
        columns = [Column(write, labels, column) for write, column in zip(self._families.values(), values, strict=True)]
        return _Row(keys, self._marks(sources), columns)

    def _renew(self, row: _Row[Key], sources: Sequence[Source]) -> None:
        marks = self._marks(sources)
        for place in compress(range(len(sources)), map(is_not, marks, row.marks)):
            for column, value in zip(row.columns, self._values(sources[place]), strict=True):
                column.put(place, value)
        row.marks = marks

    def _marks(self, sources: Sequence[Source]) -> Sequence[object]:
        return sources if self._mark is None else list(map(self._mark, sources))

    def bodies(self) -> Iterator[Body]:
        """Yield each family's lines as of the end of `look`."""
        for place, family in enumerate(self._families):
            yield family, [row.columns[place] for row in self._rows]

    def forget(self) -> None:
        """Write everything again next time: the fleet is another one."""
        self._rows = []
