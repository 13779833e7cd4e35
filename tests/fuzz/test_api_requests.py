"""The API under a great many requests, most of them wrong: none meets a fault, and none is left without an answer."""

import itertools
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.requests import Request as WebRequest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.configuration import load
from monitor.domain.api_scopes import ADMIN, SCOPES
from monitor.store.work import Work
from tests.places import SHIPPED
from tests.store.migrated import new_store
from tests.web.api.calling import token_for
from tests.web.desk import Desk
from tests.web.serving import Serving

MANY = int(os.environ.get("API_REQUESTS", "1000000"))
TOKENS_OF_ALL = 30  # who asks ten times a second is told to wait, and by a token of everything most is reached
TURN_S = 0.02


@contextmanager
def served(folder: Path, *, broken: bool = False) -> Iterator[tuple[int, list[str]]]:
    """An office with an outage and a complaint, whose clock runs ahead; its port, and tokens of all scopes.

    ``broken``: with a route that fails in place of the list of sites.
    """
    office = Desk(load(SHIPPED), new_store(folder))
    office.goes_down("udc-juniadaha")
    with office.store.write() as session:
        request = Request("citizen:8", "phone", "Rahima", "ইন্টারনেট নেই", office.clock.utc(), site="udc-juniadaha")
        actions.register(Work(session, office.office, office.clock.utc(), "an officer", via="cli"), request)
    tokens = [token_for(office, ADMIN) for _ in range(TOKENS_OF_ALL)]
    tokens += [token_for(office, scope) for scope in SCOPES] + ["nobodys-token"]
    app = office.app()
    if broken:
        app.router.routes.insert(0, Route("/api/v1/sites", _fails))
    ended = threading.Event()
    with Serving(app) as server:

        def run_ahead() -> None:
            while not ended.wait(TURN_S):
                server.call(lambda: office.clock.advance(1))

        clock = threading.Thread(target=run_ahead, name="clock")
        clock.start()
        try:
            yield server.port, tokens
        finally:
            ended.set()
            clock.join()
    office.store.close()


async def _fails(_: WebRequest) -> Response:
    return PlainTextResponse("", 500)


def asked(port: int, tokens: list[str], requests: int, processes: int) -> tuple[Counter[str], list[str], float, str]:
    """Ask from several processes; return the statuses, the faults, and what took longest."""
    running = []
    for seed in range(processes):
        words = [sys.executable, "-m", "tests.fuzz.api_requests", str(port), str(requests // processes), str(seed)]
        running.append(subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        stdin = running[-1].stdin
        assert stdin is not None
        stdin.write("\n".join(tokens))
        stdin.close()
        running[-1].stdin = None
    said = [json.loads(each.communicate()[0]) for each in running]
    slowest = max(said, key=lambda each: each["slowest_s"])
    statuses = sum((Counter(each["statuses"]) for each in said), Counter[str]())
    faults = list(itertools.chain.from_iterable(each["faults"] for each in said))
    print(f"{statuses.total():,} requests, slowest {slowest['slowest_s']} s ({slowest['slowest']}): {dict(statuses)}")
    return statuses, faults, slowest["slowest_s"], slowest["slowest"]


def test_requests_of_every_kind_are_answered_and_none_by_a_fault(tmp_path: Path) -> None:
    with served(tmp_path) as (port, tokens):
        statuses, faults, _, _ = asked(port, tokens, 600, 1)
    assert faults == []
    assert statuses.total() == 600
    assert statuses.keys() >= {"200", "404", "422", "garbage 400"}, "it reaches what it is to try"


def test_a_fault_is_found(tmp_path: Path) -> None:
    with served(tmp_path, broken=True) as (port, tokens):
        _, faults, _, _ = asked(port, tokens, 300, 1)
    assert faults
    assert all(each.startswith("500: b'GET /api/v1/sites") for each in faults)


@pytest.mark.long
@pytest.mark.timeout(24 * 3_600)
def test_a_million_requests_meet_no_fault(tmp_path: Path) -> None:
    with served(tmp_path) as (port, tokens):
        statuses, faults, _, _ = asked(port, tokens, MANY, 4)
    assert faults == []
    assert statuses.total() == MANY // 4 * 4


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(1_800)
def test_no_answer_takes_a_second(tmp_path: Path) -> None:
    with served(tmp_path) as (port, tokens):
        _, faults, slowest_s, slowest = asked(port, tokens, 20_000, 2)
    assert faults == []
    assert slowest_s < 1, slowest
