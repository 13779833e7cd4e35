"""A line to a real server by TLS: what it proves, and how it is refused; and what happens when all lines are in use."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import QueuePool, text

from monitor.domain.message import Message
from monitor.settings.storage_section import Server, checked_url
from monitor.store import postgresql
from monitor.store.database import GLANCE_S
from monitor.store.errors import OperationalError, StoreError, may_pass
from monitor.store.opening import open_store, store_at, try_again
from tests.lab.authority import HOST, Issuer
from tests.lab.waiting import until
from tests.store import servers
from tests.store.servers import FAST, USER, Cluster

LINES = 15  # of one process: what SQLAlchemy's pool keeps, and what it adds for a while


@dataclass
class TlsServer:
    """A server on loopback whose certificate is for 127.0.0.1, and the files that a client may trust."""

    cluster: Cluster
    authority: Path
    stranger: Path

    def url(self, host: str, asked: str) -> Server:
        return Server(checked_url(f"postgresql+psycopg://{USER}@{host}:{self.cluster.port}/postgres?{asked}"))

    def set_tls(self, value: str) -> None:
        """On or off, for connections from now on."""
        with self.cluster.connect() as connection:
            connection.execute(f"ALTER SYSTEM SET ssl = {value}")
            connection.execute("SELECT pg_reload_conf()")
        until(lambda: self._ssl() == value, f"TLS {value}", within_s=20)

    def _ssl(self) -> object:
        with self.cluster.connect() as connection:
            row = connection.execute("SHOW ssl").fetchone()
            return row and row[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsServer]:
    ours = tmp_path_factory.mktemp("authorities")
    authority, folder = Issuer.root("our authority"), servers.made_folder()
    pair = folder / "pair.pem"
    shutil.copyfile(authority.pair(ours, 30), pair)
    if os.getuid() == 0:
        shutil.chown(pair, USER, USER)
    pair.chmod(0o600)
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    options = {**FAST, "listen_addresses": HOST, "ssl_cert_file": str(pair), "ssl_key_file": str(pair)}
    given = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    cluster = servers.started(folder, given, port)
    made = TlsServer(cluster, authority.file(ours), Issuer.root("a stranger").file(ours))
    made.set_tls("on")
    yield made
    cluster.stop()
    shutil.rmtree(folder, ignore_errors=True)


def is_encrypted(state: Path, server: Server) -> bool:
    with closing(store_at(state, server)) as store, store.engine.connect() as connection:
        return bool(connection.scalar(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")))


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        (HOST, "sslmode=verify-full&sslrootcert={authority}"),
        (HOST, "sslmode=verify-ca&sslrootcert={authority}"),
        ("localhost", "sslmode=verify-ca&sslrootcert={authority}"),  # another name, which that mode does not look at
        (HOST, "sslmode=require"),  # nobody proves who he is
    ],
)
def test_a_server_that_proves_what_is_asked_of_it_is_spoken_to_by_tls(
    tmp_path: Path, server: TlsServer, host: str, asked: str
) -> None:
    assert is_encrypted(tmp_path, server.url(host, asked.format(authority=server.authority)))


def test_on_this_machine_the_line_is_in_the_clear_unless_tls_is_asked_for(tmp_path: Path, server: TlsServer) -> None:
    assert not is_encrypted(tmp_path, server.url(HOST, ""))


@pytest.mark.parametrize(
    ("host", "asked", "said"),
    [
        ("localhost", "sslmode=verify-full&sslrootcert={authority}", "does not match host name"),
        (HOST, "sslmode=verify-full&sslrootcert={stranger}", "certificate verify failed"),
        (HOST, "sslmode=verify-ca&sslrootcert={stranger}", "certificate verify failed"),
        (HOST, "sslmode=verify-full&sslrootcert=/nowhere.pem", "/nowhere.pem"),
        (HOST, "sslmode=verify-full", "certificate verify failed"),  # by this machine's authorities
    ],
)
def test_a_server_that_does_not_is_refused_in_one_line_that_says_why(
    tmp_path: Path, server: TlsServer, host: str, asked: str, said: str
) -> None:
    files = {"authority": server.authority, "stranger": server.stranger}
    refused_by_all(tmp_path, server.url(host, asked.format(**files)), said)


def test_tls_is_never_left_out_where_it_is_asked_for(tmp_path: Path, server: TlsServer) -> None:
    server.set_tls("off")
    try:
        refused_by_all(tmp_path, server.url(HOST, "sslmode=require"), "SSL was required")
    finally:
        server.set_tls("on")


def refused_by_all(state: Path, server: Server, said: str) -> None:
    """A command ends with the cause; the daemon, which has sites to probe, waits and names it."""
    with pytest.raises(StoreError) as refusal:
        open_store(state, server)
    (told,) = refusal.value.args
    assert isinstance(told, Message)
    cause = str(told.values["cause"])
    assert said in cause
    assert "\n" not in cause
    with closing(store_at(state, server)) as store:
        assert not try_again(store)
        assert said in store.waiting


def test_when_all_lines_are_in_use_whoever_comes_is_refused_soon_and_may_try_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert postgresql.WAIT_FOR_A_LINE_S <= GLANCE_S, "as long as a reader of a page waits for a lock"
    monkeypatch.setattr(postgresql, "WAIT_FOR_A_LINE_S", 0.1)
    with closing(open_store(tmp_path, servers.migrated_of(tmp_path))) as store:
        assert isinstance(store.engine.pool, QueuePool)
        assert store.engine.pool.timeout() == 0.1
        with ExitStack() as held:
            for _ in range(LINES):
                held.enter_context(store.read()).connection()
            for refused in (store.read, store.read_briefly, store.write):
                with pytest.raises(OperationalError, match="are in use") as refusal, refused() as session:
                    session.connection()
                assert may_pass(refusal.value.orig)
        with store.write() as session:
            assert session.scalar(text("SELECT 1")) == 1


def test_a_server_that_does_not_answer_in_time_is_waited_for_and_is_not_taken_for_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "CONNECTING", {**postgresql.CONNECTING, "connect_timeout": 2})  # libpq's shortest
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / ".s.PGSQL.5432"))
        listener.listen()  # and never says a word
        url = f"postgresql+psycopg://{USER}@/postgres?host={tmp_path}"
        with closing(store_at(tmp_path, Server(url))) as store:
            assert not try_again(store)
            assert "timeout expired" in store.waiting
