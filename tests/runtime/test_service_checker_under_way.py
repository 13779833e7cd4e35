"""Checks that wait: however many services are mute, the others are checked on time, and nothing outlasts a stop."""

import asyncio
import socket
from dataclasses import replace

import pytest

from monitor.domain.clock import SystemClock
from monitor.domain.reasons import text
from monitor.judging.board import Board
from monitor.metrics.services import services
from monitor.probes.checks.base import Outcome
from monitor.probes.checks.http import HttpCheck
from monitor.runtime import service_checker
from monitor.runtime.live import ServiceState
from monitor.runtime.service_checker import ServiceChecker
from monitor.settings.fleet import Fleet, Service
from monitor.settings.monitor_file import Probing
from tests.judging.boards import RULES, fleet, site
from tests.lab.waiting import until
from tests.net.bad_servers import page, says, server
from tests.runtime.built import Told, state_of

MUTE = 60


def served(urls: list[str]) -> Fleet:
    services = tuple(Service(f"a/s{number}", "a", f"s{number}", HttpCheck(url=url)) for number, url in enumerate(urls))
    return fleet(replace(site("a"), services=services))


async def test_mute_services_keep_no_other_from_being_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_checker, "TIMEOUT_S", 20.0)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as mute, server(says(page(b"ok"))) as good:
        place = f"http://127.0.0.1:{mute.getsockname()[1]}/"
        checked = served([*[place] * MUTE, good.url()])
        clock = SystemClock()
        live = state_of(clock, checked, Board(checked, RULES))
        made = ServiceChecker(clock, live, checked, Probing(), Told())
        running = asyncio.create_task(made.run())
        last = f"a/s{MUTE}"
        # It is due three seconds after the first one; without its turn it would wait for twenty.
        await asyncio.to_thread(until, lambda: last in live.services, "the last check", 10)
        assert live.services[last].sample.verdict == "ok"
        assert len(live.services) == 1
        running.cancel()
        await made.close()


def test_what_we_could_not_ask_has_no_figure_and_judges_nobody() -> None:
    checked = served(["http://127.0.0.1:1/"])
    board, clock = Board(checked, RULES), SystemClock()
    live = state_of(clock, checked, board)
    (service,) = checked.services.values()
    for _ in range(5):
        sample = Outcome(own_fault=text("all are busy")).sample(service.id, "http", clock.utc(), clock.mono_ns())
        assert board.observe(sample) == []
        live.services[service.id] = ServiceState(service, sample, {})
    made = services(live)
    list(made.look())
    assert not any(piece.text for _, pieces in made.bodies() for piece in pieces)
