"""Every route by everybody: exact statuses, nothing changed by who may not, and no route that nobody thought of."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import update

from monitor.store.database import Store
from monitor.store.models import User
from tests.places import DOCS
from tests.web.matrix.all_rows import ROWS
from tests.web.matrix.page import page
from tests.web.matrix.routes import routes_of
from tests.web.matrix.rows import Asker, Row, expected
from tests.web.world import World, world


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for the module: what must not change anything does not, and what changes something gets a new thing."""
    with world(tmp_path_factory.mktemp("matrix")) as made:
        yield made


def test_every_route_has_a_row_and_every_row_a_route(office: World) -> None:
    rows = [row.name for row in ROWS]
    assert routes_of(office.app) - set(rows) == set(), "the lists in tests/web/matrix do not say who may ask for these"
    assert set(rows) - routes_of(office.app) == set(), "there are no such routes"
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_it_answers_everybody_as_the_list_says_and_changes_nothing_for_who_may_not(office: World, row: Row) -> None:
    found, wanted, changed = dict[str, int](), dict[str, int](), list[str]()
    for asker in Asker:
        status = expected(row, asker)
        if status is None:
            continue
        wanted[asker] = status
        found[asker], is_changed = office.ask(row, asker)
        may_change = row.notes or (row.changes and status == row.done and asker not in {Asker.GET, Asker.STALE})
        if is_changed and not may_change:
            changed.append(asker)
    assert found == wanted
    assert changed == []


def test_no_route_opens_the_database_while_it_has_it_open(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    under_way, nested = threading.local(), set[str]()

    def guarded(opens: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def opened(*given: Any) -> Iterator[Any]:
            if getattr(under_way, "is_open", False):
                nested.add(asked)
            outer, under_way.is_open = getattr(under_way, "is_open", False), True
            try:
                with opens(*given) as session:
                    yield session
            finally:
                under_way.is_open = outer

        return opened

    monkeypatch.setattr(Store, "_reading", guarded(Store._reading))
    monkeypatch.setattr(Store, "write", guarded(Store.write))
    for row in ROWS:
        asked = row.name
        office.ask(row, Asker.ADMIN)
    assert nested == set(), (
        "a writer that waits for the first reading keeps the second from beginning, until it gives up"
    )


def test_a_change_is_noticed_and_that_somebody_was_seen_is_none(office: World) -> None:
    before = office.stored()
    with office.desk.store.write() as session:
        session.execute(update(User).where(User.name == "viewer").values(looked_utc=office.desk.clock.utc()))
    assert office.stored() == before
    assert office.gaps()["ticket"]
    assert office.stored() != before


def test_the_page_of_the_docs_is_what_the_list_says() -> None:
    assert (DOCS / "console-access.md").read_text(encoding="utf-8") == page(), "run scripts/docs"
