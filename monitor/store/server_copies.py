"""Copy the database of a PostgreSQL server by pg_dump, and prove each copy by restoring it into a scratch database.

The copy and the digests that it is compared with are of one snapshot. A copy is put back by renaming: the scratch
database takes the place of the present one, which stays under another name.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from monitor.domain.message import Said, message, series
from monitor.domain.progress import Progress, unheard
from monitor.durable import move_durably, own_like_folder, sync_file
from monitor.settings.secrets import read_secret
from monitor.settings.storage_section import PASSWORD_KEY, Server
from monitor.store import digests, login_rows
from monitor.store.database import Store
from monitor.store.errors import StoreError
from monitor.store.opening import existing_store
from monitor.store.postgresql import PostgresStore, arguments
from monitor.store.soundness import Soundness, examine

NOT_OF_LIBPQ = {"prepare_threshold"}
LONGEST_S = 3_600.0
MAINTENANCE = "postgres"  # the database from which others are made and renamed
MOST_WORDS = 300
VERSION = re.compile(r"\) (\d+)")  # 'pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)'
SEAL = b"\nupazila-monitor sha256 "
AT_ONCE = 1 << 20  # bytes
PACKAGE = "apt-get install postgresql-client"


@dataclass(frozen=True, slots=True)
class PutBack:
    """The result of a restore: the ``copy``, its contents, and the database ``aside`` with what was there before."""

    copy: Path
    found: Soundness
    aside: str


def create(state: Path, server: Server, target: Path, testing: Progress = unheard) -> Soundness:
    """Copy the database beside its running users; ``target`` exists only once the copy is proved.

    Raises StoreError when the copy is not good, OSError when it cannot be written.
    """
    target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}-{token_hex(4)}")
    store = existing_store(state, server)
    try:
        with store.read_at_length() as session:  # its snapshot lives as long as it
            connection = session.connection()
            snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
            wanted = digests.of(connection)
            _run(
                server,
                "pg_dump",
                "--format=custom",
                "--no-owner",
                "--no-acl",
                f"--snapshot={snapshot}",
                f"--file={partial}",
            )
        _seal(partial)
        sync_file(partial)
        with scratch(state, server, partial, testing) as (made, found), made.read() as session:
            if found.damage:
                what = series(found.damage, "; ")
                raise StoreError(
                    message("the copy {target} is not good, and was not kept: {damage}", target=target, damage=what)
                )
            digests.compare(wanted, digests.of(session.connection()))
        move_durably(partial, target)
        own_like_folder(target)
    except DatabaseError as error:
        raise StoreError(
            message("{database} cannot be copied: {error}", database=server.name, error=error.orig)
        ) from None
    finally:
        store.close()
        partial.unlink(missing_ok=True)
    return found


def verify(state: Path, server: Server, copy: Path, progress: Progress = unheard) -> Soundness:
    """Prove a copy: restore it into a scratch database and examine all of it; raises StoreError when it cannot be."""
    with scratch(state, server, copy, progress) as (_made, found):
        return found


def why_no_program(store: Store) -> Said:
    """Return why pg_dump cannot copy the server's database; empty when it can. Raises DatabaseError."""
    found = shutil.which("pg_dump")
    if found is None:
        return message("{program} is missing. {mend}", program="pg_dump", mend=PACKAGE)
    printed = subprocess.run([found, "--version"], check=False, capture_output=True, text=True, timeout=30).stdout
    ours, theirs = (
        int(each[1]) if each else 0 for each in (VERSION.search(printed), VERSION.search(f") {store.version()}"))
    )
    if ours < theirs:
        return message("pg_dump is of version {found}, the server of {wanted}", found=ours, wanted=theirs)
    return ""


def may_prove(store: Store) -> bool:
    """Return whether the user may make the database in which a copy is proved; raises DatabaseError."""
    with store.read_briefly() as session:
        query = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        return bool(session.connection().exec_driver_sql(query).scalar_one())


@contextmanager
def scratch(
    state: Path, server: Server, copy: Path, progress: Progress = unheard
) -> Iterator[tuple[PostgresStore, Soundness]]:
    """Restore ``copy`` into a database of its own beside the present one, dropped in the end unless it was renamed."""
    if not copy.is_file() or copy.stat().st_size == 0:
        raise StoreError(message("{copy} is no file. Expected a copy of the database", copy=copy))
    _refuse_unsealed(copy)
    name = f"{_name(server)}_restoring_{token_hex(4)}"
    with maintenance(server) as connection:
        options = "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
        connection.exec_driver_sql(f"CREATE DATABASE {_quoted(name)} {options}")
    own = _beside(server, name)
    try:
        _run(own, "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-acl", str(copy))
        store = existing_store(state, own)
        try:
            with store.read() as session:
                found = examine(session, state, progress)
            assert isinstance(store, PostgresStore)
            yield store, found
        except DatabaseError as error:
            raise StoreError(message("{copy} is damaged: {orig}", copy=copy, orig=error.orig)) from None
        finally:
            store.close()
    finally:
        with maintenance(server) as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {_quoted(name)}")


