"""net-snmp's snmpd, asked in v2c and in v3 with every pair of protocols."""

import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from monitor.probes.snmp.exchange import Exchange
from monitor.probes.snmp.keys import CIPHERS, DIGESTS, Credential
from monitor.probes.snmp.reading import Reading, read
from monitor.probes.snmp.session import CredentialsError, SilentError
from monitor.probes.snmp.v3 import V3Client
from monitor.settings.secrets import Secret
from monitor.settings.snmp_section import Auth, Priv
from tests.lab.agents import HOST, snmpd
from tests.probes.snmp.asking import client, read_v2c, talk

# What net-snmp calls them; its AES-192 and AES-256 are compiled in only by some.
THEIR_AUTH = {
    "SHA-1": "SHA",
    "SHA-224": "SHA-224",
    "SHA-256": "SHA-256",
    "SHA-384": "SHA-384",
    "SHA-512": "SHA-512",
    "MD5": "MD5",
}
THEIR_PRIV = {"AES-128": "AES", "AES-192": "AES-192", "AES-256": "AES-256", "DES": "DES"}
AUTH_KEY, PRIV_KEY = Secret("an authentication key"), Secret("a privacy key, another")


def user(auth: str, priv: str) -> str:
    return f"u{[*map(str, DIGESTS)].index(auth)}{[*map(str, CIPHERS)].index(priv)}"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    lines = ["sysName bheramara-core", "rouser plain noauth", "createUser plain"]
    for auth, their_auth in THEIR_AUTH.items():
        for priv, their_priv in THEIR_PRIV.items():
            name = user(auth, priv)
            lines += [
                f'createUser {name} {their_auth} "{AUTH_KEY.reveal()}" {their_priv} "{PRIV_KEY.reveal()}"',
                f"rouser {name} authpriv",
            ]
    with snmpd(lines) as port:
        yield port


async def read_v3(port: int, credential: Credential, timeout_s: float = 2.0) -> Reading:
    exchange = Exchange(timeout_s, retries=1)
    exchange.open()
    try:
        return await read(V3Client(exchange, credential).session(ip_address(HOST), port))
    finally:
        exchange.close()


def credential(auth: Auth, priv: Priv, auth_key: Secret = AUTH_KEY, priv_key: Secret = PRIV_KEY) -> Credential:
    return Credential(user(auth, priv), auth, auth_key, priv, priv_key)


def loopback_octets() -> int:
    return int(Path("/sys/class/net/lo/statistics/rx_bytes").read_text())


async def test_the_interfaces_of_this_machine_are_read(port: int) -> None:
    reading = await read_v2c(port, "public")

    assert reading.system["sysName"] == "bheramara-core"
    assert {str(link["ifName"]) for link in reading.ports} == {name for _, name in socket.if_nameindex()}
    loopback = next(link for link in reading.ports if link["ifName"] == "lo")
    assert (loopback["ifType"], loopback["ifOperStatus"]) == (24, 1)
    assert 0 < int(loopback["ifHCInOctets"]) <= loopback_octets()  # snmpd's are some seconds old
    assert reading.engine_time_s is not None
    assert reading.ups == {}


async def test_an_answer_as_long_as_a_datagram_can_be_is_taken_at_once() -> None:
    view = [f"view few included .1.3.6.1.{subtree}" for subtree in ("2.1.1", "2.1.2", "2.1.31", "4.1.8072.1.3")]
    long = [f"extend {name} /bin/sh -c 'seq 4000'" for name in ("a", "b")]  # what follows the last column here
    with snmpd([f"rocommunity limited {HOST} -V few", *view, *long]) as port:
        async with client() as made:
            reading = await read(talk(made, port, "limited"))

    assert {str(link["ifName"]) for link in reading.ports} == {name for _, name in socket.if_nameindex()}
    assert not made.exchange.rejected


@pytest.mark.parametrize("auth", ["SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"])
async def test_version_3_reads_the_same_with_every_way_to_sign(port: int, auth: Auth) -> None:
    reading = await read_v3(port, credential(auth, "AES-128"))

    assert reading.system["sysName"] == "bheramara-core"
    assert {link["ifName"] for link in reading.ports} == {name for _, name in socket.if_nameindex()}


@pytest.mark.parametrize("priv", ["AES-128", "AES-192", "AES-256", "DES"])
@pytest.mark.parametrize("auth", ["SHA-1", "SHA-256", "SHA-512"])
async def test_version_3_reads_the_same_with_every_way_to_encrypt(port: int, auth: Auth, priv: Priv) -> None:
    reading = await read_v3(port, credential(auth, priv))

    assert reading.system["sysName"] == "bheramara-core"


async def test_weak_protocols_work_where_they_are_allowed(port: int) -> None:
    assert (await read_v3(port, Credential("plain"))).system["sysName"] == "bheramara-core"
    assert (await read_v3(port, credential("MD5", "AES-128"))).system["sysName"] == "bheramara-core"


@pytest.mark.parametrize(
    "wrong",
    [
        credential("SHA-256", "AES-128", auth_key=Secret("not the right key")),
        credential("SHA-256", "AES-128")._replace(user="nobody"),
        Credential(user("SHA-256", "AES-128"), "SHA-256", AUTH_KEY),
    ],
    ids=["wrong key", "unknown user", "not encrypted"],
)
async def test_wrong_credentials_are_told_from_silence(port: int, wrong: Credential) -> None:
    with pytest.raises(CredentialsError) as raised:
        await read_v3(port, wrong)
    assert AUTH_KEY.reveal() not in str(raised.value)


async def test_nobody_there_is_silence() -> None:
    with pytest.raises(SilentError):
        await read_v3(9, credential("SHA-256", "AES-128"), timeout_s=0.2)
