"""The page over TLS, for real: its headers, its renewal, and who shakes hands slowly or not at all."""

import asyncio
import http.client
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.accounts import users
from monitor.accounts.passwords import hashed
from monitor.accounts.users import Profile
from monitor.domain.roles import Role
from monitor.runtime.server_certificate import ServerCertificate
from monitor.store.work import Work
from monitor.web import server
from monitor.web.app import make_app
from monitor.web.server import MOST_CONNECTIONS, serve
from tests.lab.authority import Issuer
from tests.web.asking import Answer
from tests.web.desk import Desk


@dataclass
class Secured:
    """A page over TLS. ``pair``: its certificate and key in one file, which may be replaced."""

    port: int
    pair: Path
    issuer: Issuer
    folder: Path

    async def post(self, path: str, body: str) -> Answer:
        """What a form gets that a page of this server sends."""
        return await asyncio.to_thread(self._post, path, body)

    def _post(self, path: str, body: str) -> Answer:
        trust = ssl.create_default_context(cafile=str(self.issuer.file(self.folder)))
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=trust)
        headers = {"Origin": f"https://127.0.0.1:{self.port}", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    async def ask(self, path: str) -> tuple[Answer, str]:
        """The answer, and the serial number of the certificate that vouched for it."""
        return await asyncio.to_thread(self._ask, path)

    def _ask(self, path: str) -> tuple[Answer, str]:
        trust = ssl.create_default_context(cafile=str(self.issuer.file(self.folder)))
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=trust)
        try:
            connection.request("GET", path)
            assert isinstance(connection.sock, ssl.SSLSocket)
            serial = str(connection.sock.getpeercert()["serialNumber"])  # type: ignore[index]
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()), serial
        finally:
            connection.close()


@pytest.fixture
async def secured(office: Desk, tmp_path: Path) -> AsyncIterator[Secured]:
    issuer = Issuer.root()
    pair = tmp_path / "page.pem"
    pair.write_bytes(issuer.pair(tmp_path, 5).read_bytes())
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    app = make_app(office.live, office.exposition, office.store, lambda: office.settings, office.ages, office.clock)
    running = await serve(app, [listener], ServerCertificate(pair, pair))
    yield Secured(int(listener.getsockname()[1]), pair, issuer, tmp_path)
    await running.stop()
    listener.close()


async def test_the_page_over_tls_asks_the_browser_to_come_by_tls_for_ever(secured: Secured) -> None:
    answer, _ = await secured.ask("/readyz")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")


async def test_over_tls_the_sessions_cookie_is_for_this_host_and_for_tls_alone(office: Desk, secured: Secured) -> None:
    password = "four-words-apart-rice"
    with office.store.write() as session:
        work = Work(session, office.office, office.clock.utc(), "test")
        users.add(work, "rahim", Profile(role=Role.OFFICER), hashed(password, "rahim"))
    entered = await secured.post("/login", f"name=rahim&password={password}")
    assert entered.status == 303
    assert entered.headers["set-cookie"].startswith("__Host-session=")
    assert entered.headers["set-cookie"].endswith("; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure")


async def test_a_renewed_certificate_is_served_without_a_restart(secured: Secured) -> None:
    _, before = await secured.ask("/readyz")
    secured.pair.write_bytes(secured.issuer.pair(secured.folder, 6).read_bytes())
    _, after = await secured.ask("/readyz")
    assert after != before


async def test_who_speaks_no_tls_gets_nothing_and_others_their_answer(secured: Secured) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", secured.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    async with asyncio.timeout(5):
        told = await reader.read()
    assert b"HTTP" not in told
    writer.close()
    assert (await secured.ask("/readyz"))[0].status == 503  # the first round is under way


async def test_any_number_of_handshakes_that_do_not_go_on_keep_nobody_out(
    secured: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "ROOM_WITHIN_S", 3.0)
    silent = [await asyncio.open_connection("127.0.0.1", secured.port) for _ in range(MOST_CONNECTIONS + 10)]
    try:
        async with asyncio.timeout(4):
            assert (await secured.ask("/readyz"))[0].text == "the first round is under way\n"
    finally:
        for _, writer in silent:
            writer.close()
        await secured.ask("/readyz")  # comes behind all of them: none is left half accepted


async def test_who_closes_his_half_over_tls_leaves_no_trace_in_the_log(
    secured: Secured, caplog: pytest.LogCaptureFixture
) -> None:
    trust = ssl.create_default_context(cafile=str(secured.issuer.file(secured.folder)))

    def leave() -> None:
        plain = socket.create_connection(("127.0.0.1", secured.port))
        with trust.wrap_socket(plain, server_hostname="127.0.0.1") as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            client.shutdown(socket.SHUT_WR)
            client.recv(1)

    await asyncio.to_thread(leave)
    await secured.ask("/readyz")
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []
