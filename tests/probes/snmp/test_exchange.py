"""The state machine under all questions: conversations, batches, deadlines, and what ends before its answer comes."""

import asyncio
import gc
import socket
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.probes.snmp import sockets
from monitor.probes.snmp.ber import OBJECT_ID, OCTETS, SEQUENCE, integer, tagged
from monitor.probes.snmp.client import Agent, V2cClient, V2cSession
from monitor.probes.snmp.exchange import MOST_UNDER_WAY, Exchange
from monitor.probes.snmp.keys import Credential, keys_for
from monitor.probes.snmp.messages import GET, RESPONSE, V2C, Binding
from monitor.probes.snmp.questions import Question
from monitor.probes.snmp.session import GarbledError, SilentError, SnmpError
from monitor.probes.snmp.usm import Engine, scoped, seal
from monitor.probes.snmp.v3 import NO_KEYS, Known, V3Client, V3Question
from monitor.settings.secrets import Secret
from tests.lab.agents import HOST
from tests.probes.snmp.played_agent import NAME, agent, answer

ANSWER = [(NAME, b"router")]


@asynccontextmanager
async def exchange(timeout_s: float = 5.0, retries: int = 0, most: int = MOST_UNDER_WAY) -> AsyncIterator[Exchange]:
    made = Exchange(timeout_s, retries, most=most)
    made.open()
    try:
        yield made
    finally:
        made.close()


def session(made: Exchange, port: int, host: str = HOST) -> V2cSession:
    return V2cClient(made).session(Agent(ip_address(host), port, Secret("public")))


@contextmanager
def honest(seen: list[int] | None = None) -> Iterator[int]:
    def reply(own: socket.socket, number: int, asker: tuple[str, int]) -> None:
        if seen is not None:
            seen.append(number)
        own.sendto(answer(number), asker)

    with agent(reply) as port:
        yield port


@contextmanager
def silent(seen: list[int]) -> Iterator[int]:
    with agent(lambda _own, number, _asker: seen.append(number)) as port:
        yield port


def counted(monkeypatch: pytest.MonkeyPatch, of: object, name: str) -> list[object]:
    """The calls of that function from now on."""
    calls: list[object] = []
    called: Callable[..., Any] = getattr(of, name)

    def call(*arguments: Any, **more: Any) -> Any:
        calls.append(arguments)
        return called(*arguments, **more)

    monkeypatch.setattr(of, name, call)
    return calls


