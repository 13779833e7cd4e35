"""An office whose API is asked by several processes at once."""

import itertools
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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

TOKENS_OF_ALL = 30  # who asks ten times a second is told to wait, and by a token of everything most is reached
TURN_S, AHEAD = 0.1, 50  # its clock is set so often, and runs so many times as fast as ours


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
                server.call(lambda: office.clock.advance(TURN_S * AHEAD))

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


def asked(
    port: int, tokens: list[str], requests: int, processes: int, first_seed: int = 0
) -> tuple[Counter[str], list[str], float, str]:
    """Ask from several processes; return the statuses, the faults, and what took longest."""
    running = []
    for seed in range(first_seed, first_seed + processes):
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
