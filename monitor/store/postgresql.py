"""Hold the database of a PostgreSQL server: connections that notice a lost peer, and transactions with an end.

Writes run READ COMMITTED and lock the rows that they go by; reads run REPEATABLE READ, READ ONLY, so that all
statements of one see the same state. What a transaction may wait for is set in the transaction itself, because a pooler
gives each transaction another connection.
"""

import ssl
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from monitor.domain.leases import Lease
from monitor.domain.message import Message, message
from monitor.settings.secrets import SecretError, read_secret
from monitor.settings.storage_section import PASSWORD_KEY, TLS_MODES, Place, Server
from monitor.store import database, operations, turns
from monitor.store.database import Store
from monitor.store.errors import OutcomeUnknown, refusal
from monitor.store.offices import office_of

STATEMENT, LOCK, IDLE = "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"
WRITING = {STATEMENT: 5.0, LOCK: 2.0, IDLE: 3.0}
"""Limits of a transaction that writes, in seconds: its locks hold up everybody else, also once its machine is gone."""
READING = {STATEMENT: 300.0, LOCK: 10.0, IDLE: 900.0}
"""Limits of one that reads: a report computes between its statements."""
UNLIMITED = {STATEMENT: 0.0, LOCK: 10.0, IDLE: 0.0}
TOO_SLOW = {"25P03", "57014"}
"""States of a transaction that came to an end for its slowness: the same one, tried again, is given twice the time."""
MOST_SLACK = 16
FATE_S, FATE_LOOK_S = 20.0, 0.3

WAIT_FOR_A_LINE_S = database.GLANCE_S
"""So long whoever comes waits while all connections are in use: no longer than a page may take."""

CONNECTING: Mapping[str, Any] = {
    "connect_timeout": 3,
    # An idle connection notices a lost peer by keepalives, one with data under way by the other: each needs both.
    "keepalives": 1,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
    "target_session_attrs": "read-write",  # of several hosts the one that is no standby
    "client_encoding": "utf8",
    "application_name": "upazila-monitor",
    "gssencmode": "disable",
    "prepare_threshold": None,  # a pooler gives each transaction another connection
}
LEASING = 3  # connections: one renews, one looks and takes, one gives all back at the end
SAFE = ("fsync", "full_page_writes", "synchronous_commit")
"""What a server must not have switched off: else a crash or a power cut takes what it has confirmed."""
HERE = {"localhost", "127.0.0.1", "::1"}


