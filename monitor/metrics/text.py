"""Write Prometheus' text formats, byte for byte as prometheus_client does, at a small part of its cost.

A metric is declared once, as a `Family`: from that both the page and docs/metrics.md are made. To add one::

    WAITING = Family("upazila_waiting", "gauge", "Who waits.", Labels("site"), unit="people", per="site")
    FAMILIES = (WAITING,)

    def waiting(office: str, known: Mapping[str, int]) -> Iterator[Line]:
        for site, people in known.items():
            yield WAITING.of(people, office, site)

name its FAMILIES in reference.py, for the docs, and put ``UncachedLines(FAMILIES, lambda: waiting(...))`` among the
parts of exposition.py. Where there may be thousands of lines take `CachedLines` instead: it writes those of a source
again only when the source has changed, so that a scrape does little more than concatenate lines. What is queried from
the database belongs to charter.py. `scripts/docs` renews the page; a test fails until that is done.

Every series has the label `office`, the office's id, besides those that are named: `Labels` cannot be written without.
A label means the same on every metric; reference.py explains it, once.

The lines are the same in both formats, the plain one and OpenMetrics; only their headers differ.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, islice
from operator import ne
from typing import Generic, Literal, Protocol, TypeVar

from prometheus_client.metrics_core import Metric
from prometheus_client.utils import floatToGoString

Type = Literal["gauge", "counter", "untyped", "histogram"]
Line = tuple["Family", str]
Body = tuple["Family", bytes]
Key = TypeVar("Key")
Source = TypeVar("Source")

OFFICE = "office"
LOOKED_AT_IN_A_STEP = 1_000
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


def from_client(metric: Metric, office: str) -> Body:
    """Convert a metric that prometheus_client collected, without timestamps and exemplars."""
    total = "_total" if metric.type == "counter" else ""
    type_: Type = "untyped" if metric.type == "unknown" else metric.type  # type: ignore[assignment]
    family = Family(metric.name + total, type_, metric.documentation)
    lines = []
    for sample in metric.samples:
        labels = Labels(*sample.labels)(office, *sample.labels.values())
        lines.append(f"{sample.name}{labels} {_number(sample.value)}\n")
    return family, "".join(lines).encode()


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
            yield family, text.encode()

    def forget(self) -> None:
        pass


class CachedLines(Generic[Key, Source]):
    """The lines of many sources (samples, states, readings), written again only for a source that has changed.

    ``sources``: all that there are at this moment; lines of others are dropped.
    """

    def __init__(
        self,
        families: Iterable[Family],
        sources: Callable[[], Iterable[tuple[Key, Source]]],
        write: Callable[[Key, Source], Mapping[Family, str]],
    ) -> None:
        self._sources = sources
        self._write = write
        self._seen: list[tuple[Key, Source]] = []
        self._lines: dict[Family, dict[Key, bytes]] = {family: {} for family in families}

    def look(self) -> Iterator[None]:
        sources, before, seen = iter(self._sources()), self._seen, list[tuple[Key, Source]]()
        moved = False
        while some := list(islice(sources, LOOKED_AT_IN_A_STEP)):
            were: list[tuple[Key, Source] | None] = [*before[len(seen) : len(seen) + len(some)]]
            were += [None] * (len(some) - len(were))
            for new, old in list(compress(zip(some, were, strict=True), map(ne, some, were))):
                moved = moved or old is None or old[0] != new[0]
                self._put(*new)
                yield
            seen += some
            yield
        self._seen = seen
        if moved or len(seen) < len(before):
            self._drop_all_but({key for key, _ in seen})

    def _drop_all_but(self, kept: set[Key]) -> None:
        for lines in self._lines.values():
            for key in lines.keys() - kept:
                del lines[key]

    def forget(self) -> None:
        self._seen = []
        self._drop_all_but(set())

    def _put(self, key: Key, source: Source) -> None:
        found = self._write(key, source)
        for family, text in found.items():
            lines = self._lines.get(family)
            if lines is None:
                lines = self._lines[family] = {}
            lines[key] = text.encode()
        if len(found) < len(self._lines):
            for family in self._lines.keys() - found.keys():
                self._lines[family].pop(key, None)

    def bodies(self) -> Iterator[Body]:
        for family, lines in list(self._lines.items()):
            yield family, b"".join(lines.values())
