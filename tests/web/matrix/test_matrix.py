"""Every route by everybody: exact statuses, nothing changed by who may not, and no route that nobody thought of."""

from collections.abc import Iterator

import pytest

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


def test_a_change_is_noticed_and_that_somebody_was_seen_is_none(office: World) -> None:
    before = office.stored()
    with office.desk.store.write() as session:
        session.query(User).filter_by(name="viewer").one().looked_utc = office.desk.clock.utc()
    assert office.stored() == before
    assert office.gaps()["ticket"]
    assert office.stored() != before


def test_the_page_of_the_docs_is_what_the_list_says() -> None:
    assert (DOCS / "console-access.md").read_text(encoding="utf-8") == page(), "run scripts/docs"