def _seal(copy: Path) -> None:
    """Add the hash over a copy to its end, which pg_restore ignores: half of the file has no checksum of its own."""
    # The folder may be another user's, who could have put a link in its place meanwhile.
    with open(copy, "rb+", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW)) as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0, os.SEEK_END)
        file.write(SEAL + found.encode())


def _refuse_unsealed(copy: Path) -> None:
    """Raise StoreError for a copy that is not what was sealed, whether truncated or altered."""
    length = len(SEAL) + hashlib.sha256().digest_size * 2
    left = copy.stat().st_size - length
    with copy.open("rb") as file:
        total = hashlib.sha256()
        while left > 0 and (portion := file.read(min(left, AT_ONCE))):
            total.update(portion)
            left -= len(portion)
        seal = file.read()
    if seal != SEAL + total.hexdigest().encode():
        raise StoreError(
            message("{copy} is not whole. Expected a copy as `backup create` made it, with its hash", copy=copy)
        )


@contextmanager
def maintenance(server: Server) -> Iterator[Connection]:
    """Connect beside the database, outside of any transaction; raises StoreError for what is refused there."""
    beside = PostgresStore(Path(), _beside(server, MAINTENANCE))
    try:
        with beside.for_writing.connect().execution_options(isolation_level="AUTOCOMMIT", limits={}) as connection:
            yield connection
    except DatabaseError as error:
        raise StoreError(
            message(
                "copies are proved in a database of their own beside {name}: {why}. Its user needs the right for that: "
                "ALTER ROLE … CREATEDB",
                name=server.name,
                why=error.orig,
            )
        ) from None
    finally:
        beside.close()


def put_back(
    state: Path, server: Server, copy: Path, now_utc: datetime, check: Callable[[Session, Soundness], None]
) -> PutBack:
    """Put a copy back as the database; the caller holds the daemon's lock. ``check`` refuses copies by StoreError."""
    present = _name(server)
    aside = f"{present}_aside_{now_utc:%Y%m%dT%H%M%S}"
    with scratch(state, server, copy) as (made, found):
        with made.read() as session:
            check(session, found)
        with made.write() as session:
            login_rows.end_all(session)  # they may have been ended since the copy was made
        made.close()
        name = _name(made.server)
        with maintenance(server) as connection:
            there = "SELECT count(*) FROM pg_database WHERE datname = %s"
            if connection.exec_driver_sql(there, (present,)).scalar_one():
                connection.exec_driver_sql(f"ALTER DATABASE {_quoted(present)} RENAME TO {_quoted(aside)}")
            else:
                aside = ""
            connection.exec_driver_sql(f"ALTER DATABASE {_quoted(name)} RENAME TO {_quoted(present)}")
    return PutBack(copy, found, aside)


def _name(server: Server) -> str:
    return make_url(server.url).database or ""


def _beside(server: Server, database: str) -> Server:
    """Return another database of the same server."""
    return replace(server, url=make_url(server.url).set(database=database).render_as_string(hide_password=False))


def _quoted(name: str) -> str:
    """Return a name as SQL quotes it, whatever letters are in it."""
    doubled = name.replace('"', '""').replace("%", "%%")
    return f'"{doubled}"'


def _run(server: Server, program: str, *options: str) -> None:
    """Run a program of PostgreSQL's client on that database; raises StoreError with its first words."""
    found = shutil.which(program)
    if found is None:
        raise StoreError(message("{program} is missing. {mend}", program=program, mend=PACKAGE))
    url = make_url(server.url)
    given = {name: value for name, value in arguments(url.host, url.query).items() if name not in NOT_OF_LIBPQ}
    given |= {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database, **url.query}
    where = " ".join(f"{name}={_in_quotes(value)}" for name, value in given.items() if value is not None)
    try:
        with _password_handed_on(server) as (variables, descriptors):
            done = subprocess.run(
                [found, *options[:-1], f"--dbname={where}", options[-1]],
                check=False,
                env={**os.environ, **variables},
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=LONGEST_S,
            )
    except subprocess.TimeoutExpired:
        raise StoreError(message("{program} took too long", program=program)) from None
    if done.returncode != 0:
        why = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise StoreError(message("{program} failed: {why}", program=program, why=why[:MOST_WORDS]))


@contextmanager
def _password_handed_on(server: Server) -> Iterator[tuple[dict[str, str], tuple[int, ...]]]:
    """Have the password in a file of libpq's; yield the variable that names it, and the descriptor it is handed on by.

    The environment of a process is open to all others of its user for as long as it lives, and a file in a folder stays
    there when we are killed: this one is in none. Yields nothing where the server asks for no password.
    """
    if server.password_file is None:
        yield {}, ()
        return
    escaped = re.sub(r"([:\\])", r"\\\1", read_secret(server.password_file, PASSWORD_KEY).reveal())
    with open(os.memfd_create("pgpass"), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)  # libpq takes none that others may read
        file.write(f"*:*:*:*:{escaped}\n")
        file.flush()
        yield {"PGPASSFILE": f"/proc/self/fd/{file.fileno()}"}, (file.fileno(),)


def _in_quotes(value: object) -> str:
    """Return a value as libpq's connection string quotes it."""
    doubled = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{doubled}'"
