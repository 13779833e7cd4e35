"""Up, down, unmonitored and paused: every second is counted once."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.judging.availability import Interval, availability, gaps_between, merged, total

T0 = datetime(2026, 11, 24, tzinfo=UTC)
SECONDS = 200


def at(second: int) -> datetime:
    return T0 + timedelta(seconds=second)


def spans(*pairs: tuple[int, int]) -> list[Interval]:
    return [(at(begins), at(ends)) for begins, ends in pairs]


some = st.lists(st.tuples(st.integers(-50, 250), st.integers(-50, 250)).map(lambda p: (min(p), max(p))), max_size=12)


def covers(pairs: list[tuple[int, int]], second: int) -> bool:
    return any(begins <= second < ends for begins, ends in pairs)


@given(some, some, some)
def test_each_second_is_counted_once_as_what_it_is(
    down: list[tuple[int, int]], unmonitored: list[tuple[int, int]], paused: list[tuple[int, int]]
) -> None:
    found = availability((at(0), at(SECONDS)), spans(*down), spans(*unmonitored), spans(*paused))

    counted = {"up": 0, "down": 0, "unmonitored": 0, "paused": 0}
    for second in range(SECONDS):
        if covers(unmonitored, second):
            counted["unmonitored"] += 1
        elif covers(paused, second):
            counted["paused"] += 1
        else:
            counted["down" if covers(down, second) else "up"] += 1
    assert {name: getattr(found, name).total_seconds() for name in counted} == counted
    assert found.window == timedelta(seconds=SECONDS)


@given(some)
def test_what_is_covered_and_what_is_not_make_up_the_window(pairs: list[tuple[int, int]]) -> None:
    window = (at(0), at(SECONDS))
    rest = gaps_between(spans(*pairs), window)

    assert total(rest) == timedelta(seconds=sum(not covers(pairs, second) for second in range(SECONDS)))
    assert merged(rest) == rest


def test_the_share_is_of_what_was_promised_and_watched() -> None:
    window = (at(0), at(100))

    assert availability(window, spans((0, 30)), spans((90, 100)), spans((60, 90))).share == 0.5
    assert availability(window, [], spans((0, 100)), []).share is None
