"""Summaries of several stretches are those of all their rounds together."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.log_scale import NONE
from monitor.store.history.summaries import Echoes, Traffic

COUNT = st.integers(0, 500)
TIME = st.none() | st.floats(1, 1e7)


@st.composite
def echoes(draw: st.DrawFn) -> Echoes:
    times = sorted(draw(st.lists(st.floats(1, 1e7), min_size=3, max_size=3)))
    known = draw(st.booleans())
    return Echoes(*(draw(COUNT) for _ in range(5)), *(times if known else (None, None, None)))


@given(st.lists(echoes(), min_size=1))
def test_counts_add_up_and_times_stay_within_their_bounds(parts: list[Echoes]) -> None:
    whole = Echoes.merged(parts)
    assert whole is not None
    assert whole.sent == sum(part.sent for part in parts)
    assert whole.answered + whole.failed + whole.unknown == sum(p.answered + p.failed + p.unknown for p in parts)
    known = [part for part in parts if part.median_us is not None]
    if known:
        assert whole.fastest_us == min(part.fastest_us or 0 for part in known)
        assert whole.slowest_us == max(part.slowest_us or 0 for part in known)
        assert (whole.fastest_us or 0) <= (whole.median_us or 0) <= (whole.slowest_us or 0)
    else:
        assert whole.median_us is None


@given(echoes())
def test_a_summary_comes_back_from_its_codes(summary: Echoes) -> None:
    found = Echoes.of(summary.codes())
    assert found is not None
    assert (found.answered, found.failed, found.unknown, found.sent, found.lost) == (
        *(summary.answered, summary.failed, summary.unknown),
        *(summary.sent, summary.lost),
    )
    assert (found.median_us is None) == (summary.median_us is None)


def test_nothing_stays_nothing() -> None:
    assert (Echoes.merged([]), Traffic.merged([])) == (None, None)
    assert (Echoes.of([NONE] * 8), Traffic.of([NONE] * 3)) == (None, None)
    assert Echoes(0, 0, 0, 0, 0).loss is None


def test_traffic_of_an_hour_is_the_mean_of_what_is_known_by_its_seconds() -> None:
    assert Traffic.merged([Traffic(300, 10, None), Traffic(100, 20, 4)]) == Traffic(400, 12.5, 4)
