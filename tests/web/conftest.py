"""The page and the metrics of a small office, served for real on loopback."""

import socket
from collections.abc import AsyncIterator

import pytest

from monitor.web.server import serve
from tests.web.desk import Desk, office
from tests.web.serving import Serving  # which also makes the limits of an answer patient, here too

__all__ = ["Serving", "office"]


@pytest.fixture
async def port(office: Desk) -> AsyncIterator[int]:
    """The port on which the office's page is served."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    server = await serve(office.app(), [listener])
    yield int(listener.getsockname()[1])
    await server.stop()
    listener.close()
