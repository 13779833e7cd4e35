"""The real `upazila-monitor run`, as a process on the monitor's side of the lab.

Its listening socket is opened out here and passed in, as systemd's socket activation does: so browsers, Prometheus,
tests and the command line reach a daemon that itself can reach nothing but the lab.
"""

import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol, Self

from prometheus_client.parser import text_string_to_metric_families

from tests.lab.namespace import PATH, Namespace
from tests.lab.waiting import patient, until

HERE = f"{Path(sys.executable).parent}:{PATH}"
REQUEST_TIMEOUT_S = 2.0
STOP_WITHIN_S = 10.0
LAST_WORDS = 20_000  # characters of the log of a daemon that ended

# Puts the passed socket where socket activation wants it (descriptor 3) and becomes the daemon, under the same id.
ACTIVATE = """
import os, sys
listener, program = int(sys.argv[1]), sys.argv[2]
if listener != 3:
    os.dup2(listener, 3)
os.set_inheritable(3, True)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execv(program, sys.argv[2:])
"""

BESIDE_RESOLV_CONF = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'


class Network(Protocol):
    """What a daemon is in: ``monitor`` is its own side."""

    @property
    def monitor(self) -> Namespace: ...


class Process(Protocol):
    """What is needed of a process, as `subprocess.Popen` has it."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int) -> None: ...

    def kill(self) -> None: ...


class Daemon:
    """One installation in ``home``; ``with`` stops it. Write its configuration to ``config`` before ``start``.

    ``command``: what is run in place of `upazila-monitor`.
    """

    def __init__(
        self,
        lab: Network,
        home: Path,
        port: int = 0,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] = (),
    ) -> None:
        self._lab = lab
        self._command = list(command) or [program()]
        self._environment = dict(environment or {})
        self._listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self._process: Process | None = None
        self.home = home
        self.config = home / "config"
        self.log_file = home / "daemon.log"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._listener:
            if self.running:
                self.stop()

    @property
    def listen(self) -> str:
        """ADDRESS:PORT of the page, for monitor.toml."""
        address, port = self._listener.getsockname()
        return f"{address}:{port}"

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process is not None
        return self._process.pid

    def start(
        self,
        *,
        ready_within_s: float | None = 60,
        handed_in: bool = True,
        resolver: str | None = None,
        fresh: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Starts the process and waits until every device was judged once; None does not wait.

        ``handed_in``: with the listening socket of out here; else it listens by itself, in there. ``resolver``: the
        name server that it asks, in place of the machine's. ``fresh``: with nothing in its database. ``environment``:
        what this start has besides its own.
        """
        assert not self.running, "the daemon runs already"
        words = [*self._command, "--config", str(self.config), "run", *(["--fresh"] if fresh else [])]
        given = {**self._environment, **(environment or {})}
        with self.log_file.open("a", encoding="utf-8") as log:
            self._process = self._spawn(words, given, log, resolver=resolver, handed_in=handed_in)
        if ready_within_s is not None:
            self.wait_until_ready(ready_within_s)

    def wait_until_ready(self, within_s: float) -> None:
        """Waits until every device was judged once; a daemon that has ended is told at once, with its last words."""
        until(self._ready_or_dead, "the daemon's readiness", within_s)
        assert self.running, f"the daemon ended at its start:\n{self.log()[-LAST_WORDS:]}"

    def _spawn(
        self, words: list[str], given: Mapping[str, str], log: IO[str], *, resolver: str | None, handed_in: bool
    ) -> Process:
        """Make the process that runs these words with this in its environment."""
        listener = self._listener.fileno()
        if handed_in:
            words = [sys.executable, "-c", ACTIVATE, str(listener), *words]
        if resolver is not None:
            resolv_conf = self.home / "resolv.conf"
            resolv_conf.write_text(f"nameserver {resolver}\n")
            words = ["unshare", "-m", "sh", "-c", BESIDE_RESOLV_CONF, str(resolv_conf), *words]
        changes = [f"{name}={value}" for name, value in given.items()]
        return self._lab.monitor.popen(
            ["env", *changes, *words], pass_fds=[listener], stdout=log, stderr=subprocess.STDOUT
        )

    def _ready_or_dead(self) -> bool:
        return not self.running or self.get("/readyz")[0] == http.client.OK

    def stop(self) -> int:
        """Asks it to stop (SIGTERM), waits for the end and returns its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        limit_s = patient(STOP_WITHIN_S)
        try:
            return self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the daemon did not stop within {limit_s:g} s:\n{self.log()}") from None

    def send(self, signal_number: signal.Signals) -> None:
        """Sends it a signal."""
        assert self._process is not None
        self._process.send_signal(signal_number)

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def reload(self) -> None:
        """SIGHUP: read the configuration again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def log(self) -> str:
        """All that it has printed, over all its runs."""
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of one of its pages; status 0 when it does not answer."""
        if not self.running:  # the socket is still open out here: asking would mean waiting
            return 0, ""
        connection = http.client.HTTPConnection(self.listen, timeout=patient(REQUEST_TIMEOUT_S))
        with closing(connection):
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                return answer.status, answer.read().decode()
            except (OSError, http.client.HTTPException):
                return 0, ""

    def samples(self, name: str, **labels: str) -> list[float]:
        """The values of this metric's samples that carry these labels."""
        # Only the lines of that name: to read a whole page twenty times a second would keep a core busy.
        lines = [line for line in self.get("/metrics")[1].splitlines(keepends=True) if line.startswith(name)]
        return [
            sample.value
            for family in text_string_to_metric_families("".join(lines))
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    def metric(self, name: str, **labels: str) -> float | None:
        """The sum of those; None when there are none."""
        values = self.samples(name, **labels)
        return sum(values) if values else None

    def run(self, *words: str, environment: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        """Another command of `upazila-monitor` on the same configuration, run out here."""
        return subprocess.run(
            [program(), "--config", str(self.config), *words],
            capture_output=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
            env={**os.environ, "PYTHONUTF8": "1", **(environment or {})},
        )

    def json(self, *words: str) -> Any:
        """What such a command prints with ``--json``."""
        done = self.run(*words, "--json")
        assert done.stdout, f"{' '.join(words)}: exit code {done.returncode}\n{done.stderr}"
        return json.loads(done.stdout)

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Rows of its database, read beside it; after a kill from a copy, to leave the repair to the next run."""
        database = self.home / "var" / "monitor.db"
        if not database.exists():
            return []
        with tempfile.TemporaryDirectory() as folder:
            if not self.running:
                for part in database.parent.glob("monitor.db*"):
                    shutil.copy(part, folder)
                database = Path(folder) / database.name
            mode = "ro" if self.running else "rw"
            found: list[dict[str, Any]] = []
            until(lambda: self._read(f"{database.as_uri()}?mode={mode}", query, found), "the database to be read", 10)
            return found

    def _read(self, uri: str, query: str, found: list[dict[str, Any]]) -> bool:
        """Fill ``found`` with rows; False while a journal must be rolled back first, as after a commit that failed."""
        with closing(sqlite3.connect(uri, uri=True, timeout=10)) as connection:
            connection.row_factory = sqlite3.Row
            try:
                found[:] = [dict(row) for row in connection.execute(query)]
            except sqlite3.OperationalError as error:
                # A reader that may not write cannot roll back; the daemon does so when it tries again.
                if self.running and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY:
                    return False
                raise
        return True


def program() -> str:
    """The `upazila-monitor` of this environment."""
    found = shutil.which("upazila-monitor", path=HERE)
    assert found is not None, "upazila-monitor is not installed: run scripts/setup test"
    return found
