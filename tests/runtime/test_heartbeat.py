"""The ping to an outside service, taken by a real web server on loopback."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from monitor.runtime import heartbeat
from monitor.runtime.heartbeat import HeartbeatSender, failure_url, oldest_pending_s
from monitor.settings.heartbeat_section import Heartbeat
from monitor.store.opening import DATABASE, open_store
from tests.lab.waiting import patient, until
from tests.net.bad_servers import Answering, drips, floods, page, says, server

Told = list[tuple[str, str]]


@contextmanager
def ping_service(status: int = 200) -> Iterator[tuple[str, Told]]:
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
    with ping_service() as (url, told):
        ages = {"round_age": 0.5, "outbox_age": 0.0, "last_write_age": 1.25}
        made = HeartbeatSender(Heartbeat(url=url), lambda: ages)
        running = asyncio.create_task(made.run())
        await asyncio.to_thread(until, lambda: bool(told), "its word", 10)
        running.cancel()
    assert told == [("/ping/abc", "round_age_s=0.5\noutbox_age_s=0.0\nlast_write_age_s=1.2\n")]


def test_who_is_sick_says_so() -> None:
    with ping_service() as (url, told):
        HeartbeatSender(Heartbeat(), lambda: {"round_age": 500.0}).post(url)
    assert told[0][0] == "/ping/abc/fail"


@pytest.mark.parametrize("status", [404, 500])
def test_an_address_that_refuses_is_told_once_without_being_named(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with ping_service(status) as (url, _):
        made = HeartbeatSender(Heartbeat(), lambda: {"round_age": 0.5})
        for _ in range(3):
            made.post(url)
    assert len(caplog.records) == 1
    assert "abc" not in caplog.text


def test_the_address_of_a_failure_keeps_its_query() -> None:
    assert failure_url("https://h.example/ping/x/?a=1") == "https://h.example/ping/x/fail?a=1"


@pytest.mark.parametrize(
    "answer",
    [
        drips(b"HTTP/1.1 200 OK\r\nX: "),
        drips(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        floods(b"", b"HTTP/1.1 100 C\r\n\r\n"),
    ],
    ids=["drips a header", "drips headers", "never comes to the point"],
)
def test_a_watchman_that_never_ends_its_answer_is_left_in_time(
    answer: Answering, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(heartbeat, "TIMEOUT_S", 0.5)
    with server(answer) as running:
        begun_s = time.monotonic()
        HeartbeatSender(Heartbeat(), lambda: {"round_age": 0.5}).post(running.url("/ping/abc"))
        assert time.monotonic() - begun_s < patient(2)
    assert "was not taken" in caplog.text


def test_the_body_of_its_answer_is_not_read() -> None:
    with server(floods(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65_536)) as running:
        begun_s = time.monotonic()
        HeartbeatSender(Heartbeat(), lambda: {"round_age": 0.5}).post(running.url())
        assert time.monotonic() - begun_s < patient(5)


def test_nobody_sends_the_word_elsewhere(caplog: pytest.LogCaptureFixture) -> None:
    with ping_service() as (url, told), server(says(page(b"", f"Location: {url}", status="307 Moved"))) as running:
        HeartbeatSender(Heartbeat(), lambda: {"round_age": 0.5}).post(running.url())
    assert told == []
    assert "was not taken" in caplog.text


async def test_a_stop_does_not_wait_for_a_watchman_that_is_mute() -> None:
    with server(drips(b"HTTP/1.1 200 OK\r\nX: ")) as running:
        made = HeartbeatSender(Heartbeat(url=running.url()), lambda: {"round_age": 0.5})
        task = asyncio.create_task(made.run())
        await asyncio.to_thread(until, lambda: running.asked, "its word", 10)
        begun_s = time.monotonic()
        task.cancel()
        await made.close()
        await asyncio.to_thread(until, lambda: not made._thread.jobs, "the end of its thread", 5)
        assert time.monotonic() - begun_s < patient(2)


def test_a_locked_database_does_not_keep_the_word_from_the_watchman(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as store:
        assert oldest_pending_s(store, datetime.now(UTC)) == 0
        with closing(sqlite3.connect(store.state / DATABASE, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            begun = time.monotonic()
            assert oldest_pending_s(store, datetime.now(UTC)) is None
            assert time.monotonic() - begun < patient(heartbeat.TIMEOUT_S)
            other.execute("ROLLBACK")
        assert oldest_pending_s(store, datetime.now(UTC)) == 0
