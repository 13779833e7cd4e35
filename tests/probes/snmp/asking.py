"""How the tests of SNMP read an agent on loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address

from monitor.probes.snmp.client import Agent, V2cClient, V2cSession
from monitor.probes.snmp.exchange import MOST_UNDER_WAY, Exchange
from monitor.probes.snmp.reading import Reading, read
from monitor.settings.secrets import Secret
from tests.lab.agents import HOST


@asynccontextmanager
async def client(*, timeout_s: float = 2.0, retries: int = 1, places: int = MOST_UNDER_WAY) -> AsyncIterator[V2cClient]:
    """A client on the running loop."""
    exchange = Exchange(timeout_s, retries, most=places)
    exchange.open()
    try:
        yield V2cClient(exchange)
    finally:
        exchange.close()


def talk(made: V2cClient, port: int, community: str) -> V2cSession:
    """A conversation with the agent at that port."""
    return made.session(Agent(ip_address(HOST), port, Secret(community)))


async def read_v2c(port: int, community: str, *, timeout_s: float = 2.0, retries: int = 1) -> Reading:
    """Everything of one agent."""
    async with client(timeout_s=timeout_s, retries=retries) as made:
        return await read(talk(made, port, community))
