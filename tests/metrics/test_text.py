"""Lines of our own, held against what prometheus_client makes of the same data."""

import math
from collections.abc import Iterable, Iterator
from copy import copy
from itertools import pairwise
from string import ascii_letters, digits
from weakref import ref

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    UntypedMetricFamily,
)
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.registry import Collector

from monitor.metrics.pieces import Piece, packed
from monitor.metrics.text import (
    OFFICE,
    Body,
    CachedLines,
    Family,
    Labels,
    Line,
    Part,
    Type,
    UncachedLines,
    from_client,
    gathered,
    written,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.text(st.sampled_from('\\"\n{},=a ক'))
names = st.builds(str.__add__, st.sampled_from(ascii_letters), st.text(ascii_letters + digits + "_", max_size=15))
numbers = (
    st.floats() | st.integers(-(2**70), 2**70) | st.booleans() | st.sampled_from([1e6, 999999.0, 1e21, 1e-7, -0.0])
)
label_names = st.lists(names.filter(lambda name: name != OFFICE), max_size=4, unique=True).map(tuple)


def page(bodies: Iterable[Body], *, openmetrics: bool) -> bytes:
    whole = b"".join(family.head(openmetrics=openmetrics) + text_of(pieces) for family, pieces in bodies)
    return whole + b"# EOF\n" if openmetrics else whole


def text_of(pieces: Iterable[Piece]) -> bytes:
    return b"".join(piece.text for piece in pieces)


def pages(bodies: Iterable[Body]) -> tuple[bytes, bytes]:
    known = list(bodies)
    return page(known, openmetrics=False), page(known, openmetrics=True)


def pages_of_client(metrics: Iterable[Metric]) -> tuple[bytes, bytes]:
    known = list(metrics)

    class All(Collector):
        def collect(self) -> Iterator[Metric]:
            return iter(known)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(All())
    return generate_latest(registry), generate_openmetrics(registry)  # type: ignore[no-untyped-call]


def encoded(found: dict[Family, str]) -> list[Body]:
    return [(family, written(text)) for family, text in found.items()]


def without_office(metric: Metric) -> Metric:
    """The same as prometheus_client collects it, which knows of no office."""
    bare = copy(metric)
    bare.samples = [
        sample._replace(labels={name: value for name, value in sample.labels.items() if name != OFFICE})
        for sample in metric.samples
    ]
    return bare


@st.composite
def families(draw: st.DrawFn) -> tuple[Family, list[Line], Metric]:
    """A family of ours with its lines, and the same as prometheus_client has it, the office among its labels."""
    labels, office = draw(label_names), draw(texts)
    rows = draw(st.lists(st.tuples(st.tuples(*[texts] * len(labels)), numbers), max_size=5))
    name, help_ = draw(names).removesuffix("_total") + "_x", draw(texts)
    type_: Type = draw(st.sampled_from(["gauge", "counter", "untyped"]))
    theirs = {"gauge": GaugeMetricFamily, "counter": CounterMetricFamily, "untyped": UntypedMetricFamily}[type_]
    their = theirs(name, help_, labels=(OFFICE, *labels))
    ours = Family(name + "_total" * (type_ == "counter"), type_, help_, Labels(*labels))
    for values, number in rows:
        their.add_metric((office, *values), number)
    return ours, [ours.of(number, office, *values) for values, number in rows], their


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(families(), max_size=3))
def test_a_page_is_byte_for_byte_what_prometheus_client_prints(drawn: list[tuple[Family, list[Line], Metric]]) -> None:
    ours = gathered([family for family, _, _ in drawn], [line for _, lines, _ in drawn for line in lines])

    assert pages(encoded(ours)) == pages_of_client(their for _, _, their in drawn)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(families(), max_size=3), texts)
def test_what_prometheus_client_collected_itself_comes_out_the_same_with_the_office_beside_it(
    drawn: list[tuple[Family, list[Line], Metric]], office: str
) -> None:
    theirs = [their for _, _, their in drawn]
    ours = [without_office(their) for their in theirs]
    for their in theirs:
        their.samples = [sample._replace(labels={**sample.labels, OFFICE: office}) for sample in their.samples]

    assert pages(from_client(metric, office) for metric in ours) == pages_of_client(theirs)


@given(texts, texts, st.lists(st.tuples(st.floats(0), st.integers(0, 10**9)), min_size=1, max_size=6), st.floats())
def test_a_histogram_comes_out_the_same(help_: str, office: str, drawn: list[tuple[float, int]], total: float) -> None:
    buckets = [(str(bound), float(count)) for bound, count in drawn]
    their = HistogramMetricFamily("upazila_late_seconds", help_, labels=[OFFICE])
    their.add_metric([office], buckets, total)
    ours = Family("upazila_late_seconds", "histogram", help_)

    assert pages(encoded(gathered((), [ours.histogram(office, buckets, total)]))) == pages_of_client([their])


