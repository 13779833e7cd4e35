"""Write Prometheus' text formats, byte for byte as prometheus_client does, at a small part of its cost.

A metric is declared once, as a `Family`: from that both the page and docs/metrics.md are made. To add one::

    WAITING = Family("upazila_waiting", "gauge", "Who waits.", Labels("site"), unit="people", per="site")
    FAMILIES = (WAITING,)

    def waiting(office: str, known: Mapping[str, int]) -> Iterator[Line]:
        for site, people in known.items():
            yield WAITING.of(people, office, site)

name its FAMILIES in reference.py, for the docs, and put ``UncachedLines(FAMILIES, lambda: waiting(...))`` among the
parts of exposition.py. Where there may be thousands of lines take `CachedLines` instead: it writes those of a source
again only when the source has changed, so that a scrape does little more than concatenate lines; or `Columns` of
columns.py, where all sources have the same families: it keeps their values in place of their lines. What is queried
from the database belongs to charter.py. `scripts/docs` renews the page; a test fails until that is done.

Every series has the label `office`, the office's id, besides those that are named: `Labels` cannot be written without.
A label means the same on every metric; reference.py explains it, once.

The lines are the same in both formats, the plain one and OpenMetrics; only their headers differ.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice
from operator import ne
from typing import Generic, Literal, Protocol, TypeVar

from prometheus_client.metrics_core import Metric
from prometheus_client.utils import floatToGoString

from monitor.metrics.pieces import Lines, Piece

Type = Literal["gauge", "counter", "untyped", "histogram"]
Line = tuple["Family", str]
Body = tuple["Family", Sequence[Piece]]
Key = TypeVar("Key")
Source = TypeVar("Source")

OFFICE = "office"
TOGETHER = 500  # sources in a piece of the page
WRITTEN_IN_A_STEP = 32_768  # characters: a fraction of a millisecond
LIKE_PYTHON_BELOW = 1e6  # from there on Go writes an exponent


class Labels:
    """Names of labels, with `OFFICE` first; called with their values it writes them, sorted by name."""

    def __init__(self, *others: str) -> None:
        self.names = (OFFICE, *others)
        self._write: dict[str, Callable[..., str]] = {}

    def __call__(self, office: str, *values: str) -> str:
        """Return the labels as lines carry them; the office's part is written once for each office."""
        write = self._write.get(office) or self._for(office)
        text = write(*values)
        if "\\" in text or "\n" in text or text.count('"') != 2 * len(self.names):
            text = write(*map(_escaped, values))
        return text

    def _for(self, office: str) -> Callable[..., str]:
        constant = _escaped(office).replace("{", "{{").replace("}", "}}")
        parts = {name: f'{name}="{{{place}}}"' for place, name in enumerate(self.names[1:])}
        parts[OFFICE] = f'{OFFICE}="{constant}"'
        self._write[office] = write = f"{{{{{','.join(parts[name] for name in sorted(parts))}}}}}".format
        return write


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _number(value: float) -> str:
    if value is True:
        return "1.0"
    if value is False:
        return "0.0"
    if type(value) is float and 0.0 <= value < LIKE_PYTHON_BELOW:
        return repr(value)  # nearly all that we have, and half the time
    return str(floatToGoString(value))  # type: ignore[no-untyped-call]


OFFICE_ALONE = Labels()
BUCKET = Labels("le")


@dataclass(frozen=True, eq=False)
class Family:
    """One metric: ``help``: its meaning; ``most``: how many series there are at most for each ``per``.

    A counter's name ends with _total; an 'untyped' one counts under a name that others have chosen.
    """

    name: str
    type: Type
    help: str
    labels: Labels = OFFICE_ALONE
    unit: str = ""
    most: int = 1
    per: str = "installation"

    def of(self, value: float, office: str, *labels: str) -> Line:
        """Return one of its lines, with its family."""
        return self, self.line(value, self.labels(office, *labels))

    def line(self, value: float, labels: str, suffix: str = "") -> str:
        """Return one of its lines; ``labels`` are written already, perhaps for several families that share them."""
        return f"{self.name}{suffix}{labels} {_number(value)}\n"

    def lines(self, values: Iterable[float | None], labels: Iterable[str]) -> str:
        """Return the lines of many sources; none where the value is None or the labels are ""."""
        name, of_each = self.name, zip(values, labels, strict=True)
        return "".join([f"{name}{each} {_number(value)}\n" for value, each in of_each if value is not None and each])

    def histogram(self, office: str, buckets: Sequence[tuple[str, float]], total: float) -> Line:
        """Return all lines of a histogram without other labels; ``buckets``: (upper bound, cumulative count)."""
        alone = self.labels(office)
        lines = [self.line(count, BUCKET(office, bound), "_bucket") for bound, count in buckets]
        lines += [self.line(buckets[-1][1], alone, "_count"), self.line(total, alone, "_sum")]
        return self, "".join(lines)

    def head(self, *, openmetrics: bool) -> bytes:
        """Return the header above its lines."""
        name, type_ = self.name, self.type
        help_ = self.help.replace("\\", r"\\").replace("\n", r"\n")
        if openmetrics:
            name = name.removesuffix("_total") if type_ == "counter" else name
            help_ = help_.replace('"', r"\"")
        shown = "unknown" if openmetrics and type_ == "untyped" else type_
        return f"# HELP {name} {help_}\n# TYPE {name} {shown}\n".encode()


