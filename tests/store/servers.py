"""A PostgreSQL of Debian's, of this test run alone: on a unix socket, in a folder of its own, as its user 'postgres'.

A template is migrated once; each test's database is a copy of it, named after the test's folder, so that whoever opens
the folder again finds the same, and is dropped at the test's end.
"""

import atexit
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.settings.storage_section import Server
from monitor.store.opening import open_store
from tests.lab.waiting import until

if TYPE_CHECKING:
    import psycopg

DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
USER = "postgres"
TEMPLATE = "template_monitor"
FAST = {
    # Nothing of it outlives the run.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "listen_addresses": "",
    "track_commit_timestamp": "on",  # tests/cluster reads commits in their order
    "max_connections": "200",
    "shared_buffers": "64MB",
}


@dataclass
class Cluster:
    """A server that runs. ``folder``: its data, and its socket."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    port: int = 5432
    made: set[str] = field(default_factory=set)

    def url(self, database: str, user: str = USER) -> str:
        return f"postgresql+psycopg://{user}@/{database}?host={self.folder}"

    def server(self, database: str) -> Server:
        return Server(self.url(database))

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        import psycopg  # where no test asks for a server, none of it need be there

        words = f"host={self.folder} port={self.port} user={USER} dbname={database}"
        return psycopg.connect(words, autocommit=True)

    def create(self, name: str, template: str = "template0") -> Server:
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {template} STRATEGY file_copy')
        self.made.add(name)
        return self.server(name)

    def drop(self, name: str) -> None:
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.made.discard(name)

    def stop(self, mode: signal.Signals = signal.SIGQUIT) -> None:
        """``mode``: SIGQUIT ends it at once, SIGINT rolls back what is under way first."""
        self.process.send_signal(mode)
        self.process.wait(60)


def as_its_user(*command: str | Path) -> list[str]:
    """Debian's program as the user who may run it, which root may not; it ends with this process."""
    program = [str(part) for part in command]
    if os.getuid() != 0:
        return ["setpriv", "--pdeathsig", "QUIT", *program]
    who = ["--reuid", USER, "--regid", USER, "--init-groups", "--pdeathsig", "QUIT"]
    return ["setpriv", *who, *program]


def started(folder: Path, options: Sequence[str] = (), port: int = 5432) -> Cluster:
    """The server of a folder that `initdb` has made. ``port``: of its socket's name too."""
    command = as_its_user(DEBIAN[-1] / "postgres", "-D", folder / "data", "-k", folder, "-p", str(port), *options)
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
    cluster = Cluster(folder, process, port)

    def answers() -> bool:
        assert process.poll() is None, (folder / "log").read_text()
        from psycopg import OperationalError

        try:
            cluster.connect().close()
        except OperationalError:
            return False
        return True

    until(answers, "the server to answer", within_s=60)
    return cluster


def made_folder() -> Path:
    """A folder with an empty cluster; in memory where there is room."""
    assert DEBIAN, "PostgreSQL is missing. Expected Debian's: apt-get install postgresql"
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="upazila-pg-", dir=memory if os.access(memory, os.W_OK) else None))
    if os.getuid() == 0:
        shutil.chown(folder, USER, USER)
    initdb = DEBIAN[-1] / "initdb"
    command = as_its_user(initdb, "-N", "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", folder / "data")
    subprocess.run(command, check=True, capture_output=True, cwd="/")
    return folder


@cache
def shared() -> Cluster:
    """The server of this test run; it ends with the run."""
    folder = made_folder()
    options = [part for name, value in FAST.items() for part in ("-c", f"{name}={value}")]
    cluster = started(folder, options)

    def end() -> None:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return cluster


@cache
def template() -> str:
    """The name of a database with all migrations done, which nobody is connected to."""
    server = shared().create(TEMPLATE)
    with tempfile.TemporaryDirectory() as state:
        open_store(Path(state), server).close()
    return TEMPLATE


def name_of(state: Path) -> str:
    """The database of that state folder."""
    return f"of_{hashlib.sha256(str(state.absolute()).encode()).hexdigest()[:16]}"


_STATES: dict[str, Path] = {}


def migrated_of(state: Path) -> Server:
    """The database of a state folder, made when it is first asked for."""
    name = name_of(state)
    _STATES[name] = state
    return shared().server(name) if name in shared().made else shared().create(name, template())


def empty_of(state: Path) -> Server:
    """An empty database for a state folder."""
    _STATES[name_of(state)] = state
    return shared().create(name_of(state))


def drop_below(folder: Path) -> None:
    """Drops the databases of all state folders below this one."""
    if shared.cache_info().currsize:
        for name in [name for name, state in _STATES.items() if state.is_relative_to(folder)]:
            shared().drop(name)
            del _STATES[name]
