"""Threads for what waits for the outside: bounded, refused when full, and in nobody's way at the end."""

import subprocess
import sys
import threading
import time

import pytest

from monitor.net.deadline import Deadline, DeadlinePassed
from monitor.net.pool import Pool, PoolFull
from tests.lab.waiting import patient


def test_so_many_work_so_many_wait_and_more_are_refused_in_words() -> None:
    pool, go_on = Pool("checks", threads=2, backlog=1), threading.Event()
    futures = [pool.submit(go_on.wait, 10) for _ in range(3)]
    with pytest.raises(PoolFull, match="checks: all 2 threads are busy, and 1 more jobs wait"):
        pool.submit(go_on.wait)
    go_on.set()
    assert [future.result(10) for future in futures] == [True, True, True]
    # Now there is room again.
    assert pool.submit(lambda: "again").result(10) == "again"


async def test_a_thread_that_hangs_costs_its_place_and_nobody_who_waits_for_it() -> None:
    pool, go_on = Pool("checks", threads=2), threading.Event()
    begun_s = time.monotonic()
    with pytest.raises(DeadlinePassed):
        await pool.run(Deadline.after(0.1), go_on.wait, 30)
    assert time.monotonic() - begun_s < patient(2)
    assert await pool.run(Deadline.after(5), lambda: "here") == "here"
    assert pool.jobs == 1
    go_on.set()


def test_who_hears_of_the_end_of_a_job_may_bring_the_next_one_at_once() -> None:
    pool, go_on, done = Pool("help desk", threads=1), threading.Event(), threading.Event()
    refused: list[PoolFull] = []

    def next_one(_: object) -> None:  # runs in the thread, the moment the result is there
        try:
            pool.submit(lambda: None)
        except PoolFull as error:
            refused.append(error)
        done.set()

    pool.submit(go_on.wait, 10).add_done_callback(next_one)
    go_on.set()
    assert done.wait(10)
    assert refused == []


async def test_a_job_that_was_given_up_before_its_turn_is_never_begun_and_leaves_its_place() -> None:
    pool, go_on, begun = Pool("checks", threads=1, backlog=1), threading.Event(), threading.Event()
    pool.submit(go_on.wait, 30)
    with pytest.raises(DeadlinePassed):
        await pool.run(Deadline.after(0), begun.set)
    last = pool.submit(lambda: "last")  # takes the place of the one that was given up
    go_on.set()
    assert last.result(10) == "last"
    assert not begun.is_set()


async def test_what_the_work_raises_reaches_who_waits() -> None:
    def fails() -> None:
        raise TimeoutError("of its own")

    with pytest.raises(TimeoutError, match="of its own"):
        await Pool("checks", threads=1).run(Deadline.after(5), fails)


def test_a_thread_that_hangs_does_not_keep_the_interpreter_from_ending() -> None:
    program = (
        "import asyncio, threading;"
        "from monitor.net.deadline import Deadline; from monitor.net.pool import Pool;"
        "from contextlib import suppress\n"
        "async def main():\n"
        "    with suppress(TimeoutError):\n"
        "        await Pool('checks', 1).run(Deadline.after(0.1), threading.Event().wait)\n"
        "asyncio.run(main())"
    )
    subprocess.run([sys.executable, "-c", program], timeout=20, check=True)
