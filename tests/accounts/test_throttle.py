"""How many log-ins are tried: against a plain count, one log-in at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.accounts.throttle import Failures, address_key, judge, keys_of, may_try_code

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def ago(*seconds: float) -> list[datetime]:
    return [NOW - timedelta(seconds=each) for each in seconds]


ages = st.lists(st.integers(-2_000, 2_000), max_size=40)


def counting(of: Sequence[int]) -> list[int]:
    """The oracle: ages in seconds of what counts for 15 minutes; a little in the future counts as now."""
    return sorted(max(age, 0) for age in of if -900 < age < 900)


@given(ages, ages)
def test_a_log_in_is_tried_below_five_failures_of_its_name_and_thirty_of_its_address(
    of_name: list[int], of_address: list[int]
) -> None:
    found = judge(Failures(ago(*of_name), ago(*of_address)), NOW, has_code=False)
    names, addresses = counting(of_name), counting(of_address)
    assert found.is_tried == (len(names) < 5 and len(addresses) < 30)
    # The wait ends when the fifth newest, or the thirtieth, is 15 minutes old.
    waits = [900 - names[4]] if len(names) >= 5 else []
    waits += [900 - addresses[29]] if len(addresses) >= 30 else []
    assert found.wait_s == max(waits, default=0)
    assert not found.late


@given(ages, st.lists(st.floats(-5, 5), max_size=3))
def test_one_with_a_code_is_tried_late_once_a_second(of_name: list[int], late: list[float]) -> None:
    found = judge(Failures(ago(*of_name), late=ago(*late)), NOW, has_code=True)
    if len(counting(of_name)) < 5:
        assert (found.is_tried, found.late) == (True, False)
    else:
        is_quiet = all(not 0 <= (NOW - each).total_seconds() < 1 for each in ago(*late))
        assert (found.is_tried, found.late) == (is_quiet, is_quiet)


@pytest.mark.parametrize(
    ("seconds", "may"), [([], True), ([49.9], False), ([50.0], True), ([-100], True), ([60, 1], False)]
)
def test_after_a_wrong_code_the_next_one_is_looked_at_within_a_minute(seconds: list[float], may: bool) -> None:
    assert may_try_code(ago(*seconds), NOW) is may


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::9"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::2"),
    ],
)
def test_addresses_that_one_user_has_are_counted_together(one: str, other: str) -> None:
    assert address_key(one) == address_key(other)


def test_other_addresses_and_names_are_counted_apart() -> None:
    assert address_key("192.0.2.7") != address_key("192.0.2.8")
    assert address_key("2001:db8:1:2::1") != address_key("2001:db8:1:3::1")
    assert keys_of("rahim", "192.0.2.7").name == keys_of(" RAHIM", "192.0.2.8").name
    assert keys_of("rahim", "192.0.2.7").name != keys_of("karim", "192.0.2.7").name
    assert address_key("unix socket") == "unix socket"
