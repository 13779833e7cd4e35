"""How much one caller may ask for: pure decisions."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.clock import NS_PER_S
from monitor.web.api.limits import DEEPEST, Bucket, Rates, is_too_deep, take

MOMENTS = st.lists(st.integers(min_value=0, max_value=3 * NS_PER_S), max_size=60)
DOCUMENTS = st.recursive(
    st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


def depth(value: Any) -> int:
    """How deep a document is nested, by looking into it."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


@given(steps=MOMENTS)
def test_in_no_second_do_more_than_twice_the_rate_pass_and_in_the_long_run_none_beyond_it(steps: list[int]) -> None:
    now, bucket, passed = 0, None, []
    for step in steps:
        now += step
        bucket, wait_s = take(bucket, now, 10)
        if not wait_s:
            passed.append(now)
    for begin in passed:
        assert sum(begin <= at < begin + NS_PER_S for at in passed) <= 20
    if passed:
        assert len(passed) <= 10 + 10 * (passed[-1] - passed[0]) / NS_PER_S + 1e-6


@given(left=st.floats(min_value=0, max_value=0.999), rate=st.floats(min_value=1, max_value=1_000))
def test_whoever_waits_as_long_as_was_said_passes(left: float, rate: float) -> None:
    bucket, wait_s = take(Bucket(left, 0), 0, rate)
    assert wait_s > 0
    assert take(bucket, round(wait_s * NS_PER_S) + 2, rate)[1] == 0


def test_a_clock_that_stands_or_goes_back_gives_nothing_away() -> None:
    rates = Rates(1)
    assert [rates.wait_s("a", at) > 0 for at in (5, 5, 0)] == [False, True, True]


@given(document=DOCUMENTS)
def test_the_depth_of_a_text_is_that_of_the_document_it_stands_for(document: Any) -> None:
    for text in (json.dumps(document), json.dumps(document, ensure_ascii=False, indent=1)):
        for deepest in range(4):
            assert is_too_deep(text.encode(), deepest) == (depth(document) > deepest)


@given(text=st.binary())
def test_a_text_that_is_no_json_has_a_depth_too(text: bytes) -> None:
    assert is_too_deep(b"[" * (DEEPEST + 1) + text)
    assert not is_too_deep(b'"' + text.replace(b'"', b"").replace(b"\\", b""))
