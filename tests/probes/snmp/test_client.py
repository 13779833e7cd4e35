"""Answers that are not the asked agent's: none is believed, each is counted."""

import asyncio
import socket
from ipaddress import ip_address
from threading import Timer

import pytest

from monitor.probes.snmp.ber import oid
from monitor.probes.snmp.client import Agent
from monitor.probes.snmp.messages import MOST_BYTES
from monitor.probes.snmp.session import AgentError, GarbledError, SilentError
from monitor.settings.secrets import Secret
from tests.lab.agents import HOST
from tests.probes.snmp.asking import client, talk
from tests.probes.snmp.played_agent import NAME, Reply, agent, answer


async def test_a_right_answer_is_believed() -> None:
    with agent(lambda own, number, asker: own.sendto(answer(number), asker)) as port:
        async with client() as made:
            assert await talk(made, port, "public").get([NAME]) == [(NAME, b"router")]


OTHER = "127.0.0.9"


def from_its_other_address(own: socket.socket, number: int, asker: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((OTHER, own.getsockname()[1]))
        other.sendto(answer(number), asker)


async def test_a_router_may_answer_from_the_other_address_that_is_known_of_it_and_from_no_third() -> None:
    with agent(from_its_other_address) as port:
        asked = Agent(ip_address(HOST), port, Secret("public"))
        async with client(timeout_s=0.1, retries=0) as made:
            assert await made.session(asked, ip_address(OTHER)).get([NAME]) == [(NAME, b"router")]
            assert made.exchange.rejected == {}
        async with client(timeout_s=0.1, retries=0) as made:
            with pytest.raises(GarbledError, match=rf"{OTHER} port {port} answers in its place"):
                await made.session(asked, ip_address("127.0.0.8")).get([NAME])


def from_elsewhere(own: socket.socket, number: int, asker: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(answer(number), asker)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (from_elsewhere, "wrong_source"),
        (lambda own, number, asker: own.sendto(answer(number, community=b"wrong"), asker), "wrong_community"),
        (lambda own, number, asker: own.sendto(answer(number ^ 1), asker), "late_or_unasked"),
        (lambda own, number, asker: own.sendto(answer(number)[:-3], asker), "malformed"),
        (lambda own, number, asker: own.sendto(b"\x30\x84\xff\xff\xff\xff" + bytes(60), asker), "malformed"),
        (lambda own, number, asker: own.sendto(bytes(MOST_BYTES), asker), "malformed"),
        (lambda own, number, asker: own.sendto(b"\x30\x80" * 4_000, asker), "malformed"),
    ],
)
async def test_any_other_answer_is_counted_and_not_believed(reply: Reply, reason: str) -> None:
    with agent(reply) as port:
        async with client(timeout_s=0.2, retries=0) as made:
            with pytest.raises(GarbledError):
                await talk(made, port, "public").get([NAME])
            assert dict(made.exchange.rejected) == {reason: 1}


async def test_a_lost_question_is_asked_again() -> None:
    seen: list[int] = []

    def second_time_only(own: socket.socket, number: int, asker: tuple[str, int]) -> None:
        seen.append(number)
        if len(seen) == 2:
            own.sendto(answer(number), asker)

    with agent(second_time_only) as port:
        async with client(timeout_s=0.2, retries=1) as made:
            assert await talk(made, port, "public").get([NAME]) == [(NAME, b"router")]
    assert len(set(seen)) == 2, "each question has a random number of its own"


async def test_an_answer_to_the_first_question_that_comes_after_the_second_was_asked_is_late() -> None:
    numbers: list[int] = []

    def the_first_again(own: socket.socket, number: int, asker: tuple[str, int]) -> None:
        numbers.append(number)
        if len(numbers) == 2:
            own.sendto(answer(numbers[0]), asker)

    with agent(the_first_again) as port:
        async with client(timeout_s=0.2, retries=1) as made:
            with pytest.raises(GarbledError):
                await talk(made, port, "public").get([NAME])
            assert dict(made.exchange.rejected) == {"late_or_unasked": 1}


async def test_values_that_nobody_asked_for_are_left_out() -> None:
    with agent(lambda own, number, asker: own.sendto(answer(number), asker)) as port:
        async with client() as made:
            assert await talk(made, port, "public").get([oid("1.3.6.1.2.1.1.6.0")]) == []


async def test_an_agents_error_names_its_binding() -> None:
    with agent(lambda own, number, asker: own.sendto(answer(number, status=2), asker)) as port:
        async with client() as made:
            with pytest.raises(AgentError, match="noSuchName") as raised:
                await talk(made, port, "public").get([NAME])
    assert (raised.value.status, raised.value.index) == (2, 1)


async def test_never_more_questions_are_under_way_than_allowed() -> None:
    waiting: list[tuple[int, tuple[str, int]]] = []
    most = 0

    def later(own: socket.socket) -> None:
        while waiting:
            late, who = waiting.pop()
            own.sendto(answer(late), who)

    def after_all_that_come(own: socket.socket, number: int, asker: tuple[str, int]) -> None:
        nonlocal most
        waiting.append((number, asker))
        most = max(most, len(waiting))
        if len(waiting) == 1:
            Timer(0.1, later, [own]).start()

    with agent(after_all_that_come) as port:
        async with client(places=5) as made:
            answers = await asyncio.gather(*(talk(made, port, "public").get([NAME]) for _ in range(20)))
    assert (len(answers), most) == (20, 5)


async def test_the_silent_and_the_slow_leave_their_places_to_others() -> None:
    def slowly(own: socket.socket, number: int, asker: tuple[str, int]) -> None:
        Timer(1.2, lambda: own.sendto(answer(number), asker)).start()

    with agent(slowly) as slow, agent(lambda own, number, asker: own.sendto(answer(number), asker)) as quick:
        async with client(places=2) as made:
            waiting = [asyncio.create_task(talk(made, slow, "public").get([NAME])) for _ in range(4)]
            await asyncio.sleep(0)
            assert await talk(made, quick, "public").get([NAME]) == [(NAME, b"router")]
            assert not any(task.done() for task in waiting)
            assert await asyncio.gather(*waiting) == [[(NAME, b"router")]] * 4


async def test_a_closed_port_is_silence_and_disturbs_no_other() -> None:
    with agent(lambda own, number, asker: own.sendto(answer(number), asker)) as port:
        async with client(timeout_s=0.3, retries=0) as made:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
                held.bind((HOST, 0))
                closed = held.getsockname()[1]
            found = await asyncio.gather(
                talk(made, closed, "public").get([NAME]),
                *(talk(made, port, "public").get([NAME]) for _ in range(20)),
                return_exceptions=True,
            )
    assert isinstance(found[0], SilentError)
    assert found[1:] == [[(NAME, b"router")]] * 20
