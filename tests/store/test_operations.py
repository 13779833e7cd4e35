"""An operation's number is stored with it, and what was tried under it is known by it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.settings.storage_section import Server
from monitor.store import operations, postgresql
from monitor.store.database import Store
from monitor.store.errors import DatabaseError, OutcomeUnknown
from monitor.store.models import Act, LastOperation, NotedOperation, Ticket
from monitor.store.opening import open_store
from monitor.store.work import Work
from tests.desk import Desk, shipped_office
from tests.store import servers
from tests.store.cut_line import Cut, CutLine

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)


def test_each_transaction_sees_the_operation_that_was_stored_last(desk: Desk) -> None:
    with desk.store.write() as session:
        before, first = operations.begin(session, operations.DECISIONS)
        assert before == "", "the migration makes the row: there is always one to be locked"
    with desk.store.write() as session:
        before, second = operations.begin(session, operations.DECISIONS)
    assert (before, second != first) == (first, True)


def test_a_row_that_somebody_deleted_is_made_again(desk: Desk) -> None:
    with desk.store.write() as session:
        session.delete(session.get_one(LastOperation, operations.DECISIONS))
    with desk.store.write() as session:
        _, own = operations.begin(session, operations.DECISIONS)
    with desk.store.read() as session:
        assert session.get_one(LastOperation, operations.DECISIONS).operation == own


def test_what_the_last_stored_operation_held_is_not_left_and_all_else_is() -> None:
    one, two, three = object(), object(), object()
    attempts = operations.Attempts[object]()

    assert attempts.left("", [one, two]) == [one, two]
    attempts.committing("a", [one, two])
    attempts.committing("b", [one, two, three])
    assert attempts.left("", [one, two, three]) == [one, two, three], "neither was stored"
    assert attempts.left("a", [one, two, three]) == [three]
    assert attempts.left("b", [one, two, three]) == []
    attempts.confirmed()
    assert attempts.left("a", [one]) == [one]


def test_equal_items_are_told_apart() -> None:
    attempts = operations.Attempts[list[int]]()
    stored, equal = [1], [1]
    attempts.committing("a", [stored])
    assert attempts.left("a", [stored, equal]) == [equal]


@contextmanager
def behind_a_line(state: Path) -> Iterator[tuple[Store, CutLine]]:
    """A database behind a line that can be cut."""
    address = servers.migrated_of(state).url.partition("?")[0]
    with CutLine(servers.shared().folder, state / "line") as line:
        store = open_store(state, Server(f"{address}?host={line.folder}"))
        yield store, line
        store.close()


def register(store: Store) -> None:
    """What a command does when somebody phones."""
    request = Request("citizen:8", "phone", "Karim", "no line", NOW)
    with store.write_once() as session:
        actions.register(Work(session, shipped_office(), NOW, "rahima", via="cli"), request)


def stored(state: Path) -> list[int]:
    """How many requests and acts there are, past the line."""
    store = open_store(state, servers.migrated_of(state))
    with store.read() as session:
        found = [session.scalar(select(func.count(each.id))) or 0 for each in (Ticket, Act)]
    store.close()
    return found


@pytest.mark.parametrize("cut", list(Cut))
def test_an_act_whose_commit_is_cut_off_is_stored_once_or_told_as_not_stored(tmp_path: Path, cut: Cut) -> None:
    with behind_a_line(tmp_path) as (store, line):
        line.cut = cut
        if cut is Cut.NEVER_SENT:
            with pytest.raises(DatabaseError) as refused:
                register(store)
            assert not isinstance(refused.value, OutcomeUnknown)
            assert stored(tmp_path) == [0, 0], "it may be done again"
            register(store)
        else:
            register(store)  # nothing is told: it is stored
        assert stored(tmp_path) == [1, 1]


def test_where_nobody_can_be_asked_what_became_of_it_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "FATE_S", 0.0)
    with behind_a_line(tmp_path) as (store, line):
        line.cut, line.delay_s = Cut.UNDER_WAY, 3.0
        monkeypatch.setitem(postgresql.WRITING, postgresql.LOCK, 0.2)
        with pytest.raises(OutcomeUnknown, match="not known"):
            register(store)


def test_the_rows_of_operations_are_kept_for_a_day(desk: Desk) -> None:
    with desk.store.write() as session:
        operations.note(session)
        row = session.scalars(select(NotedOperation)).one()
        operations.forget(session, row.at_utc + operations.KEPT)
        assert session.scalars(select(NotedOperation)).all() == [row]
        operations.forget(session, row.at_utc + operations.KEPT + timedelta(seconds=1))
        assert session.scalars(select(NotedOperation)).all() == []
