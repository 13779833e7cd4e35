"""The cluster's PostgreSQL and its pgbouncer, each in a namespace of its own, to be killed and started again.

The server's commits outlive its kill, not a power cut: nothing is flushed to a disk. It also has a unix socket, by
which the test looks at it past every cut cable.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from monitor.settings.storage_section import Server
from tests.cluster.network import POOLER, PREFIX, SERVER
from tests.lab.namespace import Namespace
from tests.lab.waiting import until
from tests.store.servers import DEBIAN, USER, as_its_user, made_folder

if TYPE_CHECKING:
    import psycopg

DATABASE = "upazila"
POOLER_PORT = 6432
OPTIONS: Mapping[str, str] = {
    "listen_addresses": SERVER,
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "track_commit_timestamp": "on",  # the checker reads commits in their order
    # As docs/postgresql.md asks of a server.
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "5000",
    "client_connection_check_interval": "1000",
}


@dataclass
class ClusterServer:
    """A PostgreSQL in ``namespace``; ``with`` starts it and takes it and its folder away."""

    namespace: Namespace
    options: Mapping[str, str] = field(default_factory=dict)
    folder: Path = field(init=False)

    def __enter__(self) -> Self:
        self.folder = made_folder()
        with (self.folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {SERVER}/{PREFIX} trust\nhost replication all {SERVER}/{PREFIX} trust\n")
        try:
            self.start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.stop_at_once()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self.start_soon()
        until(self.answers, "the server to answer", within_s=60)

    def start_soon(self) -> None:
        """Start it without waiting; one that was killed may refuse while its children end: see `stays`."""
        given = [part for name, value in {**OPTIONS, **self.options}.items() for part in ("-c", f"{name}={value}")]
        command = as_its_user(DEBIAN[-1] / "postgres", "-D", self.folder / "data", "-k", self.folder, *given)
        with (self.folder / "log").open("a") as log:
            self.process = self.namespace.popen(command, stdout=log, stderr=log)

    def answers(self) -> bool:
        """Whether it takes connections; starts it again where it has ended."""
        from psycopg import OperationalError

        if self.process.poll() is not None:
            self.start_soon()
        try:
            self.connect("postgres").close()
        except OperationalError:
            return False
        return True

    def kill(self) -> None:
        """kill -9 of the server itself; its children notice and end."""
        self.process.kill()
        self.process.wait(30)

    def stop_at_once(self) -> None:
        """As `pg_ctl stop -m immediate`; a child that is stopped or hangs is killed by the server itself after 5 s."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)

    def connect(self, database: str = DATABASE) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection past all cables."""
        import psycopg

        return psycopg.connect(f"host={self.folder} user={USER} dbname={database}", autocommit=True)

    @property
    def here(self) -> Server:
        """The database as the product opens it, past all cables."""
        return Server(f"postgresql+psycopg://{USER}@/{DATABASE}?host={self.folder}")

    @property
    def url(self) -> str:
        """For monitor.toml."""
        return f"postgresql+psycopg://{USER}@{SERVER}/{DATABASE}?sslmode=disable"


def write_pooler_config(folder: Path, server: str, where: str, connections: int) -> None:
    """Set up a pgbouncer in transaction mode before ``server``, listening ``where``."""
    folder.mkdir(exist_ok=True)
    if os.getuid() == 0:
        shutil.chown(folder, USER, USER)
    (folder / "users").write_text(f'"{USER}" ""\n')
    (folder / "pgbouncer.ini").write_text(
        f"""\
[databases]
* = host={server} port=5432
[pgbouncer]
{where}
auth_type = trust
auth_file = {folder / "users"}
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 400
query_wait_timeout = 5
server_connect_timeout = 3
server_login_retry = 1
tcp_keepalive = 1
tcp_keepidle = 2
tcp_keepintvl = 1
tcp_keepcnt = 3
tcp_user_timeout = 5000
"""
    )


def pooler_command(folder: Path) -> list[str]:
    """What starts it."""
    return as_its_user("/usr/sbin/pgbouncer", folder / "pgbouncer.ini")


@dataclass
class Pooler:
    """A pgbouncer in transaction mode in ``namespace``, before the server at SERVER; its files lie in ``folder``."""

    namespace: Namespace
    folder: Path

    def __enter__(self) -> Self:
        where = f"listen_addr = {POOLER}\nlisten_port = {POOLER_PORT}\nunix_socket_dir ="
        write_pooler_config(self.folder, SERVER, where, connections=60)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Start it; who connects too early is refused."""
        with (self.folder / "log").open("a") as log:
            command = pooler_command(self.folder)
            self.process: subprocess.Popen[str] = self.namespace.popen(command, stdout=log, stderr=log)

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(30)

    @property
    def url(self) -> str:
        """For monitor.toml."""
        return f"postgresql+psycopg://{USER}@{POOLER}:{POOLER_PORT}/{DATABASE}?sslmode=disable"
