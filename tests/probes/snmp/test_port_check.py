"""A port where nobody listens is told from one whose listener says nothing."""

import socket
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from monitor.probes.snmp.port_check import is_port_closed


@pytest.fixture(params=["127.0.0.1", "::1"])
def listener(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as own:
        own.bind((request.param, 0))
        yield own


async def test_who_listens_does_not_refuse_although_it_says_nothing(listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]

    assert not await is_port_closed(ip_address(host), port, 0.05)
    assert listener.recv(10) == b"\0"


async def test_where_nobody_listens_the_machine_says_so(listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    listener.close()

    assert await is_port_closed(ip_address(host), port, 2.0)