def gathered(families: Iterable[Family], lines: Iterable[Line]) -> dict[Family, str]:
    """Group lines by family, those without lines included; other families follow in the order they are met."""
    found: dict[Family, list[str]] = {family: [] for family in families}
    for family, line in lines:
        found.setdefault(family, []).append(line)
    return {family: "".join(texts) for family, texts in found.items()}


def written(text: str) -> Sequence[Piece]:
    """Return lines that were written for this page alone."""
    return (Lines([text.encode()]),)


def from_client(metric: Metric, office: str) -> Body:
    """Convert a metric that prometheus_client collected, without timestamps and exemplars."""
    total = "_total" if metric.type == "counter" else ""
    type_: Type = "untyped" if metric.type == "unknown" else metric.type  # type: ignore[assignment]
    family = Family(metric.name + total, type_, metric.documentation)
    lines = []
    for sample in metric.samples:
        labels = Labels(*sample.labels)(office, *sample.labels.values())
        lines.append(f"{sample.name}{labels} {_number(sample.value)}\n")
    return family, written("".join(lines))


class Part(Protocol):
    """Some families of the page."""

    def look(self) -> Iterator[None]:
        """Take in changes, in small steps: the caller may do something else between them."""
        ...

    def bodies(self) -> Iterator[Body]:
        """Yield each family's lines as of the end of `look`."""
        ...

    def forget(self) -> None:
        """Write everything again next time: the fleet is another one."""
        ...


class Asked(Part, Protocol):
    """A part that shows the database's last answer."""

    @property
    def is_awaited(self) -> bool:
        """Return whether a page waits a moment for the answer; else the one before is shown until it is there."""
        ...

    def ask(self) -> Callable[[], None]:
        """Query the database, in a thread, however long that takes.

        What it returns takes the answer in, on the loop.
        """
        ...

    def unanswered(self) -> None:
        """Do without an answer that takes too long; on the loop."""
        ...

    def left(self) -> None:
        """Forget all answers: another daemon of the installation shows this part now; on the loop."""
        ...


class UncachedLines:
    """Families of few lines, written again for each page."""

    def __init__(self, families: Iterable[Family], write: Callable[[], Iterable[Line]]) -> None:
        self._families, self._write = tuple(families), write

    def look(self) -> Iterator[None]:
        return iter(())

    def bodies(self) -> Iterator[Body]:
        for family, text in gathered(self._families, self._write()).items():
            yield family, written(text)

    def forget(self) -> None:
        pass


@dataclass(slots=True)
class _Row(Generic[Key, Source]):
    """Some sources in a row as they were seen last, and their lines: a piece for each family, a place each source."""

    seen: list[tuple[Key, Source] | None] = field(default_factory=list)
    pieces: dict[Family, Lines] = field(default_factory=dict)

    def resize(self, count: int) -> None:
        self.seen = [*self.seen[:count], *[None] * (count - len(self.seen))]
        for piece in self.pieces.values():
            piece.resize(count)

    def put(self, place: int, found: Mapping[Family, str]) -> int:
        """Put a source's lines in their place, and return how many characters they are."""
        written = 0
        for family, text in found.items():
            piece = self.pieces.get(family)
            if piece is None:
                piece = self.pieces[family] = Lines([b""] * len(self.seen))
            piece.put(place, text.encode())
            written += len(text)
        if len(found) < len(self.pieces):
            for family in self.pieces.keys() - found.keys():
                self.pieces[family].put(place, b"")
        return written


class CachedLines(Generic[Key, Source]):
    """The lines of many sources (samples, states, readings), written again only for a source that has changed.

    ``sources``: all that there are at this moment, in an order that seldom changes; lines of others are dropped. Those
    of ``together`` sources are a piece of the page for each family.
    """

    def __init__(
        self,
        families: Iterable[Family],
        sources: Callable[[], Iterable[tuple[Key, Source]]],
        write: Callable[[Key, Source], Mapping[Family, str]],
        together: int = TOGETHER,
    ) -> None:
        self._sources, self._write, self._together = sources, write, together
        self._families = dict.fromkeys(families)
        self._rows: list[_Row[Key, Source]] = []

    def look(self) -> Iterator[None]:
        sources, count = iter(self._sources()), 0
        while some := list(islice(sources, self._together)):
            if count == len(self._rows):
                self._rows.append(_Row())
            yield from self._look_at(self._rows[count], some)
            count += 1
            yield
        del self._rows[count:]

    def _look_at(self, row: _Row[Key, Source], some: list[tuple[Key, Source]]) -> Iterator[None]:
        if len(some) != len(row.seen):
            row.resize(len(some))
        written = 0
        for place in list(compress(range(len(some)), map(ne, some, row.seen))):
            row.seen[place] = some[place]
            written += row.put(place, self._write(*some[place]))
            if written > WRITTEN_IN_A_STEP:
                written = 0
                yield
        row.seen[:] = some  # an equal one may be another object, and the one before be kept for this alone
        self._families |= dict.fromkeys(row.pieces)

    def forget(self) -> None:
        self._rows = []

    def bodies(self) -> Iterator[Body]:
        for family in list(self._families):
            yield family, [row.pieces[family] for row in self._rows if family in row.pieces]