VALUE = Family("upazila_value", "gauge", "A value.", Labels("key"))
TWICE = Family("upazila_twice", "gauge", "Twice the value.", Labels("key"))
worlds = st.dictionaries(st.sampled_from("abcdef"), st.floats(-5, 5) | st.just(math.nan), max_size=6)


def write(key: str, value: float) -> dict[Family, str]:
    """A value; twice of it, if it is positive."""
    more = dict([TWICE.of(2 * value, "here", key)]) if value > 0 else {}
    return dict([VALUE.of(value, "here", key)]) | more


def seen(part: Part) -> dict[str, set[bytes]]:
    for _ in part.look():
        pass
    return {family.name: set(text_of(pieces).splitlines()) for family, pieces in part.bodies()}


@given(st.lists(worlds, min_size=1, max_size=6))
def test_what_is_remembered_is_what_would_be_written_anew(told: list[dict[str, float]]) -> None:
    world: dict[str, float] = {}
    remembered = CachedLines((VALUE, TWICE), lambda: list(world.items()), write)
    anew = UncachedLines((VALUE, TWICE), lambda: [line for item in world.items() for line in write(*item).items()])
    for change in told:
        world.clear()
        world.update(change)

        assert seen(remembered) == seen(anew)


def test_only_what_has_changed_is_written_again() -> None:
    world, asked = {"a": 1.0, "b": 2.0, "c": 3.0}, []

    def noted(key: str, value: float) -> dict[Family, str]:
        asked.append(key)
        return write(key, value)

    remembered = CachedLines((VALUE, TWICE), lambda: list(world.items()), noted)
    seen(remembered)
    world["b"] = 5.0
    seen(remembered)
    del world["a"]
    after = seen(remembered)

    assert asked[:4] == ["a", "b", "c", "b"]
    assert after["upazila_value"] == {
        b'upazila_value{key="b",office="here"} 5.0',
        b'upazila_value{key="c",office="here"} 3.0',
    }


def test_a_source_that_is_equal_to_the_one_before_takes_its_place() -> None:
    class Reading(list[int]):
        """What weak references can point to."""

    world = {"a": Reading((1, 2))}
    remembered = CachedLines((VALUE,), lambda: list(world.items()), lambda key, _: dict([VALUE.of(1.0, "here", key)]))
    seen(remembered)
    before = ref(world["a"])
    world["a"] = Reading((1, 2))
    seen(remembered)
    assert before() is None


def one(key: str, value: float) -> dict[Family, str]:
    return dict([VALUE.of(value, "here", key)])


@given(st.lists(st.lists(st.integers(0, 9), unique=True, max_size=10), min_size=1, max_size=8))
def test_pieces_of_a_few_sources_say_the_same_however_the_sources_come_and_go(told: list[list[int]]) -> None:
    world: list[tuple[str, float]] = []
    remembered = CachedLines((VALUE,), lambda: list(world), one, together=3)
    for numbers in told:
        world[:] = [(str(number), float(number)) for number in numbers]
        for _ in remembered.look():
            pass
        ((_, pieces),) = remembered.bodies()
        assert text_of(pieces) == "".join(one(*source)[VALUE] for source in world).encode()


def test_a_look_that_was_broken_off_leaves_nothing_that_is_no_longer_so() -> None:
    world = dict.fromkeys(map(str, range(4_000)), 1.0)
    remembered = CachedLines((VALUE,), lambda: list(world.items()), one, together=4_000)
    before = seen(remembered)
    world.update(dict.fromkeys(world, 2.0))
    next(remembered.look())  # whoever asked has gone away in the middle
    world.update(dict.fromkeys(world, 1.0))
    assert seen(remembered) == before


def test_a_piece_whose_lines_are_the_same_is_not_compressed_again() -> None:
    world = {str(number): float(number) for number in range(6)}
    remembered = CachedLines((VALUE,), lambda: list(world.items()), lambda key, value: one(key, abs(value)), together=3)
    seen(remembered)
    ((_, (first, second)),) = remembered.bodies()
    first.packed, second.packed = kept, _ = packed(first.text), packed(second.text)
    world["1"] = -1.0  # written again, and the same
    world["4"] = 7.0
    seen(remembered)
    assert [first.packed, second.packed] == [kept, None]
    assert b'upazila_value{key="4",office="here"} 7.0' in second.text


def test_much_is_looked_at_in_small_steps() -> None:
    world, asked = {str(number): float(number) for number in range(10_000)}, list[str]()

    def noted(key: str, value: float) -> dict[Family, str]:
        asked.append(key)
        return one(key, value)

    def steps() -> list[int]:
        """How many are written in each step of a look."""
        before = len(asked)
        sums = [len(asked) - before for _ in remembered.look()]
        return [after - so_far for so_far, after in pairwise([0, *sums])]

    remembered = CachedLines((VALUE,), lambda: list(world.items()), noted)
    first, second = steps(), steps()
    assert (sum(first), sum(second)) == (10_000, 0)
    assert max(first) <= 1_000
    assert 10 <= len(second) <= 100
