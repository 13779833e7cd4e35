"""For whom the page is, what may be asked of it, and how long an answer may take."""

import asyncio
import logging
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts.cases import complaints
from monitor.alerts.cases.complaints import Request
from monitor.store.opening import DATABASE
from monitor.store.work import Work
from monitor.web import guard
from monitor.web.guard import is_ours
from tests.lab.waiting import patient
from tests.web.asking import ask
from tests.web.desk import Desk

AT = ("192.0.2.7", 9786)


async def said(port: int, words: bytes) -> bytes:
    """What the server answers to these very bytes, until it hangs up or a second passes without any."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(words)
    told = b""
    try:
        async with asyncio.timeout(1):
            while some := await reader.read(65_536):
                told += some
                if told.partition(b"\r\n\r\n")[2]:
                    break
    except (TimeoutError, ConnectionResetError):
        pass
    finally:
        writer.close()
    return told


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "127.0.0.1",
        "127.8.9.1",
        "[::1]",
        "[::1%25lo]",
        "192.0.2.7",
        "monitor.example.org",
        "xn--54b7fta0cc",
    ],
)
def test_loopback_the_own_address_and_allowed_names_are_ours(host: str) -> None:
    assert is_ours(host, AT, ["Monitor.Example.org", "বাংলা"])


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "192.0.2.8", "[2001:db8::1]", "127.1", "0"])
def test_all_others_are_foreign(host: str) -> None:
    assert not is_ours(host, AT, ["monitor.example.org"])


def test_an_address_is_the_same_in_every_way_of_writing_it() -> None:
    assert is_ours("[fe80:0::1]", ("fe80::1%eth0", 1), [])
    assert is_ours("192.0.2.7", ("::ffff:192.0.2.7", 1), [])
    assert is_ours("[2001:DB8:0::1]", AT, ["2001:db8::1"])


@pytest.mark.parametrize("path", ["/", "/metrics", "/api/v1/status", "/healthz", "/no-such-page"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:9786", "203.0.113.5:9786", "localhost.evil.example"])
async def test_nothing_is_told_under_a_foreign_name(port: int, path: str, host: str) -> None:
    answer = await ask(port, path, host=host)
    assert answer.status == 421
    assert "[web] names" in answer.text
    assert host not in answer.text


async def test_prometheus_is_answered_by_the_address_and_port_that_it_scrapes(port: int) -> None:
    assert (await ask(port, "/metrics", host=f"127.0.0.1:{port}")).status == 200
    assert (await ask(port, "/metrics", host="127.0.0.1:80")).status == 200  # behind a forwarded port


async def test_a_name_of_the_configuration_in_force_is_answered(office: Desk, port: int) -> None:
    assert (await ask(port, "/metrics", host="monitor:9786")).status == 421
    web = office.settings.monitor.web.model_copy(update={"names": ("monitor",)})
    monitor = office.settings.monitor.model_copy(update={"web": web})
    office.settings = replace(office.settings, monitor=monitor)
    assert (await ask(port, "/metrics", host="monitor:9786")).status == 200


@pytest.mark.parametrize("host", ["[::1%lo]:9786", "[::1%25lo]"])
async def test_an_address_may_have_a_zone(port: int, host: str) -> None:
    assert (await ask(port, "/metrics", host=host)).status == 200


@pytest.mark.parametrize("path", [b"/", b"/metrics", b"/static/console.css"])
@pytest.mark.parametrize("times", [1, 3])
async def test_who_has_said_all_that_he_will_is_answered_still(port: int, path: bytes, times: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write((b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path) * times)
    writer.write_eof()
    async with asyncio.timeout(3):  # less than it keeps who may ask again
        told = await reader.read()
    writer.close()
    assert told.count(b"HTTP/1.1 200 OK\r\n") == times


@pytest.mark.parametrize("words", [b"", b"GET /metrics HTTP/1.1\r\nHost:"])
async def test_who_goes_before_his_request_is_whole_is_let_go_at_once(port: int, words: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(words)
    writer.write_eof()
    async with asyncio.timeout(2):
        assert await reader.read() == b""
    writer.close()


@pytest.mark.parametrize(
    "request_line",
    [
        b"CONNECT example.org:443 HTTP/1.1",
        b"CONNECT / HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"TRACE / HTTP/1.1",
        b"BREW /coffee HTTP/1.1",
        b"GET http://evil.example/metrics HTTP/1.1",
        b"GET //evil.example/metrics HTTP/1.1",
        b"GET /%00%ff/../../etc/passwd HTTP/1.1",
        b"GET /?lang=%ff%00&lang=en HTTP/1.1",
        b"get / HTTP/1.1",
        b"GET / HTTP/1.0",
        b"GET / HTTP/9.9",
        b"PRI * HTTP/2.0",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
@pytest.mark.parametrize("more", [b"", b"Upgrade: websocket\r\nConnection: upgrade\r\n"], ids=["plain", "upgrade"])
async def test_odd_requests_get_an_answer_and_leave_nothing_in_the_log(
    port: int, request_line: bytes, more: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await said(port, request_line + b"\r\nHost: localhost\r\n" + more + b"\r\n")
    assert answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 4"))
    assert [record for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info] == []


@pytest.mark.parametrize(
    "hosts", [b"", b"Host:\r\n", b"Host: a b\r\n", b"Host: localhost/x\r\n", b"Host: u@localhost\r\n"]
)
@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
async def test_a_request_without_a_host_is_a_bad_one(port: int, hosts: bytes, version: bytes) -> None:
    assert (await said(port, b"GET / HTTP/" + version + b"\r\n" + hosts + b"\r\n")).startswith(b"HTTP/1.1 400")


async def test_two_hosts_are_a_bad_request(port: int) -> None:
    hosts = b"Host: localhost\r\nHost: evil.example\r\n"
    assert (await said(port, b"GET / HTTP/1.1\r\n" + hosts + b"\r\n")).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("path", [b"/", b"/metrics", b"/healthz", b"/nowhere"])
@pytest.mark.parametrize("apart", [False, True], ids=["at-once", "later"])
@pytest.mark.parametrize(
    ("head", "rest"),
    [
        (b"POST %s HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", b"zz\r\n"),
        (b"GET %s HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", b"-1\r\nabc"),
        (b"GET %s HTTP/1.1\r\n", b"\x16\x03\x01\x02\x00\x01"),
        (b"GET %s HTTP/1.1\r\nConnection: close\r\n", b"GET / HTTP/1.1\r\n\r\n"),
        (b"CONNECT %s HTTP/1.1\r\n", b"\x16\x03\x01\x02\x00\x01\r\n\r\n"),
    ],
)
async def test_what_is_no_http_after_a_request_ends_the_connection_and_leaves_nothing_in_the_log(
    port: int, path: bytes, head: bytes, rest: bytes, apart: bool, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    for words in ((head % path) + b"Host: localhost\r\n\r\n", rest):
        writer.write(words)
        if apart:
            await asyncio.sleep(0.03)
    await asyncio.sleep(0.05)
    writer.close()
    assert (await ask(port, "/static/console.css")).status == 200
    assert [record for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info] == []


@contextmanager
def locked(office: Desk) -> Iterator[None]:
    """Somebody else holds the database, and lets nobody read."""
    with sqlite3.connect(office.store.state / DATABASE, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
    other.close()


@pytest.mark.alone
async def test_the_metrics_come_within_a_second_while_the_database_is_locked_and_say_so(
    office: Desk, port: int
) -> None:
    office.goes_down("backbone-north")
    before = (await ask(port, "/metrics")).text
    assert 'upazila_store_readable{office="bheramara"} 1.0' in before
    assert "upazila_outage_open{" in before
    with locked(office):
        for _ in range(4):
            office.clock.advance(2)  # past the age at which a page is given out again
            begun = time.monotonic()
            answer = await ask(port, "/metrics")
            assert time.monotonic() - begun < patient(1)
            assert answer.status == 200
            assert 'upazila_store_readable{office="bheramara"} 0.0' in answer.text
            assert "upazila_probe_success{" in answer.text
            assert "upazila_outage_open{" not in answer.text
    async with asyncio.timeout(10):
        while 'upazila_store_readable{office="bheramara"} 1.0' not in (await ask(port, "/metrics")).text:
            office.clock.advance(2)


async def test_the_page_is_there_while_the_database_is_locked_and_says_so(office: Desk, port: int) -> None:
    with locked(office):
        page = await ask(port, "/?lang=en")
    assert page.status == 200
    assert "The database does not answer" in page.text


async def test_an_answer_that_is_late_is_a_503_in_words(
    office: Desk, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "LATE_S", 0.3)
    with locked(office):  # for longer than that
        answer = await ask(port, "/")
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert "no answer within 0.3 s" in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_every_limit_is_longer_than_those_of_what_it_waits_for() -> None:
    from monitor.metrics.exposition import ASK_WITHIN_S
    from monitor.store.database import GLANCE_S
    from monitor.web.connections import WHOLE_ANSWER_S

    assert ASK_WITHIN_S < 1 < GLANCE_S * 2 < guard.LATE_S < WHOLE_ANSWER_S


async def test_the_status_that_anyone_may_read_names_nobody_who_complained(office: Desk, port: int) -> None:
    with office.store.write() as session:
        now = office.clock.utc()
        asked = Request(
            "citizen:1", "by-phone", "Rahima Khatun", "My line is dead", now - timedelta(hours=1), "r@example.org", None
        )
        complaints.register(Work(session, office.office, now, "officer"), asked)
    for path in ("/api/v1/status", "/", "/?lang=en", "/metrics"):
        text = (await ask(port, path)).text
        assert "BHR-2026-000001" in text or path == "/metrics"
        assert [word for word in ("Rahima", "My line is dead", "r@example.org") if word in text] == []


async def test_half_open_connections_are_cut_off_in_the_end(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from monitor.web import connections

    monkeypatch.setattr(connections, "WHOLE_REQUEST_S", 0.3)
    with socket.socket() as client:
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(client, ("127.0.0.1", port))
        async with asyncio.timeout(3):
            with suppress(ConnectionResetError):
                assert await loop.sock_recv(client, 1) == b""
