"""A database moves whole, from a file to a server and back, or not at all; what it is copied from stays as it is."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from monitor.domain.reasons import text
from monitor.settings.storage_section import Place
from monitor.store import audit_chain, digests, login_rows, moving, plain_rows
from monitor.store.errors import StoreError
from monitor.store.models import Event, Heartbeat, Learned, SetAside, SiteState, TicketEvent
from monitor.store.opening import DATABASE, existing_store, open_store
from tests.desk import Desk, shipped_office
from tests.store import servers

NOW = datetime(2026, 11, 24, 19, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of an office: an outage with its ticket, letters, a log-in that failed."""
    state = tmp_path_factory.mktemp("made")
    desk = Desk(shipped_office(), open_store(state))
    desk.goes_down("backbone-north")
    desk.look()
    with desk.store.write() as session:
        login_rows.add(session, NOW, b"hash of a name", "address")
        session.add(Event(at_utc=NOW, site="udc-juniadaha", kind="restart", reason=text("বিদ্যুৎ গেছে — ৫ মিনিট")))
        session.add(SiteState(site="udc-juniadaha", state="down", since_utc=NOW + timedelta(microseconds=1)))
    desk.store.close()
    return state


@pytest.fixture
def file(tmp_path: Path, made: Path) -> Place:
    """A database in a file, with something in it."""
    return Place(shutil.copytree(made, tmp_path / "file"))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Place]:
    """An empty database of a server."""
    state = tmp_path / "server"
    yield Place(state, servers.empty_of(state))
    servers.drop_below(tmp_path)


def digests_of(place: Place) -> dict[str, digests.Digest]:
    store = existing_store(place.state, place.server)
    with store.read() as session:
        found = dict(digests.of(session.connection()))
    store.close()
    return found


def is_empty(place: Place) -> bool:
    if place.server is None:
        return not list(place.state.glob(f"{DATABASE}*")) + list(place.state.glob(".restoring-*"))
    with servers.shared().connect(servers.name_of(place.state)) as connection:
        query = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        return connection.execute(query).fetchone() == (0,)


def test_from_a_file_to_a_server_and_back_everything_is_the_same(tmp_path: Path, file: Place, server: Place) -> None:
    before = digests_of(file)
    told: list[tuple[int, int]] = []
    there = moving.move(file, server, NOW, copying=lambda *how_far: told.append(how_far))
    assert dict(there.tables) == before == digests_of(server) == digests_of(file)
    assert told[-1] == (there.rows, there.rows)
    assert there.rows > 10

    back = Place(tmp_path / "back")
    assert moving.move(server, back, NOW) == there
    assert digests_of(back) == before
    store = existing_store(back.state, None)
    with store.read() as session:
        found = audit_chain.verify(session)
    store.close()
    assert (found.events, found.fault, dict(found.heads)) == (there.events, "", there.heads)
    assert list(back.state.glob(".restoring-*")) == []


def test_the_next_rows_there_are_numbered_behind_those_that_were_copied(file: Place, server: Place) -> None:
    moving.move(file, server, NOW)
    desk = Desk(shipped_office(), open_store(server.state, server.server, daemon=True))
    with desk.store.read() as session:
        last = session.scalar(select(func.max(TicketEvent.id))) or 0
    desk.goes_down("backbone-bheramara")
    desk.look()
    with desk.store.read() as session:
        assert (session.scalar(select(func.max(TicketEvent.id))) or 0) > last > 0
        assert audit_chain.verify(session).fault == ""
    desk.store.close()


def test_the_history_is_protected_there(file: Place, server: Place) -> None:
    moving.move(file, server, NOW)
    with (
        servers.shared().connect(servers.name_of(server.state)) as connection,
        pytest.raises(Exception, match="only grows"),
    ):
        connection.execute("DELETE FROM ticket_events")


SPOILT = {
    "UPDATE events SET device = 'a' || char(0) || 'b'": "events 1, device: holds a NUL",
    f"UPDATE events SET kind = '{'x' * 40}'": "events 1, kind: has 40 characters. Expected 32 at most",
    "UPDATE events SET site = CAST(x'6180' AS TEXT)": "events 1, site: is no UTF-8",
    "UPDATE notices SET facts = '{\"loss\": NaN}' WHERE id = 1": "notices 1, facts: holds NaN or an infinity",
    "UPDATE notices SET attempts = 'many' WHERE id = 1": "notices 1, attempts: is no whole number",
    "UPDATE notices SET ticket_id = 99 WHERE id = 1": "notices 1, ticket_id: belongs to no row of tickets",
    "UPDATE notices SET facts = '{' WHERE id = 2": "notices 2, facts: is no JSON",
    "UPDATE notices SET proof = 7.5 WHERE id = 2": "",  # SQLite itself makes it a text
    "UPDATE helpdesk_tickets SET seen = '[\"\\u0000\"]'": "helpdesk_tickets 1, seen: holds a NUL",
    "UPDATE site_states SET flapping = 7": "site_states udc-juniadaha, flapping: is neither 0 nor 1",
    "UPDATE site_states SET since_utc = 'soon'": "site_states udc-juniadaha, since_utc: is no time",
}


