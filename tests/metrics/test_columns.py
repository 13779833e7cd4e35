"""Values kept in columns, held against lines that are written anew."""

import weakref
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from monitor.metrics.columns import Columns, rows
from monitor.metrics.pieces import packed
from monitor.metrics.text import Family, Labels

VALUE = Family("upazila_value", "gauge", "A value.", Labels("key"))
TWICE = Family("upazila_twice", "gauge", "Twice the value.", Labels("key"))
worlds = st.lists(st.tuples(st.sampled_from("abcdefg"), st.integers(-5, 5)), unique_by=lambda each: each[0])


class World:
    """Sources that come, change and go; ``gone``: those whose labels nobody knows any more."""

    def __init__(self, together: int = 3) -> None:
        self.sources: dict[str, float] = {}
        self.gone: set[str] = set()
        self.asked: list[float] = []
        self.columns = Columns(
            {VALUE: VALUE.lines, TWICE: TWICE.lines},
            lambda together: rows(self.sources, together),
            self.labels,
            self.values,
            float,
            together,
        )

    def labels(self, key: str) -> str:
        return "" if key in self.gone else VALUE.labels("here", key)

    def values(self, value: float) -> tuple[float, float | None]:
        self.asked.append(value)
        return float(value), 2 * value if value > 0 else None

    def shown(self) -> list[bytes]:
        for _ in self.columns.look():
            pass
        return [b"".join(piece.text for piece in pieces) for _, pieces in self.columns.bodies()]

    def anew(self, items: Iterable[tuple[str, float]]) -> list[bytes]:
        there = [(key, value) for key, value in items if key not in self.gone]
        values = "".join(VALUE.line(value, self.labels(key)) for key, value in there)
        twice = "".join(TWICE.line(2 * value, self.labels(key)) for key, value in there if value > 0)
        return [values.encode(), twice.encode()]


@given(st.lists(worlds, min_size=1, max_size=6))
def test_what_is_kept_is_what_would_be_written_anew(told: list[list[tuple[str, int]]]) -> None:
    world = World()
    for items in told:
        world.sources.clear()
        world.sources.update((key, float(value)) for key, value in items)
        assert world.shown() == (world.anew(world.sources.items()) if items else [b"", b""])


def test_only_another_source_is_asked_for_its_values() -> None:
    world = World()
    world.sources.update(dict.fromkeys("abcde", 1.0))
    world.shown()
    world.asked.clear()
    world.sources["b"] = 7.0
    assert world.shown() == world.anew(world.sources.items())
    assert world.asked == [7.0]


class Round(float):
    """A source that can be watched."""


def test_a_source_is_not_held_until_the_next_page() -> None:
    world = World()
    world.sources["a"] = Round(1)
    world.shown()
    seen = weakref.ref(world.sources.pop("a"))
    world.asked.clear()
    assert seen() is None


def test_what_has_gone_has_no_lines() -> None:
    world = World()
    world.sources.update(a=1.0, b=2.0)
    world.gone.add("a")
    assert world.shown() == world.anew(world.sources.items())


def test_a_column_whose_values_are_the_same_is_not_compressed_again() -> None:
    world = World()
    world.sources.update(a=1.0, b=2.0, c=3.0, d=-4.0)
    world.shown()
    pieces = [piece for _, row in world.columns.bodies() for piece in row]
    for piece in pieces:
        piece.packed = packed(piece.text)
    world.sources["b"] = float("2")  # another object, and the same value
    world.sources["d"] = -5.0
    world.shown()
    after = [piece for _, row in world.columns.bodies() for piece in row]
    assert [one is other for one, other in zip(pieces, after, strict=True)] == [True] * 4
    assert [piece.packed is None for piece in after] == [False, True, False, False]
