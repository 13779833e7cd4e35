"""The real daemon probes on as if nothing were, whoever crowds before its page."""

import asyncio
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.web.server import MOST_CONNECTIONS
from tests.lab.daemon import Daemon
from tests.lab.fleet import many_sites, write_config
from tests.lab.machine import wakes_late
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.web.asking import ask
from tests.web.crowd import ManyClients

pytestmark = pytest.mark.alone

SITES, ROUND_S = 300, 2.0
CLIENTS, SECONDS = 1_000, 25.0


@pytest.fixture
def daemon(lab: Lab, tmp_path: Path) -> Iterator[Daemon]:
    with Daemon(lab, tmp_path) as made:
        probing = {"interval_s": ROUND_S, "recheck_s": 1, "echoes": 2, "spacing_s": 0.05, "timeout_s": 0.5}
        write_config(made.config, sites=many_sites(SITES), listen=made.listen, settings={"probing": probing})
        made.start(ready_within_s=60)
        yield made
    print(f"---- the daemon said:\n{made.log()}")


def late(daemon: Daemon, name: str) -> dict[float, float]:
    """How many rounds (or turns of the loop) were at most so many seconds late."""
    families = text_string_to_metric_families(until(lambda: daemon.get("/metrics")[1], "an answer", 30))
    return {
        float(sample.labels["le"]): sample.value
        for family in families
        for sample in family.samples
        if sample.name == f"{name}_bucket"
    }


def share_beyond(before: dict[float, float], after: dict[float, float], bound_s: float) -> float:
    count = after[math.inf] - before[math.inf]
    return 1 - (after[bound_s] - before[bound_s]) / count


def held(daemon: Daemon) -> tuple[int, int]:
    """Threads and file descriptors of the process."""
    process = Path(f"/proc/{daemon.pid}")
    return len(list((process / "task").iterdir())), len(list((process / "fd").iterdir()))


async def most_while(seconds: float, ask: Callable[[], tuple[int, int]]) -> tuple[int, int]:
    """The most of each within that time."""
    found = ask()
    async with asyncio.timeout(seconds + 30):
        for _ in range(round(seconds * 5)):
            await asyncio.sleep(0.2)
            found = max(found[0], (now := ask())[0]), max(found[1], now[1])
    return found


@pytest.mark.timeout(240)
async def test_a_thousand_slow_scrapers_disturb_no_round_and_hold_a_handful_of_places(daemon: Daemon) -> None:
    port = int(daemon.listen.rpartition(":")[2])
    rounds, turns = late(daemon, "upazila_round_lateness_seconds"), late(daemon, "upazila_loop_lag_seconds")
    threads, files = held(daemon)

    machine = list[float]()
    with wakes_late(machine):
        async with ManyClients(port, CLIENTS) as crowd:
            most_threads, most_files = await most_while(SECONDS, lambda: held(daemon))
            answers, cut_off = crowd.heard, crowd.cut_off

    # They were there: each was served until the next one needed his place.
    print(answers, f"{cut_off=} {threads=} {most_threads=} {files=} {most_files=}")
    assert answers["HTTP/1.1 200"] >= 4
    assert cut_off >= 200
    assert most_threads <= threads + 20
    assert most_files <= files + MOST_CONNECTIONS + 20
    # Nobody was probed late, and nobody was taken to be down.
    rounds_after = late(daemon, "upazila_round_lateness_seconds")
    turns_after = late(daemon, "upazila_loop_lag_seconds")
    shares = [share_beyond(rounds, rounds_after, bound) for bound in (0.01, 0.05, 0.1)]
    print(machine, shares, [share_beyond(turns, turns_after, bound) for bound in (0.01, 0.05, 0.1)])
    assert rounds_after[math.inf] - rounds[math.inf] > 0.8 * SITES * SECONDS / ROUND_S
    assert shares[-1] < 0.01 + 2 * machine[0]  # as far as the machine woke us on time
    assert share_beyond(turns, turns_after, 0.1) < 0.05  # of some fifty turns
    assert daemon.rows("SELECT id FROM outages") == []
    # The page is there again for who reads it as one should.
    assert until(lambda: daemon.get("/metrics")[0] == 200, "the page", 30)


async def test_twenty_scrapes_a_second_are_answered_and_disturb_no_round(daemon: Daemon) -> None:
    port = int(daemon.listen.rpartition(":")[2])
    rounds = late(daemon, "upazila_round_lateness_seconds")

    asked = []
    for _ in range(160):
        asked.append(asyncio.create_task(ask(port, "/metrics", accept_encoding="gzip")))
        await asyncio.sleep(0.05)
    answers = await asyncio.gather(*asked)

    assert {answer.status for answer in answers} == {200}
    assert share_beyond(rounds, late(daemon, "upazila_round_lateness_seconds"), 0.1) < 0.01
