"""What two readings of an interface say about its link: counters that run over, are set anew, or are lacking."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from monitor.judging.interfaces import Finding, LinkRules, Rates, Row, find, rates, speed_mbps

RULES = LinkRules(utilisation=0.9, errors_per_s=1.0)
GIGABIT: Row = {"ifName": "sfp1", "ifHighSpeed": 1_000, "ifAdminStatus": 1, "ifOperStatus": 1}


@given(some.integers(0, 2**32 - 1), some.integers(0, 700_000_000))
def test_a_32_bit_counter_may_run_over_once(start: int, passed: int) -> None:
    before = {"ifSpeed": 100_000_000, "ifInOctets": start}
    now = {"ifSpeed": 100_000_000, "ifInOctets": (start + passed) % 2**32}

    assert rates(before, now, 60.0, restarted=False).in_bps == pytest.approx(passed * 8 / 60)


@given(some.integers(0, 2**63), some.integers(0, 7_000_000_000))
def test_64_bit_counters_are_preferred(start: int, passed: int) -> None:
    before: Row = {**GIGABIT, "ifHCInOctets": start, "ifInOctets": 5, "ifHCOutOctets": 0}
    now: Row = {**GIGABIT, "ifHCInOctets": start + passed, "ifInOctets": 5, "ifHCOutOctets": 60}

    found = rates(before, now, 60.0, restarted=False)
    assert found.in_bps == pytest.approx(passed * 8 / 60)
    assert found.out_bps == 8.0


@given(some.integers(2**64 - 7_000_000_000, 2**64 - 1), some.integers(0, 7_000_000_000))
def test_a_64_bit_counter_may_run_over_as_well(start: int, passed: int) -> None:
    before: Row = {**GIGABIT, "ifHCInOctets": start}
    now: Row = {**GIGABIT, "ifHCInOctets": (start + passed) % 2**64}

    assert rates(before, now, 60.0, restarted=False).in_bps == pytest.approx(passed * 8 / 60)


@pytest.mark.parametrize(
    ("before", "now", "restarted"),
    [
        ({"ifHCInOctets": 100}, {"ifHCInOctets": 50}, False),
        ({"ifHCInOctets": 2**40, "ifHighSpeed": 1_000}, {"ifHCInOctets": 50, "ifHighSpeed": 1_000}, False),
        ({"ifHCInOctets": 100}, {"ifHCInOctets": 150}, True),
        ({"ifInOctets": 2**31, "ifHighSpeed": 10}, {"ifInOctets": 5, "ifHighSpeed": 10}, False),
        ({"ifHCInOctets": 0, "ifHighSpeed": 8}, {"ifHCInOctets": 60 * 1_150_000, "ifHighSpeed": 8}, False),
        ({"ifInOctets": 0, "ifHighSpeed": 1_000}, {"ifInOctets": 5, "ifHighSpeed": 1_000}, False),
        ({}, {"ifInOctets": 5}, False),
    ],
    ids=[
        "64 bits went back",
        "64 bits were set anew",
        "the device restarted",
        "faster than the line",
        "a little faster than the line",
        "may have run over twice",
        "lacking",
    ],
)
def test_what_a_counter_cannot_tell_is_not_guessed(
    before: dict[str, int], now: dict[str, int], restarted: bool
) -> None:
    assert rates(before, now, 60.0, restarted=restarted).in_bps is None


def test_errors_of_both_ways_are_added() -> None:
    before, now = {"ifInErrors": 5, "ifOutErrors": 0}, {"ifInErrors": 65, "ifOutErrors": 60}

    assert rates(before, now, 60.0, restarted=False).errors_per_s == 2.0


@pytest.mark.parametrize(
    ("changed", "passed", "expected"),
    [
        ({}, Rates(), Finding()),
        ({"ifOperStatus": 2}, Rates(), Finding(down="interface sfp1 is down")),
        ({"ifOperStatus": 7}, Rates(), Finding(down="interface sfp1 is lower layer down")),
        ({"ifOperStatus": 6}, Rates(), Finding(down="interface sfp1 is not present")),
        ({"ifOperStatus": 3}, Rates(), Finding(down="interface sfp1 is testing")),
        ({"ifAdminStatus": 2, "ifOperStatus": 2}, Rates(), Finding(down="interface sfp1 is switched off")),
        ({"ifAdminStatus": 3}, Rates(), Finding(down="interface sfp1 is switched off")),
        ({"ifHighSpeed": 0}, Rates(), Finding()),
        ({"ifOperStatus": 4}, Rates(), Finding()),
        ({"ifHighSpeed": 100}, Rates(), Finding(poor="interface sfp1 runs at 100 Mb/s instead of 1000")),
        ({}, Rates(0.91e9, 1e6), Finding(poor="interface sfp1 is 91 % used")),
        ({}, Rates(0.89e9, 1e6), Finding()),
        ({}, Rates(1.0, 1.0, 2.5), Finding(poor="interface sfp1 damages 2.5 packets a second")),
        ({}, Rates(1.0, 1.0, 0.5), Finding()),
    ],
)
def test_a_link_is_down_poor_or_well(changed: dict[str, int], passed: Rates, expected: Finding) -> None:
    assert find("sfp1", {**GIGABIT, **changed}, passed, 1_000, RULES) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"ifHighSpeed": 10_000, "ifSpeed": 2**32 - 1}, 10_000),
        ({"ifHighSpeed": 0, "ifSpeed": 2_048_000}, 2.048),
        ({"ifSpeed": 2**32 - 1}, 0),
        ({"ifSpeed": -1}, 0),
        ({}, 0),
    ],
)
def test_the_speed_is_what_the_agent_can_say(row: dict[str, int], expected: float) -> None:
    assert speed_mbps(row) == expected
