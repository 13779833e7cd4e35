"""Copies of a server's database: proved by restoring them, refused when they are not whole, and put back as a whole."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.settings.storage_section import Place, Server
from monitor.store import audit_chain, copies, server_copies
from monitor.store.errors import DatabaseError, StoreError
from monitor.store.models import Ticket
from monitor.store.opening import existing_store, open_store, store_at
from monitor.store.retention import back_up, copy_to
from monitor.store.soundness import Soundness
from tests.desk import Desk, shipped_office
from tests.lab.waiting import until
from tests.store import servers

NOW = datetime(2026, 11, 24, 19, 7, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(shipped_office(), open_store(tmp_path, servers.migrated_of(tmp_path)))
    made.goes_down("backbone-north")
    made.look()
    yield made
    made.store.close()


def of_ours(state: Path) -> list[str]:
    """The databases on the server that bear the name of this one."""
    query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY datname"
    with servers.shared().connect() as connection:
        return [str(name) for (name,) in connection.execute(query, (servers.name_of(state),)).fetchall()]


def test_the_nightly_copy_is_proved_in_a_database_that_is_gone_afterwards(desk: Desk, tmp_path: Path) -> None:
    copy = back_up(desk.store.place, tmp_path / "backups", NOW, keep=7)
    assert copy is not None
    assert [path.name for path in (tmp_path / "backups").iterdir()] == ["monitor-20261124.dump"]
    server = desk.store.place.server
    assert server is not None
    with desk.store.read() as session:
        events = audit_chain.verify(session).events
    assert server_copies.verify(tmp_path, server, copy).events == events > 0
    assert of_ours(tmp_path) == [servers.name_of(tmp_path)]


@pytest.mark.parametrize("fault", ["truncated", "flipped", "flipped at its end", "empty", "text"])
def test_a_copy_that_is_not_whole_is_refused_and_nothing_is_left_of_it(desk: Desk, tmp_path: Path, fault: str) -> None:
    place, copy = desk.store.place, tmp_path / "copy.dump"
    assert place.server is not None
    copy_to(place, copy)
    written = bytearray(copy.read_bytes())
    match fault:
        case "truncated":
            written = written[: len(written) * 2 // 3]
        case "flipped":
            written[written.index(b"fk_affected")] ^= 0x10  # a name, which nothing else would miss
        case "flipped at its end":
            written[-5] ^= 0x01
        case "empty":
            written.clear()
        case _:
            written = bytearray(b"no copy at all\n")
    copy.write_bytes(written)
    with pytest.raises(StoreError, match=r"is not whole|Expected a copy of"):
        server_copies.verify(tmp_path, place.server, copy)
    assert of_ours(tmp_path) == [servers.name_of(tmp_path)]


def test_a_copy_is_put_back_as_a_whole_and_what_was_there_stays_aside(desk: Desk, tmp_path: Path) -> None:
    place, copy = desk.store.place, tmp_path / "copy.dump"
    assert place.server is not None
    copy_to(place, copy)
    desk.goes_down("udc-juniadaha")
    desk.wait(days=5)
    assert len(desk.tickets()) > 1

    def every(session: object, found: Soundness) -> None:
        assert found.problems == ()

    with pytest.raises(StoreError, match="is being accessed by other users"):
        server_copies.put_back(tmp_path, place.server, copy, NOW, every)
    desk.store.close()
    done = server_copies.put_back(tmp_path, place.server, copy, NOW, every)

    assert of_ours(tmp_path) == [servers.name_of(tmp_path), done.aside]
    store = existing_store(tmp_path, place.server)
    with store.read() as session:
        assert len(session.scalars(select(Ticket)).all()) == 1
        assert audit_chain.verify(session).fault == ""
    store.close()
    again = Desk(desk.office, open_store(tmp_path, place.server))
    again.goes_down("udc-chandgram")  # rows get numbers that are free
    again.store.close()
    servers.shared().drop(done.aside)


def test_a_copy_that_is_older_than_the_last_mail_is_refused_before_anything_is_touched(
    desk: Desk, tmp_path: Path
) -> None:
    place, copy = desk.store.place, tmp_path / "copy.dump"
    assert place.server is not None
    copy_to(place, copy)
    desk.act("BHR-2026-000001", "ack", "seen")
    with desk.store.read() as session:
        head = audit_chain.last_hash(session)
    desk.store.close()

    def check(session: object, found: Soundness) -> None:
        copies.refuse_unfit(session, found, copy, tmp_path, older=False, known_head=head)  # type: ignore[arg-type]

    with pytest.raises(StoreError, match="is older than the last letter"):
        server_copies.put_back(tmp_path, place.server, copy, NOW, check)
    assert of_ours(tmp_path) == [servers.name_of(tmp_path)]


def test_without_the_programs_it_is_said_what_brings_them(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError, match=r"pg_dump is missing. apt-get install postgresql-client"):
        copy_to(desk.store.place, tmp_path / "copy.dump")
    assert list(tmp_path.glob("*.dump*")) == []


def test_a_file_is_copied_as_a_file(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    copy = back_up(Place(tmp_path), tmp_path / "backups", NOW, keep=1)
    assert copy is not None
    assert copy.name == "monitor-20261124.db"


def test_a_password_stands_in_no_process_s_environment_and_in_no_folder_but_in_a_file_that_we_alone_read(
    asks_for_a_password: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever letters are in it: in a line of that file colons and backslashes have a meaning."""
    programs, told = tmp_path / "programs", tmp_path / "told"
    programs.mkdir()
    told.mkdir()
    for program in ("pg_dump", "pg_restore"):
        (programs / program).write_text(TELLS.format(told=told / program, real=servers.DEBIAN[-1] / program))
        (programs / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    server_copies.create(tmp_path, asks_for_a_password, tmp_path / "copy.dump")

    for program in ("pg_dump", "pg_restore"):
        assert (told / f"{program}.modes").read_text() == "600\n"
        assert (told / f"{program}.place").read_text().startswith("/memfd:"), "there is none that we could leave behind"
        given = (told / f"{program}.given").read_bytes()
        assert PASSWORD.encode() not in given
        assert b"PGPASSFILE=" in given


PASSWORD = "c:o\\l'o n"
TELLS = """#!/bin/sh
cat /proc/$$/environ /proc/$$/cmdline >{told}.given
stat -Lc %a "$PGPASSFILE" >{told}.modes
readlink "$PGPASSFILE" >{told}.place
exec {real} "$@"
"""


@pytest.fixture
def asks_for_a_password(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The desk's database, by a user of whom the server wants a password."""
    cluster, secret = servers.shared(), tmp_path / "password"
    rules = cluster.folder / "data" / "pg_hba.conf"
    rules.write_text(f"local all careful scram-sha-256\n{rules.read_text()}")
    quoted = PASSWORD.replace("'", "''")
    with cluster.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS careful")
        connection.execute(f"CREATE ROLE careful LOGIN SUPERUSER PASSWORD '{quoted}'")
        connection.execute("SELECT pg_reload_conf()")
    secret.write_text(f"{PASSWORD}\n")
    url = cluster.url(servers.name_of(tmp_path), user="careful")

    def is_asked() -> bool:
        try:
            store_at(tmp_path, Server(url)).engine.connect().close()
        except DatabaseError:
            return True
        return False

    until(is_asked, "the server to ask", within_s=60)
    return Server(url, secret)


def test_a_link_in_the_place_of_a_copy_is_not_sealed(tmp_path: Path) -> None:
    somebodys = tmp_path / "somebodys"
    somebodys.write_bytes(b"x")
    (tmp_path / "copy").symlink_to(somebodys)
    with pytest.raises(OSError, match="symbolic link"):
        server_copies._seal(tmp_path / "copy")
    assert somebodys.read_bytes() == b"x"
