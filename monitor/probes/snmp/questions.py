"""Ask an SNMP agent: a question, and who waits for its answer, a task or a conversation."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Generator, Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from monitor.probes.snmp.ber import Oid
from monitor.probes.snmp.messages import Binding
from monitor.probes.snmp.rejections import Rejections
from monitor.probes.snmp.session import SnmpError
from monitor.probes.snmp.sockets import Where

T = TypeVar("T")


class Machine(Protocol):
    """What keeps questions under way: see `Exchange`. ``resumes``: a conversation is being resumed just now."""

    resumes: bool
    retries: int
    rejections: Rejections

    def ask(self, question: "Question") -> None:
        """Send the question when there is room for it."""

    def ask_again(self, question: "Question") -> None:
        """Send what comes next on the way to its answer."""

    def answer(self, question: "Question", bindings: list[Binding]) -> None:
        """End the question with its answer."""

    def refuse(self, question: "Question", error: SnmpError) -> None:
        """End the question with that error."""

    def withdraw(self, question: "Question") -> None:
        """Forget the question, if it has not ended."""


class Asker(Protocol):
    """Who waits for the answer to a question."""

    def answered(self, bindings: list[Binding]) -> None:
        """Continue with the answer."""

    def failed(self, error: SnmpError) -> None:
        """Continue without one."""


class Question(ABC):
    """A question to the agent at ``where`` (``name``: its address for people), awaited by whoever asks it.

    What a version of SNMP does in its own way is a method of its kind of question.
    """

    __slots__ = (
        "asker",
        "exchange",
        "has_room",
        "kind",
        "name",
        "number",
        "oids",
        "repetitions",
        "tries",
        "until_mono_s",
        "where",
    )
    version: ClassVar[int]
    asker: Asker

    def __init__(
        self, exchange: Machine, where: Where, name: str, kind: int, oids: Sequence[Oid], repetitions: int
    ) -> None:
        self.exchange, self.where, self.name = exchange, where, name
        self.kind, self.oids, self.repetitions = kind, oids, repetitions
        self.tries, self.has_room, self.number, self.until_mono_s = 1 + exchange.retries, False, 0, 0.0

    def __await__(self) -> Generator[Any, Any, list[Binding]]:
        """Wait for the answer; raises SnmpError."""
        if self.exchange.resumes:
            answer: list[Binding] = yield self
            return answer
        self.asker = asker = WaitingTask()
        self.exchange.ask(self)
        try:
            return (yield from asker.future.__await__())
        finally:
            self.exchange.withdraw(self)

    @abstractmethod
    def datagram(self, number: int) -> bytes:
        """Encode what is to be sent next, under that number."""

    @abstractmethod
    def take(self, message: Any) -> None:
        """Judge a message of its version from its agent that bears its number; raises BerError."""

    @abstractmethod
    def timed_out(self) -> None:
        """Note that the agent did not answer in time this time."""

    @abstractmethod
    def no_answer(self) -> SnmpError:
        """Return what it means that the agent never answered."""


class WaitingTask:
    """A task that awaits a question of its own, outside of any conversation."""

    def __init__(self) -> None:
        self.future: asyncio.Future[list[Binding]] = asyncio.get_running_loop().create_future()

    def answered(self, bindings: list[Binding]) -> None:
        if not self.future.done():
            self.future.set_result(bindings)

    def failed(self, error: SnmpError) -> None:
        if not self.future.done():
            self.future.set_exception(error)


class Conversation(Generic[T]):
    """A coroutine that asks questions, resumed with their answers by the machine."""

    def __init__(self, exchange: Machine, coroutine: Coroutine[Any, Any, T]) -> None:
        self._exchange, self._coroutine = exchange, coroutine
        self._question: Question | None = None
        self.future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._resume(coroutine.send, None)

    def answered(self, bindings: list[Binding]) -> None:
        self._resume(self._coroutine.send, bindings)

    def failed(self, error: SnmpError) -> None:
        self._resume(self._coroutine.throw, error)

    def end(self) -> None:
        """End it where it stands, if it has not ended."""
        if self._question is not None:
            self._exchange.withdraw(self._question)
        self._coroutine.close()

    def _resume(self, how: Callable[[Any], Any], what: object) -> None:
        exchange, self._question = self._exchange, None
        exchange.resumes = True
        try:
            question = how(what)
        except StopIteration as ended:
            if not self.future.done():
                self.future.set_result(ended.value)
            return
        except Exception as error:  # whoever holds the conversation gets it, as of any coroutine
            if not self.future.done():
                self.future.set_exception(error)
            return
        finally:
            exchange.resumes = False
        if not isinstance(question, Question):
            self._coroutine.close()
            self.future.set_exception(TypeError(f"a conversation awaits questions alone, not {question!r}"))
            return
        self._question, question.asker = question, self
        exchange.ask(question)
