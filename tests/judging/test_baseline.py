"""What is usual of a device: learned by the hour of the week, deaf to odd weeks and outages, bounded."""

from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median

import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.sample import Sample, Verdict
from monitor.judging.baseline import EPOCH, HOUR, NEVER_NS, PACKED_BYTES, Baselines, Limits, Usual, Week
from monitor.judging.board import Board
from monitor.judging.decisions import OutageOpened, SiteChanged
from monitor.judging.health import Rules, State
from tests.judging.boards import fleet, site

MONDAY = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MS = 1_000_000
WEEK = timedelta(days=7)


def sample(at: datetime, ms: float | None) -> Sample:
    verdict = Verdict.FAILED if ms is None else Verdict.OK
    rtts = () if ms is None else (round(ms * MS),)
    return Sample("a/gateway", "icmp", at, 0, verdict, 3, 3 * bool(rtts), rtts)


def hour(baselines: Baselines, begins: datetime, times_ms: list[float | None]) -> int:
    """An hour of rounds, one a minute; the limit that held at its end."""
    return [baselines.take(sample(begins + timedelta(minutes=n), ms)) for n, ms in enumerate(times_ms)][-1]


def weeks(baselines: Baselines, *means_ms: float) -> None:
    chance = Random(1)
    for number, mean in enumerate(means_ms):
        hour(baselines, MONDAY + number * WEEK, [chance.gauss(mean, 1.0) for _ in range(60)])


def limit_ms(baselines: Baselines, number: int) -> float:
    """What holds in the same hour of the week ``number``."""
    found = baselines.take(sample(MONDAY + number * WEEK, 20.0))
    return float("inf") if found == NEVER_NS else found / MS


def test_nothing_is_said_before_three_weeks_of_that_hour_are_known() -> None:
    baselines = Baselines()
    weeks(baselines, 20, 20)
    assert limit_ms(baselines, 2) == float("inf")
    baselines = Baselines()
    weeks(baselines, 20, 20, 20)
    assert 29 < limit_ms(baselines, 3) < 31  # 20 + max(6 * 1.4826 * about 0.67, 10)
    assert baselines.take(sample(MONDAY + 3 * WEEK + timedelta(hours=5), 20.0)) == NEVER_NS  # another hour


def test_the_formula_is_as_it_is_written() -> None:
    times = [20 + 4 * (n % 5) for n in range(60)]  # median 28, MAD 4
    baselines = Baselines(Limits(mads=6, least_ns=MS))
    for number in range(3):
        hour(baselines, MONDAY + number * WEEK, list(times))
    expected = 28 + 6 * 1.4826 * 4
    assert abs(limit_ms(baselines, 3) / expected - 1) < 0.05  # MADs are kept coarsely


def test_one_odd_week_changes_nothing_and_what_lasts_becomes_usual() -> None:
    odd, lasting = Baselines(), Baselines()
    weeks(odd, 20, 20, 20, 400)
    weeks(lasting, 20, 20, 20, 60, 60, 60)
    assert limit_ms(odd, 4) < 31
    assert 69 < limit_ms(lasting, 6) < 71


def test_an_hour_of_outage_teaches_nothing() -> None:
    baselines = Baselines()
    weeks(baselines, 20, 20, 20)
    before = baselines.known["a/gateway"].packed
    baselines.take(sample(MONDAY + 3 * WEEK - timedelta(hours=1), 20))  # the third week's hour is kept
    before = baselines.known["a/gateway"].packed
    hour(baselines, MONDAY + 3 * WEEK, [None] * 50 + [900.0] * 10)
    baselines.take(sample(MONDAY + 3 * WEEK + timedelta(hours=2), 20))
    assert baselines.known["a/gateway"].packed == before


@settings(max_examples=60, deadline=None)
@given(
    times=st.lists(st.lists(st.floats(0.001, 60_000), min_size=20, max_size=40), min_size=3, max_size=9),
    steps=st.lists(st.integers(-3, 200), max_size=30),
)
def test_whatever_comes_memory_is_bounded_and_the_limit_lies_above_what_is_usual(
    times: list[list[float]], steps: list[int]
) -> None:
    baselines = Baselines()
    for number, one in enumerate(times):
        hour(baselines, MONDAY + number * WEEK, list(one))
    found = limit_ms(baselines, len(times))
    usual = median(median(one) for one in times[-5:])
    assert found >= usual * 0.999 + 9.9
    for hours in steps:  # a clock that is stepped to and fro
        baselines.take(sample(MONDAY + timedelta(hours=hours), 20.0))
    (known,) = baselines.known.values()
    assert len(known.packed) <= PACKED_BYTES
    assert known.count <= len(known.rounds) <= 120


def test_an_hours_rounds_take_no_more_room_at_its_end_than_with_the_first_and_the_next_hour_takes_the_same() -> None:
    baselines = Baselines()
    hour(baselines, MONDAY, [20.0])
    room = baselines.known["a/gateway"].rounds
    address, length = room.buffer_info()
    for number in (1, 2, 3):
        hour(baselines, MONDAY + number * HOUR, [20.0] * 60)
    assert baselines.known["a/gateway"].rounds.buffer_info() == (address, length)


def test_a_restart_forgets_nothing() -> None:
    baselines = Baselines()
    weeks(baselines, 20, 20, 20, 20)
    baselines.take(sample(MONDAY + 3 * WEEK + timedelta(hours=1), 20.0))  # the last of these hours is over
    again = Baselines(known={name: Usual(usual.packed) for name, usual in baselines.known.items()})
    assert limit_ms(again, 4) == limit_ms(baselines, 4)


def test_what_was_stored_without_being_compressed_is_known_all_the_same() -> None:
    baselines = Baselines()
    weeks(baselines, 20, 20, 20, 20)
    (known,) = baselines.known.values()
    learned = Week.of(known.packed)
    plain = learned.medians.tobytes() + learned.mads.tobytes()
    assert len(known.packed) < 100 < PACKED_BYTES == len(plain)
    hour_of_the_week = (MONDAY - EPOCH) // HOUR
    assert Usual(plain).limit(hour_of_the_week, Limits()) == known.limit(hour_of_the_week, Limits()) < NEVER_NS


@given(st.binary(max_size=200) | st.binary(min_size=100, max_size=100).map(lambda end: zstandard.compress(end * 20)))
def test_what_is_damaged_is_learned_again(packed: bytes) -> None:
    baselines = Baselines(known={"a/gateway": Usual(packed)})
    assert limit_ms(baselines, 0) == float("inf")
    weeks(baselines, 20, 20, 20, 20)
    assert 29 < limit_ms(baselines, 4) < 31


@given(st.binary(min_size=PACKED_BYTES, max_size=PACKED_BYTES))
def test_whatever_is_learned_comes_out_of_its_bytes_as_it_was(plain: bytes) -> None:
    packed = Week.of(plain).packed()
    assert len(packed) <= PACKED_BYTES
    assert Week.of(packed) == Week.of(plain)


def test_a_device_that_is_slower_than_usual_is_degraded_and_never_down() -> None:
    board = Board(fleet(site("a")), Rules())
    weeks(board.baselines, 20, 20, 20, 20)
    told = []
    for minute, ms in enumerate([20.0] * 3 + [45.0] * 4 + [20.0] * 3):
        told += board.observe(sample(MONDAY + 4 * WEEK + timedelta(minutes=minute), ms))
    states = [one.state for one in told if isinstance(one, SiteChanged)]
    assert states == [State.UP, State.DEGRADED, State.UP]
    assert not [one for one in told if isinstance(one, OutageOpened)]
