"""The word to an outside watchman, taken by a real web server on loopback."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from monitor.daemon.heartbeat import Watchman, failing
from monitor.settings.heartbeat_section import Heartbeat
from tests.lab.waiting import until

Told = list[tuple[str, str]]


@contextmanager
def watchman(status: int = 200) -> Iterator[tuple[str, Told]]:
    told: Told = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append((self.path, self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/ping/abc", told
    server.shutdown()
    server.server_close()


async def test_it_carries_how_old_the_last_doings_are() -> None:
    with watchman() as (url, told):
        made = Watchman(lambda: {"round_age": 0.5, "outbox_age": 0.0, "last_write_age": 1.25})
        made.configure(Heartbeat(url=url))
        running = asyncio.create_task(made.run())
        await asyncio.to_thread(until, lambda: bool(told), "its word", 10)
        running.cancel()
    assert told == [("/ping/abc", "round_age_s=0.5\noutbox_age_s=0.0\nlast_write_age_s=1.2\n")]


def test_who_is_sick_says_so() -> None:
    with watchman() as (url, told):
        Watchman(lambda: {"round_age": 500.0}).tell(url)
    assert told[0][0] == "/ping/abc/fail"


@pytest.mark.parametrize("status", [404, 500])
def test_an_address_that_refuses_is_told_once_without_being_named(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with watchman(status) as (url, _):
        made = Watchman(lambda: {"round_age": 0.5})
        for _ in range(3):
            made.tell(url)
    assert len(caplog.records) == 1
    assert "abc" not in caplog.text


def test_the_address_of_a_failure_keeps_its_query() -> None:
    assert failing("https://h.example/ping/x/?a=1") == "https://h.example/ping/x/fail?a=1"
