"""Places in long lists, as programs carry them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.web.api import keyset

MOMENTS = st.datetimes(timezones=st.just(UTC))
IDS = st.integers(min_value=-(2**63) + 1, max_value=2**63 - 1)


@given(at_utc=MOMENTS, rank=IDS, id_=IDS)
def test_a_place_comes_back_as_it_was_given(at_utc: datetime, rank: int, id_: int) -> None:
    assert keyset.read(keyset.written((at_utc, id_)), keyset.BY_TIME) == (at_utc, id_)
    assert keyset.read(keyset.written((at_utc, rank, id_)), keyset.BY_RANK) == (at_utc, rank, id_)


@given(text=st.text())
def test_whatever_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="is no place in this list"):
        keyset.read(text, keyset.BY_TIME)


@pytest.mark.parametrize(
    "place", [("2026-11-24", 1), ("2026-11-24T00:00:00", 1), ("x", 1), (True, 1), (1,), (["a"], 1), (None, None)]
)
def test_a_place_of_another_list_is_refused(place: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match="is no place in this list"):
        keyset.read(keyset.written(place), keyset.BY_TIME)


def test_the_next_page_is_asked_for_with_the_same_filters() -> None:
    link = keyset.next_link("/api/v1/sites", {"text": "ক & খ", "limit": "2"}, ("a",))
    assert link.startswith("</api/v1/sites?text=%E0%A6%95+%26+%E0%A6%96&limit=2&after=")
    assert link.endswith('>; rel="next"')