class PostgresStore(Store):
    """A database of a server. Its engine connects when it is first asked."""

    def __init__(self, state: Path, server: Server, *, lasting: bool = True) -> None:
        self.server = server
        super().__init__(state, server.name, lasting=lasting)

    def _engine(self, **pool: Any) -> Engine:
        # An error quotes no values: it may be logged, and they may be what citizens wrote.
        url = make_url(self.server.url)
        engine = create_engine(url, connect_args=arguments(url.host, url.query), hide_parameters=True, **pool)
        event.listen(engine, "do_connect", self._on_connecting)
        event.listen(engine, "begin", _begin)
        event.listen(engine, "handle_error", _without_values)
        return engine

    def for_leases(self, term_s: float) -> Engine:
        """Return an engine with connections of its own: leases wait for nothing else, and for nobody for long."""
        limits = {
            "statement_timeout": term_s / 2,
            "lock_timeout": term_s / 6,
            "idle_in_transaction_session_timeout": term_s / 2,
        }
        return self._engine(pool_size=LEASING, max_overflow=0, pool_timeout=term_s).execution_options(limits=limits)

    def _engines(self) -> tuple[Engine, Engine]:
        engine = self._engine(pool_pre_ping=True, pool_timeout=WAIT_FOR_A_LINE_S)
        reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._writing = engine
        glancing = READING | {STATEMENT: database.GLANCE_S, LOCK: database.GLANCE_S}
        self._unlimited = reading.execution_options(limits=UNLIMITED)
        return reading.execution_options(limits=READING), reading.execution_options(limits=glancing)

    def _for_writing(self) -> Engine:
        self._limits = dict(WRITING)
        return self._writing.execution_options(limits=self._limits)

    def read_at_length(self) -> AbstractContextManager[Session]:
        return self._reading(self._unlimited)

    @contextmanager
    def write(self, behind: Collection[Lease] = ()) -> Iterator[Session]:
        """Open a session that writes; one that was too slow is given more time when it is tried again."""
        try:
            with super().write(behind) as session:
                yield session
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in TOO_SLOW:
                self._give_time(2.0)
            raise
        self._give_time(0.5)

    def _give_time(self, factor: float) -> None:
        """Give transactions that much more time, between once and MOST_SLACK times that of WRITING."""
        slack = min(max(self._limits[STATEMENT] / WRITING[STATEMENT] * factor, 1.0), MOST_SLACK)
        self._limits.update({name: slack * seconds for name, seconds in WRITING.items()})

    @contextmanager
    def write_once(self) -> Iterator[Session]:
        """Open a session that writes, with a row of its own, by which a commit that lost its answer is known again.

        What people do in an office is done one after another: what somebody saw is compared with what is stored then.
        """
        operation = ""
        try:
            with self.write() as session:
                turns.take(session, turns.of_people(office_of(session)))
                yield session
                session.flush()
                operation = operations.note(session)
        except DBAPIError:
            if not operation or not self._was_stored(operation):
                raise

    def _was_stored(self, operation: str) -> bool:
        """Find out what became of a commit that lost its answer; raises OutcomeUnknown when that takes too long.

        Asking waits until the server has ended the interrupted transaction: until then it holds the row.
        """
        until_s = time.monotonic() + FATE_S
        while True:
            try:
                with self.for_writing.connect() as connection:  # rolled back: it only asks
                    return operations.is_noted(connection, operation)
            except DBAPIError:
                if time.monotonic() >= until_s:
                    raise OutcomeUnknown from None
                time.sleep(FATE_LOOK_S)

    def _on_connecting(self, _dialect: Dialect, _record: Any, _args: Any, given: dict[str, Any]) -> None:
        """Read the password at each connection: it may have been changed. Raises OperationalError."""
        if self.server.password_file is None:
            return
        try:
            given["password"] = read_secret(self.server.password_file, PASSWORD_KEY).reveal()
        except SecretError as error:
            raise refusal(str(error)) from None

    @property
    def place(self) -> Place:
        return Place(self.state, self.server)

    def described(self) -> Message:
        return message("database {name} (PostgreSQL)", name=self.name)

    def faults_of_server(self) -> Mapping[str, str]:
        names = ", ".join(f"'{name}'" for name in SAFE)
        query = f"SELECT name, setting FROM pg_settings WHERE name IN ({names}) AND setting = 'off' ORDER BY name"
        with self.glances.connect() as connection:
            return {str(name): str(value) for name, value in connection.exec_driver_sql(query)}

    def version(self) -> str:
        with self.glances.connect() as connection:
            return str(connection.exec_driver_sql("SHOW server_version").scalar_one()).partition(" ")[0]

    def size_bytes(self) -> int:
        with self.glances.connect() as connection:
            return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def arguments(host: str | None, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what libpq is told beside the address. ``asked``: the parameters in the address, which go before ours.

    Without an ``sslmode`` a server on another machine must prove its name by a certificate.
    """
    hosts = [host] if host else str(asked.get("host", "")).split(",")
    found: dict[str, Any] = {name: value for name, value in CONNECTING.items() if name not in asked}
    is_here = all(each in HERE or each.startswith("/") for each in hosts)
    mode = asked.get("sslmode", "disable" if is_here else TLS_MODES[0])
    found["sslmode"] = mode
    if mode.startswith("verify") and "sslrootcert" not in asked:
        found["sslrootcert"] = ssl.get_default_verify_paths().cafile or "system"
    return found


def _begin(connection: Connection) -> None:
    limits = connection.get_execution_options().get("limits", {})
    if limits:
        each = ", ".join(f"set_config('{name}', '{round(seconds * 1_000)}', true)" for name, seconds in limits.items())
        connection.exec_driver_sql(f"SELECT {each}")


def _without_values(context: ExceptionContext) -> BaseException | None:
    """Leave out the details of an error, which quote the row; and make a connection that is closed a refusal."""
    found, error = context.original_exception, context.sqlalchemy_exception
    if not isinstance(error, DBAPIError) or not hasattr(found, "diag"):
        return None
    # Where there is no primary message, it is the client's own: several lines, of which the indented ones guess.
    own = (line.strip() for line in str(found).splitlines() if line.strip() and not line.startswith("\t"))
    words = found.diag.message_primary or "; ".join(own)
    kind = OperationalError if isinstance(error, InterfaceError) else type(error)
    return kind(
        error.statement, None, type(found)(words), hide_parameters=True, connection_invalidated=context.is_disconnect
    )
