"""The page listens when it can; until then it is told, and nothing else waits for it."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from monitor.domain.clock import SystemClock
from monitor.settings.web_section import Web, connect_address
from monitor.web import page_server
from monitor.web.page_server import PageServer
from tests.lab.daemon import Daemon
from tests.lab.fleet import many_sites, write_config
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.web.asking import ask


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello")


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    """A port of loopback on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other


def page_on(port: int, told: list[str]) -> PageServer:
    def changed() -> None:
        told.append(page.address or page.trouble)

    page = PageServer(
        Starlette(routes=[Route("/", hello)]), Web(listen=f"127.0.0.1:{port}"), [], SystemClock(), changed
    )
    return page


async def test_a_port_that_somebody_else_took_is_told_and_taken_over_when_it_is_free(
    taken: socket.socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(page_server, "RETRY_S", 0.05)
    port, told = int(taken.getsockname()[1]), list[str]()
    page = page_on(port, told)
    await page.open()
    assert (page.trouble, page.address) == ("Address already in use", "")
    running = asyncio.create_task(page.run())
    try:
        await asyncio.to_thread(until, lambda: page.away_s() > 0.2, "some tries", 5)
        taken.close()
        await asyncio.to_thread(until, lambda: page.address, "the page", 5)
        assert (await ask(port, "/")).text == "hello"
    finally:
        running.cancel()
        await page.close()
    assert (page.trouble, page.away_s()) == ("", 0.0)
    assert (told[0], told[-1]) == ("Address already in use", f"127.0.0.1:{port}")
    # It is told once, however often it is tried.
    assert [record.levelno for record in caplog.records if "no page on" in record.message] == [logging.ERROR]


async def test_port_0_is_whichever_is_free_and_the_start_up_line_names_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    page = page_on(0, [])
    await page.open()
    try:
        port = int(page.address.rpartition(":")[2])
        assert (await ask(port, "/")).text == "hello"
        assert f"page http://127.0.0.1:{port}/ , metrics http://127.0.0.1:{port}/metrics" in caplog.text
    finally:
        await page.close()


@pytest.mark.long
def test_the_daemon_probes_without_a_page_while_its_port_is_taken(lab: Lab, tmp_path: Path) -> None:
    place = ("127.0.0.1", 19786)
    other = lab.monitor.open_socket(socket.AF_INET, socket.SOCK_STREAM)
    other.bind(place)
    other.listen()
    with Daemon(lab, tmp_path) as daemon:
        write_config(daemon.config, sites=many_sites(5), listen=f"{place[0]}:{place[1]}")
        daemon.start(ready_within_s=None, handed_in=False)
        until(lambda: "no page on 127.0.0.1:19786: Address already in use" in daemon.log(), "its word", 20)
        lab.down("10.77.2.1")
        until(lambda: daemon.rows("SELECT id FROM outages"), "an outage", 20)
        told = daemon.run("status")
        assert "its page cannot listen: Address already in use" in told.stdout
        assert told.returncode == 1  # by its own socket it says all the same what is down
        other.close()
        until(lambda: "page http://127.0.0.1:19786/" in daemon.log(), "the page", 10)
        assert daemon.stop() == 0


def test_commands_find_the_page_at_the_port_that_it_really_has(lab: Lab, tmp_path: Path) -> None:
    with Daemon(lab, tmp_path) as daemon:
        settings = {"web": {"behind_proxy": ["127.0.0.1"]}}
        write_config(daemon.config, sites=many_sites(2), listen="0.0.0.0:0", settings=settings)
        daemon.start()  # its socket is handed in, and listens elsewhere
        assert daemon.json("status")["running"]


@pytest.mark.parametrize(
    ("listens", "asked"),
    [("0.0.0.0:9786", "127.0.0.1:9786"), ("[::]:80", "[::1]:80"), ("10.0.0.0:1", "10.0.0.0:1"), ("[::1]:1", "[::1]:1")],
)
def test_who_listens_everywhere_is_asked_on_loopback(listens: str, asked: str) -> None:
    assert connect_address(listens) == asked
