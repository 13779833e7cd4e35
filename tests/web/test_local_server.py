"""The socket in the state folder, by which commands ask the daemon."""

import asyncio
import json
import logging
import os
import socket
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from monitor.cli import status
from monitor.configuration import load
from monitor.net import http
from monitor.net.deadline import Deadline
from monitor.settings import in_force
from monitor.settings.in_force import SOCKET, InForce
from monitor.settings.installation import Installation
from monitor.web import local_server
from monitor.web.app import make_app
from monitor.web.local_server import LocalServer, listen
from tests.places import SHIPPED
from tests.web.desk import Desk


@asynccontextmanager
async def serving(office: Desk, state: Path) -> AsyncIterator[LocalServer]:
    """The office's site at the socket of a state folder, as the daemon has it."""
    app = make_app(office.live, office.exposition, office.store, lambda: office.settings, office.ages, office.clock)
    server = LocalServer(app, state)
    await server.open()
    running = asyncio.create_task(server.run())
    try:
        yield server
    finally:
        running.cancel()
        await server.close()


async def asked(state: Path, path: str = "/api/v1/status") -> http.Answer:
    """What the daemon answers at its socket."""

    def ask() -> http.Answer:
        return http.request("GET", f"http://localhost{path}", Deadline.after(5), local=state / SOCKET)

    return await asyncio.to_thread(ask)


@contextmanager
def umask(bits: int) -> Iterator[None]:
    before = os.umask(bits)
    try:
        yield
    finally:
        os.umask(before)


async def test_a_command_asks_by_the_state_folder_alone(office: Desk, tmp_path: Path) -> None:
    async with serving(office, tmp_path):
        answer = await asked(tmp_path)
        assert json.loads(answer.body)["instance"] == office.live.instance
        assert (await asked(tmp_path, "/api/v1/tickets")).status == 200


async def test_status_needs_no_port(office: Desk, tmp_path: Path) -> None:
    settings = load(SHIPPED)
    nowhere = settings.monitor.model_copy(
        update={
            "web": settings.monitor.web.model_copy(update={"listen": "127.0.0.1:1"}),
            "storage": settings.monitor.storage.model_copy(update={"directory": tmp_path}),
        }
    )
    settings = settings.__class__(**{**vars(settings), "monitor": nowhere})
    office.live.instance = "ours"
    in_force.write(settings.state, InForce("", {}, "ours", os.getpid(), "1", 0))
    async with serving(office, settings.state):
        found = await asyncio.to_thread(status.report, Installation.of(settings))
    assert found.live is not None
    assert found.live["instance"] == "ours"


@pytest.mark.parametrize("bits", [0o000, 0o022, 0o077])
def test_only_its_user_and_group_may_open_it_whatever_the_umask(tmp_path: Path, bits: int) -> None:
    with umask(bits), listen(tmp_path / SOCKET):
        assert stat.S_IMODE((tmp_path / SOCKET).stat().st_mode) == 0o660


def test_the_file_of_a_daemon_that_was_killed_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / SOCKET
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(os.fspath(path))
    with listen(path), socket.socket(socket.AF_UNIX) as command:
        command.connect(os.fspath(path))


async def test_what_is_no_socket_stays_and_is_told(
    office: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / SOCKET).write_text("somebody's notes")
    async with serving(office, tmp_path):
        pass
    assert (tmp_path / SOCKET).read_text() == "somebody's notes"
    assert "File exists; they ask by the page's address instead" in caplog.text


async def test_a_path_that_is_too_long_is_told_once_and_the_daemon_goes_on(
    office: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_server, "LOOK_S", 0.01)
    deep = tmp_path / ("long" * 20) / ("name" * 20)
    deep.mkdir(parents=True)
    with caplog.at_level(logging.WARNING):
        async with serving(office, deep):
            await asyncio.sleep(0.1)  # several tries
    assert caplog.text.count("File name too long; they ask by the page's address instead") == 1
    assert list(deep.iterdir()) == []


async def test_a_file_that_somebody_removed_is_made_again(
    office: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_server, "LOOK_S", 0.01)
    async with serving(office, tmp_path), asyncio.timeout(10):
        (tmp_path / SOCKET).unlink()
        while not (tmp_path / SOCKET).exists():  # noqa: ASYNC110 (nothing tells when a file is there)
            await asyncio.sleep(0.01)
        assert (await asked(tmp_path)).status == 200


async def test_a_daemon_that_stops_takes_its_file_away(office: Desk, tmp_path: Path) -> None:
    async with serving(office, tmp_path):
        assert (tmp_path / SOCKET).exists()
    assert not (tmp_path / SOCKET).exists()