def test_what_a_server_would_refuse_is_told_with_table_row_and_column(file: Place, server: Place) -> None:
    desk = (
        "INSERT INTO helpdesk_tickets (desk, ticket_id, outside_id, told_event_id, agreed_state, agreed_status, seen, "
        "stamp, attempts, next_try_utc, away, last_error) VALUES ('', 1, '', 0, '', '', '{}', '', 0, ?, 0, '')"
    )
    with closing(sqlite3.connect(file.state / DATABASE)) as raw, raw:
        raw.execute(desk, ("2026-11-24 19:07:00.000000",))
        for spoils in SPOILT:
            raw.execute(spoils)
    with pytest.raises(StoreError) as refused:
        moving.move(file, server, NOW)
    assert sorted(str(refused.value).splitlines()[1:]) == sorted(filter(None, SPOILT.values()))
    assert is_empty(server)


def test_a_history_that_was_altered_is_not_moved(file: Place, server: Place) -> None:
    with closing(sqlite3.connect(file.state / DATABASE)) as raw, raw:
        raw.execute("DROP TRIGGER ticket_events_no_update")
        raw.execute("UPDATE ticket_events SET text = 'another'")
    with pytest.raises(StoreError, match="is not sound"):
        moving.move(file, server, NOW)
    assert is_empty(server)


def test_a_target_that_is_not_empty_is_refused_and_left_as_it_is(tmp_path: Path, file: Place, server: Place) -> None:
    with servers.shared().connect(servers.name_of(server.state)) as connection:
        connection.execute("CREATE TABLE others (id int)")
    with pytest.raises(StoreError, match="is not empty: it has a table"):
        moving.move(file, server, NOW)
    full = Place(tmp_path / "full")
    open_store(full.state).close()
    before = (full.state / DATABASE).read_bytes()
    with pytest.raises(StoreError, match="is there already"):
        moving.move(file, full, NOW)
    assert (full.state / DATABASE).read_bytes() == before


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("comes", ["before", "meanwhile"])
def test_while_somebody_else_is_connected_nothing_is_moved(
    tmp_path: Path, file: Place, server: Place, side: str, comes: str
) -> None:
    source, target = file, server
    if side == "source":
        moving.move(file, server, NOW)
        source, target = server, Place(tmp_path / "back")
    came: list[object] = []
    with ExitStack() as others:

        def come(*_: int) -> None:
            if not came:
                came.append(others.enter_context(servers.shared().connect(servers.name_of(server.state))))

        if comes == "before":
            come()
        with pytest.raises(StoreError, match=r"connected to .*Stop each daemon"):
            moving.move(source, target, NOW, copying=come)
    assert is_empty(target)


class Interrupted(KeyboardInterrupt):
    """Ctrl-C."""


@pytest.mark.parametrize("to_server", [True, False], ids=["to a server", "to a file"])
@pytest.mark.parametrize(
    "during",
    [
        pytest.param("examining", marks=pytest.mark.long),
        pytest.param("copying", marks=pytest.mark.long),
        "comparing",
    ],
)
def test_ctrl_c_leaves_nothing_half_done(
    tmp_path: Path, file: Place, server: Place, during: str, to_server: bool
) -> None:
    target = server if to_server else Place(tmp_path / "new")

    def interrupt(*_: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        moving.move(file, target, NOW, **{during: interrupt})
    assert is_empty(target)
    moving.move(file, target, NOW)
    assert digests_of(target) == digests_of(file)


def test_a_row_that_is_another_one_there_is_found(monkeypatch: pytest.MonkeyPatch, file: Place, server: Place) -> None:
    put = plain_rows.put

    def loses(connection: object, table: object, rows: list[plain_rows.Row]) -> None:
        put(connection, table, [{**row, "device": "x"} if "device" in row else row for row in rows])  # type: ignore[arg-type]

    monkeypatch.setattr(plain_rows, "put", loses)
    with pytest.raises(StoreError, match="events is not the same there"):
        moving.move(file, server, NOW)
    assert is_empty(server)


def test_a_number_of_64_bits_is_moved(file: Place, server: Place) -> None:
    with closing(sqlite3.connect(file.state / DATABASE)) as raw, raw:
        raw.execute("UPDATE events SET id = ?", (2**62,))
    moving.move(file, server, NOW)
    assert digests_of(server) == digests_of(file)


@pytest.mark.long
@pytest.mark.timeout(900)  # two dozen databases are made on a server
@given(
    texts=st.lists(st.text(max_size=80), min_size=1, max_size=8),
    blobs=st.lists(st.binary(max_size=600), max_size=4),
    days=st.lists(st.integers(-30_000, 300_000), min_size=1, max_size=4),
    numbers=st.lists(st.integers(0, 2**63 - 1), max_size=4),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_in_a_file_comes_back_from_a_server_as_it_was(
    tmp_path: Path, made: Path, texts: list[str], blobs: list[bytes], days: list[int], numbers: list[int]
) -> None:
    begin, there, back = (Place(tmp_path / token_hex(4)) for _ in range(3))
    there = Place(there.state, servers.empty_of(there.state))
    shutil.copytree(made, begin.state)
    store = existing_store(begin.state, None)
    with store.write() as session:
        for at, words in enumerate(texts):
            at_utc = NOW + timedelta(days=days[at % len(days)], microseconds=at)
            session.add(Event(at_utc=at_utc, site=words, device=words, kind="x", reason=text(words)))
            session.add(SetAside(at_utc=at_utc, what=words, why=words))
        session.add_all(Learned(device=f"d{at}", packed=each) for at, each in enumerate(blobs))
        for at, each in enumerate(numbers):
            session.add(Heartbeat(daemon=f"d{at}", at_utc=NOW, boot_id="x", boot_ns=each, synchronised=bool(each % 2)))
    store.close()
    moved = moving.move(begin, there, NOW)
    assert moving.move(there, back, NOW) == moved
    assert digests_of(back) == digests_of(begin)
    servers.drop_below(there.state)
