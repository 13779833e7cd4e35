"""Run blocking jobs in threads: one pool per purpose, so that none waits behind another's slow hosts.

`concurrent.futures.ThreadPoolExecutor` keeps the interpreter from exiting while a thread hangs, and queues without
limit. Here threads are daemons, and a full queue raises at once.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, ParamSpec, TypeVar

from monitor.net.deadline import Deadline, DeadlinePassed

P = ParamSpec("P")
R = TypeVar("R")

IDLE_S = 60.0  # a thread without work for so long ends
GRACE_S = 0.5  # a job ends by its own deadline; who waits for it stays a little longer, for the better words


class PoolFull(Exception):
    """The pool takes no more jobs: our own fault, not the host's."""


class Pool:
    """At most ``threads`` jobs at once and ``backlog`` more that wait. Threads are started when they are needed."""

    def __init__(self, name: str, threads: int, backlog: int = 0) -> None:
        self._name, self._most, self._backlog = name, threads, backlog
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._changed = threading.Condition()
        self._threads = self._jobs = 0
        self._closed = False

    @property
    def jobs(self) -> int:
        """Return how many jobs are under way or wait."""
        with self._changed:
            return self._jobs

    def submit(self, work: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> "Future[R]":
        """Begin ``work`` in one of the threads; raises PoolFull."""
        future: Future[R] = Future()
        with self._changed:
            if self._closed:
                raise PoolFull(f"{self._name}: closed")
            if self._jobs >= self._most + self._backlog:
                self._drop_given_up()
            if self._jobs >= self._most + self._backlog:
                waiting = f", and {self._backlog} more jobs wait" if self._backlog else ""
                raise PoolFull(f"{self._name}: all {self._most} threads are busy{waiting}")
            self._waiting.append((future, lambda: work(*arguments, **options)))
            self._jobs += 1
            if self._jobs > self._threads and self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._serve, name=self._name, daemon=True).start()
            self._changed.notify()
        return future

    async def run(self, deadline: Deadline, work: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> R:
        """Await ``work`` on the running event loop; raises PoolFull, DeadlinePassed, and what ``work`` raises.

        ``work`` must keep the deadline itself, since a thread cannot be ended from outside; one that does not keeps its
        thread. A job abandoned before its turn never begins.
        """
        future = self.submit(work, *arguments, **options)
        try:
            async with asyncio.timeout(deadline.left_s + GRACE_S):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            if future.done() and not future.cancelled():
                return future.result()  # its own time-out
            raise DeadlinePassed(deadline.timeout_s) from None

    def close(self) -> None:
        """Take no more jobs and drop those that wait; those under way end by themselves or with the process."""
        with self._changed:
            self._closed = True
            for future, _ in self._waiting:
                future.cancel()
            self._drop_given_up()
            self._changed.notify_all()

    def _drop_given_up(self) -> None:
        left = deque(job for job in self._waiting if not job[0].cancelled())
        self._jobs -= len(self._waiting) - len(left)
        self._waiting = left

    def _serve(self) -> None:
        while (job := self._next()) is not None:
            future, work = job
            if future.set_running_or_notify_cancel():
                self._do(future, work)
            else:
                self._leave()
            del job, future, work  # the result belongs to the caller, not to an idle thread

    def _do(self, future: "Future[Any]", work: Callable[[], Any]) -> None:
        """Run one job, and free its slot before its result is set: the caller may submit the next at once."""
        try:
            result = work()
        except BaseException as error:
            self._leave()
            future.set_exception(error)
        else:
            self._leave()
            future.set_result(result)

    def _leave(self) -> None:
        with self._changed:
            self._jobs -= 1

    def _next(self) -> tuple["Future[Any]", Callable[[], Any]] | None:
        with self._changed:
            while not self._waiting:
                if self._closed or not (self._changed.wait(IDLE_S) or self._waiting):
                    self._threads -= 1
                    return None
            return self._waiting.popleft()
