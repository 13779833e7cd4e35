"""Entity tags, as RFC 9110 has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.cases.refusals import Seen
from monitor.web.api.versions import Wanted, if_match, matches, tag_of


@given(versions=st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=5), present=st.integers(0, 9))
def test_a_change_is_made_to_a_version_that_was_named_and_to_no_other(versions: list[int], present: int) -> None:
    wanted = if_match(" , ".join(map(tag_of, versions)))
    seen = wanted.seen(present)
    assert seen is not None
    assert (seen.version == present) == (present in versions)


@pytest.mark.parametrize("header", ['W/"3"', '"v3"', '""', '"-3"', f'"{"9" * 30}"'])
def test_a_weak_or_foreign_tag_names_no_version(header: str) -> None:
    assert if_match(header).seen(3) == Seen(0)


def test_a_star_is_any_version() -> None:
    assert if_match("*") == Wanted((), anyone=True)
    assert if_match("*").seen(7) is None


@pytest.mark.parametrize("header", ["", "3", '"3', '"3" "4"', '"3";', "W/3", '"a\x00"'])
def test_what_is_no_list_of_tags_is_refused(header: str) -> None:
    with pytest.raises(ValueError, match="entity tag"):
        if_match(header)


@given(header=st.text())
def test_a_reader_who_names_nothing_of_ours_gets_the_whole_answer(header: str) -> None:
    assert matches(header, '"1"') in {True, False}
    assert not matches(header.replace('"1"', "").replace("*", ""), '"1"')


def test_a_reader_has_what_it_names_by_weak_comparison() -> None:
    assert all(matches(header, '"1"') for header in ('"1"', 'W/"1"', '"0", "1"', "*"))
    assert not matches('"2"', '"1"')
