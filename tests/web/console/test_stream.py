"""An open page hears what changed, and that the monitor lives; nobody takes the room of all others."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Scope

from monitor.runtime.changes import Changes
from monitor.web.app import make_app
from monitor.web.console import stream
from monitor.web.console.stream import MOST_OF_ONE, MOST_STREAMS, Streams
from monitor.web.server import MOST_CONNECTIONS, serve
from tests.web.asking import ask
from tests.web.desk import Desk


class Site:
    """A served office whose changes a test publishes."""

    def __init__(self, port: int, changes: Changes) -> None:
        self.port, self.changes = port, changes

    @asynccontextmanager
    async def stream(self, path: str = "/stream", **headers: str) -> AsyncIterator[asyncio.StreamReader]:
        """Yield what follows the head of the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        lines = [
            f"GET {path} HTTP/1.1",
            "Host: localhost",
            *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items()),
        ]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        try:
            yield reader
        finally:
            writer.close()


@pytest.fixture
async def site(office: Desk) -> AsyncIterator[Site]:
    changes = Changes(office.live.instance)
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    app = make_app(
        office.live, office.exposition, office.store, lambda: office.settings, office.ages, office.clock, changes
    )
    server = await serve(app, [listener])
    yield Site(int(listener.getsockname()[1]), changes)
    await server.stop()
    listener.close()


async def until_seen(reader: asyncio.StreamReader, words: str) -> str:
    """Read until those words came."""
    got = ""
    async with asyncio.timeout(5):
        while words not in got:
            more = await reader.read(4_096)
            assert more, f"it ended: {got}"
            got += more.decode()
    return got


async def test_a_change_is_heard_at_once_with_its_id(site: Site) -> None:
    async with site.stream() as reader:
        head = await until_seen(reader, "event: alive")
        assert "content-type: text/event-stream" in head
        assert "retry: 5000" in head
        site.changes.publish(["site:udc-juniadaha"])
        got = await until_seen(reader, "data: site:udc-juniadaha\n\n")
        assert f"event: change\nid: {site.changes.id_of(1)}\n" in got


async def test_who_comes_back_gets_what_it_missed(site: Site) -> None:
    site.changes.publish(["ticket:BHR-2026-000001"])
    seen = site.changes.id_of(site.changes.last)
    site.changes.publish(["ticket:BHR-2026-000002"])
    async with site.stream(last_event_id=seen) as reader:
        got = await until_seen(reader, "event: alive")
    assert "data: ticket:BHR-2026-000002\n" in got
    assert "000001" not in got


async def test_who_comes_back_to_another_run_reads_everything_again(site: Site) -> None:
    async with site.stream("/stream?after=earlier-7") as reader:
        assert "data: reset\n" in await until_seen(reader, "event: alive")


async def test_a_fourth_page_of_one_visitor_is_sent_away_until_another_closes(site: Site) -> None:
    async with site.stream() as first, site.stream() as second, site.stream() as third:
        for reader in (first, second, third):
            await until_seen(reader, "event: alive")
        answer = await ask(site.port, "/stream")
        assert (answer.status, answer.headers["retry-after"]) == (503, "15")
        assert (await ask(site.port, "/alive")).status == 200
    site.changes.publish(["all"])
    async with site.stream() as reader:
        await until_seen(reader, "event: alive")


async def test_a_page_that_is_left_makes_room_before_anything_else_happens(site: Site) -> None:
    async with site.stream() as first, site.stream() as second, site.stream() as third:
        for reader in (first, second, third):
            await until_seen(reader, "event: alive")
    async with asyncio.timeout(5):  # much sooner than the next event, which would show that nobody is there
        while True:
            async with site.stream() as reader:
                if (await reader.readline()).startswith(b"HTTP/1.1 200"):
                    break
            await asyncio.sleep(0.05)


def test_there_is_room_for_200_streams_and_no_more() -> None:
    streams = Streams()
    assert all(streams.enter(f"session {number}") for number in range(MOST_STREAMS))
    assert not streams.enter("one more")
    streams.leave("session 0")
    assert streams.enter("one more")
    assert MOST_OF_ONE < MOST_CONNECTIONS


async def test_open_streams_hold_no_slot_of_other_readers(site: Site) -> None:
    async with site.stream() as first, site.stream() as second:
        await until_seen(first, "event: alive")
        await until_seen(second, "event: alive")
        answers = await asyncio.gather(*(ask(site.port, "/alive") for _ in range(MOST_CONNECTIONS)))
        assert {answer.status for answer in answers} == {200}
        site.changes.publish(["all"])
        await until_seen(first, "data: all\n")


async def test_readers_that_take_nothing_lose_their_streams(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.web.connections.WHOLE_ANSWER_S", 0.2)
    deaf = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(MOST_OF_ONE)]
    for each in deaf:
        each.send(b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    async with asyncio.timeout(20):
        while True:
            site.changes.publish([f"site:{'x' * 2_000}{number}" for number in range(900)])
            await asyncio.sleep(0.05)
            async with site.stream() as reader:
                status = (await reader.readline()).decode()
            if status.startswith("HTTP/1.1 200"):
                break
    for each in deaf:
        each.close()


async def test_a_stream_ends_now_and_then_so_that_an_ended_session_hears_no_more(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LASTS_S", 0.2)
    monkeypatch.setattr(stream, "ALIVE_S", 0.1)
    async with site.stream() as reader:
        await until_seen(reader, "\r\n0\r\n\r\n")  # the end of the answer


async def test_a_page_that_is_gone_before_its_first_event_takes_no_room(office: Desk) -> None:
    """Nobody asks for the events then, so whatever they would do at their end is never done."""
    changes = Changes(office.live.instance)
    app = make_app(
        office.live, office.exposition, office.store, lambda: office.settings, office.ages, office.clock, changes
    )
    scope: Scope = {
        **{"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "root_path": ""},
        **{"path": "/stream", "raw_path": b"/stream", "query_string": b"", "headers": [(b"host", b"localhost")]},
        **{"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 1)},
    }
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(sent: Message) -> None:
        """What the server does when nobody is there to read the head."""
        statuses.append(sent["status"])
        raise OSError

    for _ in range(2 * MOST_OF_ONE):
        with suppress(ClientDisconnect, OSError):
            await app({**scope, "asgi": {"spec_version": "2.4"}, "state": {}}, receive, send)
    assert set(statuses) == {200}
