"""The map shows each union by the worst state in it, and nothing it does not know as green."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from monitor.i18n.terms import STATES
from monitor.web.console.overview import Overview, overview_of
from monitor.web.console.union_map import union_map, worst
from tests.web.desk import Desk


def test_without_outlines_there_is_no_map() -> None:
    assert union_map(None, Overview({}, {})) is None


@given(st.lists(st.sampled_from(list(STATES))))
def test_the_worst_state_wins(states: list[str]) -> None:
    order = list(STATES)
    expected = min(states, key=order.index) if states else "unknown"
    assert worst(Counter(states)) == expected


def test_a_union_without_sites_is_unknown_and_never_up() -> None:
    assert worst(None) == worst(Counter()) == "unknown"


def test_sites_are_counted_by_kind_and_union(office: Desk) -> None:
    office.round("backbone-north")
    office.goes_down("udc-juniadaha")
    overview = overview_of(office.live.board, office.live.fleet.sites)
    juniadaha = office.live.fleet.sites["udc-juniadaha"].union or ""
    assert overview.by_kind["udc"]["down"] == overview.by_union[juniadaha]["down"] == overview.total["down"] == 1
    assert overview.total.total() == len(office.live.fleet.sites)
    assert overview.broken == 1
    assert "backbone-north" in overview.answering
