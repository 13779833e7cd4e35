"""The listener of the public page: it comes, moves and goes with the configuration, and waits for a port in use."""

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from monitor.configuration import load
from monitor.settings.load import Settings
from monitor.web.public import server
from monitor.web.public.server import PublicServer
from tests.places import SHIPPED
from tests.settings.offices import faults, office
from tests.web.asking import ask

__all__ = ["office"]


async def _hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


APP = Starlette(routes=[Route("/", _hello)])


def settings_with(place: str) -> Settings:
    found = load(SHIPPED)
    web = found.monitor.web.model_copy(update={"public": place})
    return replace(found, monitor=found.monitor.model_copy(update={"web": web}))


async def address_of(part: PublicServer, *, there: bool = True) -> str:
    async with asyncio.timeout(10):
        while bool(part.address) is not there:  # noqa: ASYNC110 (nobody tells of it)
            await asyncio.sleep(0.01)
    return part.address


async def test_it_listens_where_it_is_wanted_moves_and_goes_with_the_configuration() -> None:
    part = PublicServer(APP, "127.0.0.1:0")
    await part.open()
    running = asyncio.create_task(part.run())
    first = await address_of(part)
    assert (await ask(int(first.rpartition(":")[2]), "/")).text == "hello"

    part.reconfigure(settings_with("127.0.0.2:0"))
    async with asyncio.timeout(10):
        while not part.address.startswith("127.0.0.2:"):  # noqa: ASYNC110 (as above)
            await asyncio.sleep(0.01)
    with pytest.raises(ConnectionRefusedError):
        await ask(int(first.rpartition(":")[2]), "/")

    part.reconfigure(settings_with(""))
    await address_of(part, there=False)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await part.close()


async def test_a_port_in_use_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LOOK_S", 0.05)
    other = socket.create_server(("127.0.0.1", 0))
    port = int(other.getsockname()[1])
    part = PublicServer(APP, f"127.0.0.1:{port}")
    await part.open()
    assert part.address == ""
    running = asyncio.create_task(part.run())
    other.close()
    assert await address_of(part) == f"127.0.0.1:{port}"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await part.close()


async def test_without_a_place_nothing_listens() -> None:
    part = PublicServer(APP, "")
    await part.open()
    assert part.address == ""
    await part.close()


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("0.0.0.0:8080", ""),  # the public may come from everywhere, and needs no certificate
        ("8080", "is no place to listen. Expected ADDRESS:PORT or [IPV6]:PORT"),
        ("portal.example.org:80", "is no place to listen. Expected ADDRESS:PORT or [IPV6]:PORT"),
        ("127.0.0.1:9786", "is where the console listens. Expected another port"),
    ],
)
def test_a_wrong_place_is_refused(office: Path, place: str, expected: str) -> None:
    file = office / "monitor.toml"
    file.write_text(file.read_text().replace("[web]\n", f'[web]\npublic = "{place}"\n'))
    if not expected:
        assert load(office).monitor.web.public == place
        return
    (found,) = faults(office)
    assert "web.public" in found
    assert found.endswith(expected)
