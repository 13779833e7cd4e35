"""Checks wait in threads of their own, and the living never behind the dead. Real servers on loopback."""

import asyncio
import socket

from monitor.domain.sample import Verdict
from monitor.probes.checks.checks import ServiceChecks
from monitor.probes.checks.http import HttpCheck
from tests.net.bad_servers import page, says, server
from tests.told import words

THREADS = 4


def check_of(url: str) -> HttpCheck:
    return HttpCheck(url=url)


def silent(connection: socket.socket, _: str) -> None:
    connection.recv(1)


async def test_the_living_are_seen_however_many_keep_us_waiting() -> None:
    checks = ServiceChecks(THREADS)
    with server(silent) as mute, server(says(page(b"well"))) as well:
        dead = [check_of(mute.url(f"/{number}")) for number in range(THREADS)]
        found = await asyncio.gather(*(checks.run(each, 0.2) for each in dead))
        assert [words(one.reason) for one in found] == ["timeout"] * THREADS

        waiting = [asyncio.create_task(checks.run(each, 1.0)) for each in dead]
        await asyncio.sleep(0)  # all have a thread
        assert (await checks.run(check_of(well.url()), 5.0)).verdict is Verdict.OK
        # They are judged still, and told apart from us.
        assert [words((await task).reason) for task in waiting] == ["timeout"] * THREADS
    checks.close()


async def test_who_answers_again_is_no_longer_apart_and_who_is_gone_is_forgotten() -> None:
    checks = ServiceChecks(1)
    answers = False

    def at_times(connection: socket.socket, path: str) -> None:
        (says(page(b"")) if answers else silent)(connection, path)

    with server(at_times) as running:
        one, other = check_of(running.url("/1")), check_of(running.url("/2"))
        for each in (one, other):
            await checks.run(each, 0.2)
        assert checks._slow == {one, other}
        answers = True
        assert (await checks.run(one, 5.0)).verdict is Verdict.OK
        assert checks._slow == {other}
        checks.configure([one])
        assert checks._slow == set()
    checks.close()
