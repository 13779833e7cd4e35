"""What two readings of an interface say about its link: counters that run over, are set anew, or are lacking."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from monitor.judging.links import Finding, LinkRules, Rates, Row, find, rates, speed_mbps
from tests.told import said

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
        ({"ifOperStatus": 2}, Rates(), Finding(down=said("interface sfp1 is down"))),
        ({"ifOperStatus": 7}, Rates(), Finding(down=said("interface sfp1 is lower layer down"))),
        ({"ifOperStatus": 6}, Rates(), Finding(down=said("interface sfp1 is not present"))),
        ({"ifOperStatus": 3}, Rates(), Finding(down=said("interface sfp1 is testing"))),
        ({"ifAdminStatus": 2, "ifOperStatus": 2}, Rates(), Finding(down=said("interface sfp1 is switched off"))),
        ({"ifAdminStatus": 3}, Rates(), Finding(down=said("interface sfp1 is switched off"))),
        ({"ifHighSpeed": 0}, Rates(), Finding()),
        ({"ifOperStatus": 4}, Rates(), Finding()),
        ({"ifHighSpeed": 100}, Rates(), Finding(poor=said("interface sfp1 runs at 100 Mb/s instead of 1000"))),
        ({}, Rates(0.91e9, 1e6), Finding(poor=said("interface sfp1 is 91 % used"))),
        ({}, Rates(0.89e9, 1e6), Finding()),
        ({}, Rates(1.0, 1.0, 2.5), Finding(poor=said("interface sfp1 damages 2.5 packets a second"))),
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


@pytest.mark.parametrize(
    ("high", "low", "mbps"),
    [
        (1_000, 1_000_000_000, 1_000),
        (100, 100_000_000, 100),
        (10_000, 2**32 - 1, 10_000),
        (10_000, 2**31 - 1, 10_000),
        (10_000, 10_000_000_000 % 2**32, 10_000),  # ifSpeed ran over
        (10_000_000, 10_000_000, 10),  # ifHighSpeed in b/s
        (1_000_000_000, 1_000_000_000, 1_000),
        (64_000, 64_000, 0.064),
        (1_000_000, 1_000_000_000, 1_000),  # ifHighSpeed in kb/s
        (1_000, 1_000_000, 1_000),  # ifSpeed in kb/s
        (10, 10_000, 10),
        (2_048, 2_048_000, 2.048),
        (1_000_000_000, None, 1_000),
        (2**32 - 1, 2**32 - 1, 0),  # neither can say it
        (0, 100_000_000, 100),
        (None, 100_000_000, 100),
        (0, 2_048_000, 2.048),
        (100, 100, 100),  # ifSpeed in Mb/s
        (None, 1_000, 1_000),
        (0, 10_000, 10_000),
        (1_000_000_000, 1_000, 1_000),  # each in the other's unit
        (0, 0, 0),
        (None, None, 0),
        (40_000, 0, 40_000),
        (8, 8_000_000, 8),
        (1, 512_000, 0.512),  # rounded up
        (2, 2_048_000, 2.048),
    ],
)
def test_the_speed_is_found_whatever_unit_an_agent_says_it_in(high: int | None, low: int | None, mbps: float) -> None:
    row = {name: value for name, value in (("ifHighSpeed", high), ("ifSpeed", low)) if value is not None}

    assert speed_mbps(row) == mbps


@given(some.integers(1, 1_600_000))
def test_an_agent_that_follows_the_standard_is_believed(mbps: int) -> None:
    assert speed_mbps({"ifHighSpeed": mbps, "ifSpeed": min(mbps * 1_000_000, 2**32 - 1)}) == mbps


@given(some.integers(0, 2**32 - 1), some.integers(1, 70_000_000))
def test_64_bit_counters_that_stand_give_way_to_32_bit_ones_that_move(start: int, passed: int) -> None:
    before: Row = {"ifSpeed": 10_000_000, "ifHCInOctets": 0, "ifInOctets": start, "ifHCOutOctets": 7, "ifOutOctets": 5}
    now: Row = {**before, "ifInOctets": (start + passed) % 2**32}

    found = rates(before, now, 60.0, restarted=False)
    assert found.in_bps == pytest.approx(passed * 8 / 60)
    assert found.out_bps == 0, "where neither moves, nothing passes"


def test_64_bit_counters_that_stand_say_nothing_where_32_bit_ones_may_have_run_over_more_than_once() -> None:
    before: Row = {**GIGABIT, "ifHCInOctets": 0, "ifInOctets": 5}

    assert rates(before, {**before, "ifInOctets": 9}, 60.0, restarted=False).in_bps is None
    assert rates(before, {**before}, 60.0, restarted=False).in_bps == 0
