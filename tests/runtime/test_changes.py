"""A reader of changes gets each once, in order, or is told to read everything again."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from monitor.runtime.changes import KEPT, RESET, Changes


def test_a_reader_gets_what_came_after_what_it_has_seen() -> None:
    changes = Changes("run")
    changes.publish(["site:a", "ticket:1"])
    seen = changes.last
    changes.publish(["site:b"])
    assert changes.after(seen) == [(3, "site:b")]
    assert changes.after(0) == [(1, "site:a"), (2, "ticket:1"), (3, "site:b")]


def test_the_same_name_twice_at_once_is_one_change() -> None:
    changes = Changes("run")
    changes.publish(["site:a", "site:a"])
    assert changes.last == 1


def test_who_missed_more_than_the_ring_holds_is_told_to_read_everything_again() -> None:
    changes = Changes("run")
    for number in range(KEPT + 2):
        changes.publish([f"site:{number}"])
    assert changes.after(1) == [(KEPT + 2, RESET)]
    assert len(changes.after(2)) == KEPT


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=40), st.integers(0, 60))
def test_nothing_is_skipped_and_nothing_comes_twice(batches: list[list[str]], pause: int) -> None:
    changes, got, seen = Changes("run"), [], 0
    for number, batch in enumerate(batches):
        changes.publish(batch)
        if number % (pause + 1) == 0:
            news = changes.after(seen)
            got += [name for _, name in news]
            seen = news[-1][0] if news else seen
    got += [name for _, name in changes.after(seen)]
    assert got == [name for batch in batches for name in dict.fromkeys(batch)]


def test_an_id_of_another_run_or_none_at_all_is_unknown() -> None:
    changes = Changes("run")
    changes.publish(["all"])
    assert changes.number_of(changes.id_of(1)) == 1
    for wrong in ("", "other-1", "run-", "run-x", "run-1" + "0" * 30, "run-\u09e7"):
        assert changes.number_of(wrong) is None
    assert changes.number_of("run-99") == 1, "from the future: nothing is missed"


async def test_waiting_ends_with_the_next_change_for_every_reader() -> None:
    changes = Changes("run")
    readers = [asyncio.create_task(changes.wait(60)) for _ in range(3)]
    await asyncio.sleep(0)
    changes.publish(["all"])
    await asyncio.wait_for(asyncio.gather(*readers), 1)


async def test_waiting_ends_by_itself() -> None:
    await Changes("run").wait(0)