async def until(fact: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not fact():  # noqa: ASYNC110 - what it waits for happens in another thread
            await asyncio.sleep(0.01)


async def test_a_question_of_a_conversation_costs_no_task_no_future_and_no_timer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def conversation() -> int:
        return sum([await asked.get([NAME]) == ANSWER for _ in range(100)])

    with honest() as port:
        async with exchange() as made:
            asked, loop = session(made, port), asyncio.get_running_loop()
            futures = counted(monkeypatch, loop, "create_future")
            tasks = counted(monkeypatch, loop, "create_task")
            assert sum(await asyncio.gather(*(made.hold(conversation()) for _ in range(5)))) == 500
    assert len(tasks) == 5
    assert len(futures) <= 12, "two of each conversation, whatever it asks"


async def test_what_is_asked_at_once_goes_out_by_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = counted(monkeypatch, sockets, "sendmmsg")
    with honest() as port:
        async with exchange() as made:
            found = await asyncio.gather(*(made.hold(session(made, port).get([NAME])) for _ in range(MOST_UNDER_WAY)))
    assert found == [ANSWER] * MOST_UNDER_WAY
    assert len(calls) == 1


async def test_every_answer_goes_to_the_question_that_it_answers() -> None:
    def named(own: socket.socket, number: int, asker: tuple[str, int]) -> None:
        own.sendto(answer(number, name=str(own.getsockname()[1]).encode()), asker)

    async def conversation(asked: V2cSession) -> set[object]:
        return {(await asked.get([NAME]))[0][1] for _ in range(50)}

    with agent(named) as one, agent(named) as other:
        async with exchange() as made:
            held = [made.hold(conversation(session(made, port))) for port in (one, other) * 10]
            found = await asyncio.gather(*held)
    assert found == [{str(one).encode()}, {str(other).encode()}] * 10


async def test_agents_of_both_families_are_asked_together() -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as own:
        own.bind(("::1", 0))
        own.setblocking(False)

        def reply() -> None:
            data, asker = own.recvfrom(65_535)
            number = int.from_bytes(data[17:21])
            own.sendto(answer(number), asker)

        asyncio.get_running_loop().add_reader(own, reply)
        with honest() as port:
            async with exchange() as made:
                six = made.hold(session(made, own.getsockname()[1], "::1").get([NAME]))
                four = made.hold(session(made, port).get([NAME]))
                assert [*await asyncio.gather(six, four)] == [ANSWER, ANSWER]
        asyncio.get_running_loop().remove_reader(own)


async def test_a_cancelled_conversation_ends_where_it_stands_and_leaves_its_room() -> None:
    seen: list[int] = []
    ended: list[str] = []

    async def conversation() -> None:
        try:
            await session(made, mute).get([NAME])
        finally:
            ended.append("closed")

    with silent(seen) as mute, honest() as port:
        async with exchange(most=1) as made:
            held = asyncio.create_task(made.hold(conversation()))
            await until(lambda: len(seen) == 1)
            held.cancel()
            with pytest.raises(asyncio.CancelledError):
                await held
            assert ended == ["closed"]
            assert await made.hold(session(made, port).get([NAME])) == ANSWER
            made.arrived(answer(seen[0]), sockets.where_of(ip_address(HOST), mute))
            assert dict(made.rejected) == {"late_or_unasked": 1}


async def test_a_cancelled_question_that_still_waits_for_room_is_never_sent() -> None:
    seen: list[int] = []
    with silent([]) as mute, honest(seen) as port:
        async with exchange(timeout_s=0.6, most=1) as made:
            first = asyncio.create_task(made.hold(session(made, mute).get([NAME])))
            second = asyncio.create_task(made.hold(session(made, port).get([NAME])))
            await asyncio.sleep(0)
            second.cancel()
            with pytest.raises(SilentError):
                await first
            with pytest.raises(asyncio.CancelledError):
                await second
    assert seen == []


async def test_what_a_conversation_raises_comes_to_its_holder_and_disturbs_no_other() -> None:
    async def wrong() -> None:
        await session(made, port).get([NAME])
        raise ZeroDivisionError

    with honest() as port:
        async with exchange() as made:
            found = await asyncio.gather(
                made.hold(wrong()), made.hold(session(made, port).get([NAME])), return_exceptions=True
            )
    assert isinstance(found[0], ZeroDivisionError)
    assert found[1] == ANSWER


async def test_a_conversation_may_await_questions_alone() -> None:
    async with exchange() as made:
        with pytest.raises(TypeError, match="awaits questions alone"):
            await made.hold(asyncio.sleep(1))


async def test_a_fault_in_one_answer_leaves_the_machine_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(data: bytes) -> Any:
        if b"poison" in data:
            raise ZeroDivisionError
        return reader(data)

    def poisoned(own: socket.socket, number: int, asker: tuple[str, int]) -> None:
        own.sendto(answer(number, name=b"poison"), asker)

    with agent(poisoned) as bad, honest() as port:
        async with exchange(timeout_s=0.3) as made:
            asked, poisons = session(made, port), session(made, bad)
            reader = made.readers[V2C]
            monkeypatch.setitem(made.readers, V2C, faulty)
            held = asyncio.create_task(made.hold(poisons.get([NAME])))
            await asyncio.sleep(0)
            made._sockets.ignore()  # the one who looks at the deadlines takes it in
            with pytest.raises(SilentError):
                async with asyncio.timeout(30):
                    await held
            made._sockets.watch()
            assert await made.hold(asked.get([NAME])) == ANSWER


async def test_what_is_under_way_when_it_closes_ends_as_silence() -> None:
    seen: list[int] = []

    async def conversation() -> None:
        for _ in range(3):  # as a reading does, it goes on asking for something else
            with pytest.raises(SilentError):
                await session(made, mute).get([NAME])
        await session(made, mute).get([NAME])

    with silent(seen) as mute:
        async with exchange(most=2) as made:
            held = [asyncio.create_task(made.hold(conversation())) for _ in range(5)]
            await until(lambda: len(seen) == 2)
        found = await asyncio.gather(*held, return_exceptions=True)
    assert [type(each) for each in found] == [SilentError] * 5


async def test_an_answer_that_lay_there_while_the_loop_was_busy_is_in_time() -> None:
    with honest() as port:
        async with exchange(timeout_s=0.2) as made:
            held = asyncio.create_task(made.hold(session(made, port).get([NAME])))
            await asyncio.sleep(0)
            made._sockets.ignore()  # as while it gathers
            time.sleep(0.5)  # noqa: ASYNC251 - it is the event loop that is to be late
            assert await held == ANSWER


async def test_after_a_time_of_many_answers_single_ones_are_taken_in_as_they_arrive() -> None:
    async def conversation() -> None:
        for _ in range(100):
            await asked.get([NAME])

    with honest() as port:
        async with exchange() as made:
            asked = session(made, port)
            for _ in range(3):
                await asyncio.gather(*(made.hold(conversation()) for _ in range(10)))
                await until(lambda: not made._gathers)
                assert made._timer is not None
                made._timer.cancel()  # which takes in what has come as well
                async with asyncio.timeout(30):
                    assert await made.hold(asked.get([NAME])) == ANSWER
                made._timer = None


async def test_a_message_of_another_version_under_the_right_number_is_no_answer() -> None:
    def in_v3(own: socket.socket, number: int, asker: tuple[str, int]) -> None:
        own.sendto(seal(number, Engine(b"engine", 1, 1), b"", NO_KEYS, scoped(b"engine", b"\xa2\x00"), 0), asker)

    with agent(in_v3) as port:
        async with exchange(timeout_s=0.3) as made:
            V3Client(made, Credential("u"))
            with pytest.raises(GarbledError, match="SNMP version 3 where 1 was expected"):
                await made.hold(session(made, port).get([NAME]))
            assert dict(made.rejected) == {"malformed": 1}


async def test_nothing_is_left_of_what_is_over() -> None:
    with honest() as port, silent([]) as mute:
        async with exchange(timeout_s=0.2, most=7) as made:
            asked = [session(made, port).get([NAME]) for _ in range(50)]
            asked += [session(made, mute).get([NAME]) for _ in range(20)]
            await asyncio.gather(*map(made.hold, asked), return_exceptions=True)
            assert (made._room, made._under_way, len(made._waiting)) == (7, {}, 0)
            assert made.rejections._last == {}
            await until(lambda: made._timer is None)
            assert not made._soon
            assert not made._late


async def test_a_closed_exchange_is_kept_alive_by_nothing() -> None:
    gc.collect()
    gc.disable()
    try:
        with honest() as port:
            made = Exchange()
            made.open()
            await asyncio.gather(*(made.hold(session(made, port).get([NAME])) for _ in range(20)))
            made.close()
            known = weakref.ref(made)
            del made
            await asyncio.sleep(0)
            assert known() is None
    finally:
        gc.enable()


class Answers(list[object]):
    """Who waits for a question's end, and how it ended."""

    def answered(self, bindings: list[Binding]) -> None:
        self.append(bindings)

    def failed(self, error: SnmpError) -> None:
        self.append(error)


WHERE, NUMBER = sockets.where_of(ip_address(HOST), 161), 2**30 + 7
CORE = Engine(b"\x80\0\x1f\x88\x04core", 3, 1_000)
USER = Credential("monitor", "SHA-256", Secret("a password for signing"), "AES-128", Secret("one for encrypting"))
KEYS = keys_for(USER, CORE.id)


def under_way(made: Exchange, question: Question) -> Answers:
    question.asker = found = Answers()
    question.number = NUMBER
    question.datagram(NUMBER)
    made.rejections.begin(WHERE)
    made._under_way[NUMBER] = question
    return found


def asked_in_v3(made: Exchange) -> Answers:
    client = V3Client(made, USER)
    client.known[WHERE] = Known(CORE, KEYS, time.monotonic())
    return under_way(made, V3Question(client, made, WHERE, HOST, GET, [NAME], 0))


def right_v3_answer() -> bytes:
    binding = tagged(SEQUENCE, tagged(OBJECT_ID, NAME) + tagged(OCTETS, b"router"))
    pdu = tagged(RESPONSE, integer(NUMBER) + integer(0) + integer(0) + tagged(SEQUENCE, binding))
    return seal(NUMBER, CORE, b"monitor", KEYS, scoped(CORE.id, pdu), 5, asks=False)


RIGHT = right_v3_answer()


def test_the_right_v3_answer_counts() -> None:
    made = Exchange()
    found = asked_in_v3(made)
    made.arrived(RIGHT, WHERE)
    assert found == [ANSWER]


@given(place=st.integers(0, len(RIGHT) - 1), flip=st.integers(1, 255))
def test_a_signed_answer_that_was_changed_in_any_byte_ends_no_question(place: int, flip: int) -> None:
    made = Exchange()
    found = asked_in_v3(made)
    changed = bytearray(RIGHT)
    changed[place] ^= flip
    made.arrived(bytes(changed), WHERE)
    assert found == []
    assert sum(made.rejected.values()) == 1


@given(
    data=st.one_of(
        st.binary(max_size=200), st.builds(lambda cut, more: RIGHT[:cut] + more, st.integers(0), st.binary())
    )
)
def test_any_datagram_is_answered_by_counting_it(data: bytes) -> None:
    made = Exchange()
    found = asked_in_v3(made)
    V2cClient(made)
    made.arrived(data, WHERE)
    if not data.startswith(RIGHT):
        assert found == []
        assert sum(made.rejected.values()) == 1
