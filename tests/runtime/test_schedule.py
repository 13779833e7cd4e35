"""Who is due when."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.clock import NS_PER_S, VirtualClock
from monitor.runtime.schedule import TICK_NS, Due, DueTasks, Schedule

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


async def settled() -> None:
    """Lets everything go on that waits for nothing."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_whoever_is_due_before_all_others_is_served_without_waiting_for_a_pause_to_end() -> None:
    clock, wheel, turns = VirtualClock(), Schedule(60), list[Due]()
    wheel.put("a", clock.mono_ns() + 30 * NS_PER_S)
    serving = asyncio.create_task(wheel.serve(clock, turns.append))
    await settled()
    assert turns == [[]]
    wheel.put_earlier("a", clock.mono_ns())
    await settled()
    assert [[key for key, _ in due] for due in turns] == [[], ["a"]]
    serving.cancel()


def test_another_interval_takes_everybody_off_and_says_who_was_due_when() -> None:
    wheel = Schedule(60)
    wheel.put("a", 3 * NS_PER_S)
    assert wheel.restart(10) == {"a": 3 * NS_PER_S}
    assert (len(wheel), wheel.due(10 * NS_PER_S), wheel.interval_ns) == (0, [], 10 * NS_PER_S)


class Works:
    """Tasks for keys on a virtual clock, each of which goes on until the test lets it end."""

    def __init__(self, *keys: str) -> None:
        self.clock, self.wheel = VirtualClock(), Schedule(60)
        self.begun: list[str] = []
        self.ends = asyncio.Semaphore(0)
        self.fault: Exception | None = None
        self.tasks = DueTasks(self.clock, self.wheel, "reading", self._work)
        for key in keys:
            self.wheel.put(key, self.clock.mono_ns())

    async def _work(self, key: str) -> None:
        self.begun.append(key)
        await self.ends.acquire()
        if self.fault is not None:
            raise self.fault

    async def turn(self, after_s: float = 0) -> list[str]:
        """Who has been begun by then, in all."""
        self.clock.advance(after_s)
        self.tasks.begin(self.wheel.due(self.clock.mono_ns()))
        await settled()
        return self.begun

    async def end(self) -> None:
        self.ends.release()
        await settled()


async def test_a_key_that_is_under_way_still_when_its_turn_comes_is_not_begun_a_second_time() -> None:
    works = Works("a", "b")
    assert await works.turn() == ["a", "b"]
    assert await works.turn(after_s=120) == ["a", "b"]
    await works.end()  # of the first
    assert await works.turn(after_s=60) == ["a", "b", "a"]
    works.tasks.cancel()


async def test_whoever_is_asked_for_while_under_way_has_one_more_turn_after_it_however_often_asked() -> None:
    works = Works("a")
    await works.turn()
    for _ in range(3):
        works.tasks.soon("a")
    assert await works.turn() == ["a"]
    await works.end()
    assert await works.turn() == ["a", "a"]
    await works.end()
    assert await works.turn() == ["a", "a"]


async def test_whoever_rests_is_begun_when_it_has_rested_and_not_at_once() -> None:
    works = Works("a")
    await works.turn()
    await works.end()
    works.tasks.rest("a", works.clock.mono_ns() + 5 * NS_PER_S)
    works.tasks.soon("a")
    assert await works.turn(after_s=4) == ["a"]
    assert await works.turn(after_s=1) == ["a", "a"]
    works.tasks.cancel()


async def test_a_task_that_breaks_off_is_told_and_has_its_next_turn(caplog: pytest.LogCaptureFixture) -> None:
    works = Works("a")
    works.fault = ValueError("a fault")
    await works.turn()
    await works.end()
    assert "reading a failed" in caplog.text
    assert await works.turn(after_s=60) == ["a", "a"]
    works.tasks.cancel()
