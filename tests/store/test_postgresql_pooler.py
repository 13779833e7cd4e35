"""A pgbouncer in transaction mode between us and the server: each transaction gets another connection than the last."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.settings.storage_section import Server
from monitor.store import ticket_history
from monitor.store.errors import OperationalError, may_pass
from monitor.store.models import Event
from monitor.store.opening import open_store
from tests.cluster.server import pooler_command, write_pooler_config
from tests.desk import Desk, shipped_office
from tests.lab.waiting import until
from tests.store import servers
from tests.store.servers import USER

WRITERS, EACH, CONNECTIONS = 6, 12, 2


@dataclass
class Pooler:
    """One on a unix socket in ``folder``, before the server of this test run."""

    folder: Path

    def start(self) -> None:
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(pooler_command(self.folder), stdout=log, stderr=log, cwd="/")
        until((self.folder / ".s.PGSQL.5432").exists, "the pooler's socket", within_s=30)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)
        (self.folder / ".s.PGSQL.5432").unlink()

    def server(self, database: str) -> Server:
        return Server(f"postgresql+psycopg://{USER}@/{database}?host={self.folder}")


@pytest.fixture
def pooler() -> Iterator[Pooler]:
    folder = servers.shared().folder / "pooler"
    where = f"listen_addr =\nlisten_port = 5432\nunix_socket_dir = {folder}"
    write_pooler_config(folder, str(servers.shared().folder), where, CONNECTIONS)
    made = Pooler(folder)
    made.start()
    yield made
    made.kill()
    shutil.rmtree(folder)


def test_the_store_works_through_it_from_the_first_migration_on(tmp_path: Path, pooler: Pooler) -> None:
    name = servers.empty_of(tmp_path).name.partition(" ")[0]
    with closing(open_store(tmp_path, pooler.server(name))) as store:
        desk = Desk(shipped_office(), store)

        def write(number: int) -> None:
            # The same statements again and again, and never a rollback, by which the driver would forget what it has
            # prepared: a prepared statement would be missing on the next connection.
            for turn in range(EACH):
                with store.write() as session:
                    assert session.scalar(text("SHOW lock_timeout")) != "0"
                    session.add(Event(at_utc=desk.clock.utc(), site=f"site-{number}", kind=f"turn-{turn}"))

        def read(_number: int) -> None:
            with store.read_briefly() as session:
                assert session.scalar(text("SHOW statement_timeout")) == "2s"
            with store.read() as session:
                # What another transaction may wait for stays in it.
                assert session.scalar(text("SHOW statement_timeout")) == "5min"

        with ThreadPoolExecutor(WRITERS) as threads:
            list(threads.map(write, range(WRITERS)))
            list(threads.map(read, range(WRITERS)))
        desk.goes_down("backbone-north")
        desk.wait(hours=3)
        desk.look()
        with store.read() as session:
            assert session.query(Event).count() == WRITERS * EACH
            found = ticket_history.verify(session)
            assert (found.fault, found.events > 0) == ("", True)

        pooler.kill()
        with pytest.raises(OperationalError) as refusal, store.write() as session:
            session.connection()
        assert may_pass(refusal.value.orig)
        pooler.start()
        with store.write() as session:
            session.add(Event(at_utc=desk.clock.utc(), site="site-0", kind="again"))
