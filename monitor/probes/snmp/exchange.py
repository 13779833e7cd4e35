"""Keep questions to any number of SNMP agents under way: one state machine for all, whatever version each speaks.

::

    asked → waiting for room → under way ─┬─ its answer ─────────→ answered: whoever asked continues
                 ↑                        ├─ a step on the way to it (SNMPv3: engine found, clock told) ─┐
                 │                        └─ no answer in time ──→ tries left? ── no ─→ failed           │
                 └──────────────────────────────────────────────────── yes ←────────────────────────────┘

No task, future, timer or semaphore belongs to a question. What is read of an agent is a coroutine (see `Exchange.hold`)
that the machine itself resumes with each answer; what that makes it ask goes out with the others in one batch, and the
deadlines of a batch are one entry of a queue. On the running event loop, from `open` to `close`.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple, Protocol, TypeVar

from monitor.domain.log_events import LogEvent
from monitor.domain.reasons import ReasonCode, reason
from monitor.logs.emit import emit
from monitor.probes.snmp.ber import BerError
from monitor.probes.snmp.messages import Binding, Numbers, version_of
from monitor.probes.snmp.questions import Conversation, Question
from monitor.probes.snmp.rejections import Rejections
from monitor.probes.snmp.session import GarbledError, SnmpError
from monitor.probes.snmp.sockets import AT_A_TIME, Sockets, Where

MOST_UNDER_WAY = 50  # more make healthy agents look silent: their answers wait while others are read
SOON_S = 0.25  # after which a question without an answer leaves its room to others: the dead and slow delay nobody
TICK_S = 0.05  # how often deadlines are looked at, while there are any
GATHER_S = 0.001  # while answers come faster than this, what came is taken in as often

log = logging.getLogger(__name__)

T = TypeVar("T")
Reader = Callable[[bytes], "Message"]


class Message(Protocol):
    """A message read as far as its number."""

    @property
    def number(self) -> int:
        """Return the number that it says it answers."""


class _Batch(NamedTuple):
    """Questions that were sent together; when each gives its room to others, and when its answer is too late."""

    soon_mono_s: float
    until_mono_s: float
    numbers: list[int]


def _unknown(_data: bytes) -> Message:
    raise BerError("a version of SNMP in which nobody was asked")


class Exchange:
    """The questions under way in this process, at most ``most`` at once.

    ``timeout_s``: how long an answer may take; ``retries`` follow an unanswered request. ``rejected`` counts datagrams
    that were no valid answer, by reason.
    """

    def __init__(
        self,
        timeout_s: float = 2.0,
        retries: int = 1,
        rejected: Counter[str] | None = None,
        most: int = MOST_UNDER_WAY,
    ) -> None:
        self.retries = retries
        self.rejections = Rejections(rejected)
        self.readers: dict[int, Reader] = {}
        self.resumes = False  # a conversation is being resumed: what is asked now, it asks
        self._timeout_s = timeout_s
        self._room = most
        self._sockets = Sockets(self._take_in)
        self._numbers = Numbers()
        self._waiting: deque[Question] = deque()
        self._under_way: dict[int, Question] = {}
        self._soon: deque[_Batch] = deque()
        self._late: deque[_Batch] = deque()
        self._is_open = self._turns = self._sends_later = self._gathers = False
        self._taken_mono_s = 0.0
        self._turn: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def rejected(self) -> Counter[str]:
        """Count datagrams that were no valid answer, by reason."""
        return self.rejections.by_reason

    def open(self) -> None:
        """Open the sockets; raises OSError when this machine has no network at all."""
        self._loop = asyncio.get_running_loop()
        self._sockets.open()
        self._is_open = True

    def close(self) -> None:
        """Close the sockets; questions under way end unanswered."""
        if not self._is_open:
            return
        self._is_open = False
        self._sockets.close()
        for handle in (self._timer, self._turn):
            if handle is not None:
                handle.cancel()
        self._timer = self._turn = None  # which keep this alive
        while self._under_way or self._waiting:
            question = self._under_way.popitem()[1] if self._under_way else self._waiting.popleft()
            self._fail(question)

    async def hold(self, conversation: Coroutine[Any, Any, T]) -> T:
        """Hold a conversation, a coroutine that awaits nothing but questions of this exchange; return what it does."""
        resumed = Conversation(self, conversation)
        try:
            return await resumed.future
        finally:
            resumed.end()

    def ask(self, question: Question) -> None:
        """Send the question when there is room for it; its asker is told how it ends."""
        self.rejections.begin(question.where)
        if not self._is_open:
            self._fail(question)
            return
        self._waiting.append(question)
        if not self._turns and not self._sends_later:
            self._sends_later = True
            self._loop.call_soon(self._send)

    def ask_again(self, question: Question) -> None:
        """Send what comes next on the way to this question's answer; for its `Question.take`."""
        self._leave(question)
        self._waiting.append(question)

    def answer(self, question: Question, bindings: list[Binding]) -> None:
        """End the question with its answer; for its `Question.take`."""
        self._leave(question)
        self.rejections.end(question.where)
        question.asker.answered(bindings)

    def refuse(self, question: Question, error: SnmpError) -> None:
        """End the question with that error; for its `Question.take`."""
        self._leave(question)
        self.rejections.end(question.where)
        question.asker.failed(error)

    def withdraw(self, question: Question) -> None:
        """Forget a question, if it has not ended: nobody waits for it any more."""
        if self._under_way.get(question.number) is question:
            self._leave(question)
            self.rejections.end(question.where)
        elif question in self._waiting:
            self._waiting.remove(question)
            self.rejections.end(question.where)

    def _leave(self, question: Question) -> None:
        self._under_way.pop(question.number, None)
        if question.has_room:
            question.has_room = False
            self._room += 1

    def _fail(self, question: Question) -> None:
        why = self.rejections.end(question.where)
        if why:
            question.asker.failed(GarbledError(reason(ReasonCode.SNMP_GARBLED, address=question.name, fault=why)))
        else:
            question.asker.failed(question.no_answer())

    def _take_in(self) -> None:
        """Judge what has arrived, resume who waited for it, and send what those ask next."""
        count = self._judge()
        self._send()
        self._pace(count)

    def _judge(self) -> int:
        """Judge what has arrived, and resume who waited for it; return how many datagrams that were."""
        count, self._turns = 0, True
        try:
            for data, source in self._sockets.arrivals():
                count += 1
                self.arrived(data, source)
        except Exception as error:  # one question's fault, which then ends by its timeout, must not stop the others
            emit(log, LogEvent.TASK_FAILED, "SNMP answer failed", error=error, task="SNMP answer")
        finally:
            self._turns = False
        return count

    def _pace(self, count: int) -> None:
        """Take in what comes next as it arrives, or by turns while it comes fast.

        A wake-up for each datagram would cost more than all that is done with it.
        """
        before_mono_s, self._taken_mono_s = self._taken_mono_s, self._loop.time()
        if self._gathers and not count:
            self._gathers = False
            self._sockets.watch()
        elif not self._gathers and count and self._taken_mono_s - before_mono_s < GATHER_S:
            self._gathers = True
            self._sockets.ignore()
        if self._gathers:
            pause_s = GATHER_S if count < AT_A_TIME else 0
            self._turn = self._loop.call_later(pause_s, self._take_in)

    def arrived(self, data: bytes, source: Where) -> None:
        """Judge a datagram from there."""
        version, rejections = version_of(data), self.rejections
        try:
            message = self.readers.get(version, _unknown)(data)
            question = self._under_way.get(message.number)
            if question is None:
                rejections.late(source)
            elif source != question.where and rejections.is_foreign(source, question.where):
                rejections.foreign(source, question.where)
            elif version != question.version:
                raise BerError(f"SNMP version {version} where {question.version} was expected")
            else:
                question.take(message)
        except BerError as error:
            rejections.malformed(source, error)

    def _send(self) -> None:
        """Send what waits, as far as there is room, in batches."""
        self._sends_later = False
        while self._waiting and self._room:
            now_mono_s = self._loop.time()
            until_mono_s = now_mono_s + self._timeout_s
            batch = _Batch(now_mono_s + min(SOON_S, self._timeout_s), until_mono_s, [])
            by_family: dict[int, tuple[list[bytes], list[Where]]] = {}
            for _ in range(min(len(self._waiting), self._room, AT_A_TIME)):
                question = self._waiting.popleft()
                if not self._sockets.has_family_of(question.where):
                    self._fail(question)
                    continue
                number = self._numbers.draw(self._under_way)
                datagrams, names = by_family.setdefault(len(question.where), ([], []))
                datagrams.append(question.datagram(number))
                names.append(question.where)
                question.number, question.until_mono_s, question.has_room = number, until_mono_s, True
                self._room -= 1
                self._under_way[number] = question
                batch.numbers.append(number)
            for datagrams, names in by_family.values():
                self._sockets.send(datagrams, names)
            self._soon.append(batch)
            self._late.append(batch)
            if self._timer is None:
                self._timer = self._loop.call_later(TICK_S, self._expire)

    def _expire(self) -> None:
        """Give the room of those who are slow to others, and give up those whose answer would be too late.

        What came before this machine got its turn is in time.
        """
        self._judge()
        now_mono_s = self._loop.time()
        while self._soon and self._soon[0].soon_mono_s <= now_mono_s:
            for question in self._unanswered(self._soon.popleft()):
                if question.has_room:
                    question.has_room = False
                    self._room += 1
        self._turns = True
        while self._late and self._late[0].until_mono_s <= now_mono_s:
            for question in self._unanswered(self._late.popleft()):
                self._leave(question)
                question.timed_out()
                question.tries -= 1
                if question.tries:
                    self._waiting.append(question)
                else:
                    self._fail(question)
        self._turns = False
        self._timer = self._loop.call_later(TICK_S, self._expire) if self._late else None
        self._send()

    def _unanswered(self, batch: _Batch) -> list[Question]:
        """Return the batch's questions that are still under way, and were not sent again since."""
        found = [self._under_way[number] for number in batch.numbers if number in self._under_way]
        return [question for question in found if question.until_mono_s == batch.until_mono_s]
