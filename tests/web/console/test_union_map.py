"""The map shows each union by the worst state in it, and nothing it does not know as green."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from monitor.i18n.terms import STATES
from monitor.settings.fleet import Fleet
from monitor.web.console.union_map import union_map, worst
from monitor.web.overview import Overview
from monitor.web.site_index import SiteIndex


def test_without_outlines_there_is_no_map() -> None:
    assert union_map(None, Overview(SiteIndex(Fleet({})), {})) is None


@given(st.lists(st.sampled_from(list(STATES))))
def test_the_worst_state_wins(states: list[str]) -> None:
    order = list(STATES)
    expected = min(states, key=order.index) if states else "unknown"
    assert worst(Counter(states)) == expected


def test_a_union_without_sites_is_unknown_and_never_up() -> None:
    assert worst(None) == worst(Counter()) == "unknown"
