"""Who is due when."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.clock import NS_PER_S
from monitor.runtime.schedule import TICK_NS, Schedule

KEYS = st.text("abcdef/-0123456789", min_size=1, max_size=12)


@given(KEYS, st.integers(0, 10**15))
def test_the_next_turn_is_within_one_interval_and_always_in_the_same_phase(key: str, now_ns: int) -> None:
    wheel = Schedule(60)
    turn = wheel.next_turn_ns(key, now_ns)
    assert now_ns < turn <= now_ns + 60 * NS_PER_S
    assert wheel.next_turn_ns(key, turn) == turn + 60 * NS_PER_S


def test_turns_are_spread_over_the_interval() -> None:
    wheel = Schedule(60)
    seconds = [wheel.next_turn_ns(f"site-{n}/gateway", 0) // NS_PER_S for n in range(6_000)]
    busiest = max(seconds.count(second) for second in range(61))
    assert busiest < 200  # 100 in the mean: no second carries more than twice its share


@given(st.lists(st.tuples(KEYS, st.integers(0, 100 * NS_PER_S)), max_size=50), st.integers(0, 110 * NS_PER_S))
def test_each_key_comes_off_once_when_its_tick_has_come_and_not_before(puts: list[tuple[str, int]], now: int) -> None:
    wheel = Schedule(60)
    for key, at in puts:
        wheel.put(key, at)
    last = dict(puts)
    due = dict(wheel.due(now))
    assert due == {key: at for key, at in last.items() if at // TICK_NS <= now // TICK_NS}
    assert len(wheel) == len(last) - len(due)
    assert wheel.due(now) == []


def test_a_key_may_be_asked_earlier_but_not_later_and_only_while_it_waits() -> None:
    wheel = Schedule(60)
    wheel.put("a", 50 * NS_PER_S)
    wheel.put_earlier("a", 90 * NS_PER_S)
    wheel.put_earlier("b", 0)
    assert wheel.due(40 * NS_PER_S) == []
    wheel.put_earlier("a", 10 * NS_PER_S)
    assert [key for key, _ in wheel.due(10 * NS_PER_S)] == ["a"]


def test_an_empty_wheel_has_no_next_tick_and_a_full_one_names_the_first() -> None:
    wheel = Schedule(60)
    assert wheel.next_tick_ns() is None
    wheel.put("a", 3 * NS_PER_S)
    wheel.put("b", 2 * NS_PER_S)
    assert wheel.next_tick_ns() == 2 * NS_PER_S


@given(st.integers(0, 10 * NS_PER_S), st.integers(1, TICK_NS))
def test_who_is_put_again_as_soon_as_its_tick_begins_comes_once_an_interval(start_ns: int, step_ns: int) -> None:
    wheel = Schedule(10)
    wheel.put("a", wheel.next_turn_ns("a", start_ns))
    times = 0
    now_ns = start_ns
    while now_ns < start_ns + 30 * NS_PER_S:
        for key, due_ns in wheel.due(now_ns):
            times += 1
            wheel.put_again(key, due_ns, now_ns)
        now_ns += max(step_ns, TICK_NS // 7)
    assert times in {3, 4}


def test_a_key_is_due_when_it_was_put_and_nowhere_once_it_is_taken_off() -> None:
    wheel = Schedule(60)
    wheel.put("a", 3 * NS_PER_S)
    wheel.put_earlier("a", 2 * NS_PER_S)
    assert wheel.due_ns("a") == 2 * NS_PER_S
    assert wheel.due(2 * NS_PER_S) == [("a", 2 * NS_PER_S)]
    assert wheel.due_ns("a") is None
