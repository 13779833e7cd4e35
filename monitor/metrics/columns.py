"""Keep what a million lines are made of, in place of the lines: labels once for all families, and a value each.

For sources that all have the same families; where they differ, and where there are few, `CachedLines` is simpler.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from operator import is_not
from typing import Any, Generic, TypeVar

from monitor.metrics.pieces import Piece
from monitor.metrics.text import TOGETHER, Body, Family

Key = TypeVar("Key")
Source = TypeVar("Source")

Write = Callable[[Iterable[Any], Iterable[str]], str]
"""Values, each with its labels, as lines in their order; none where the value is None or the labels are ""."""
Row = tuple[Sequence[Key], Sequence[Source]]


class Column(Piece):
    """The lines of one family, of some sources in a row. ``labels``: of all of them, a line each; b"": it has gone."""

    __slots__ = ("_labels", "_values", "_write")

    def __init__(self, write: Write, labels: bytes, values: Iterable[object]) -> None:
        super().__init__()
        self._write, self._labels, self._values = write, labels, list(values)

    def put(self, places: Iterable[int], values: Iterable[object]) -> None:
        """Replace the values at some places; None: it has no line."""
        own = self._values
        for place, value in zip(places, values, strict=True):
            if own[place] != value:
                own[place], self.packed = value, None

    @property
    def text(self) -> bytes:
        """Write the lines: they are kept compressed only."""
        return self._write(self._values, self._labels.decode().split("\n")).encode()


def rows(sources: Mapping[Key, Source], together: int) -> Iterator[Row[Key, Source]]:
    """Yield sources as they are at this moment, so many ``together``."""
    keys, found = list(sources), list(sources.values())  # and no pair of each
    for begin in range(0, len(keys), together):
        yield keys[begin : begin + together], found[begin : begin + together]


class _Row(Generic[Key]):
    """Some sources in a row as they were seen last, and a column for each family."""

    __slots__ = ("columns", "keys", "marks")

    def __init__(self, keys: Sequence[Key], marks: Sequence[object], columns: Sequence[Column]) -> None:
        self.keys, self.marks, self.columns = keys, marks, columns


class Columns(Generic[Key, Source]):
    """The part of many sources that have the same families.

    ``families``: with how values are written. ``sources``: all that there are at this moment, in `rows` of so many, in
    an order that seldom changes. ``labels``: those of a source, written once; "" where it has gone. ``values``: one for
    each family, None for no line; asked for again only where the ``mark`` of a source is another object. The mark is
    kept, and not the source, which nobody else may need until the next page; without ``mark`` the source is its own.
    Those of ``together`` sources are a piece of the page for each family.
    """

    def __init__(
        self,
        families: Mapping[Family, Write],
        sources: Callable[[int], Iterable[Row[Key, Source]]],
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
        count = 0
        for keys, found in self._sources(self._together):
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
        places = list(compress(range(len(sources)), map(is_not, marks, row.marks)))
        if places:
            values = zip(*[self._values(sources[place]) for place in places], strict=True)
            for column, of_each in zip(row.columns, values, strict=True):
                column.put(places, of_each)
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
