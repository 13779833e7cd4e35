"""Guesses at codes are few, and by whom they are counted."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.web.public.tracking import MOST_OF_ALL, MOST_OF_ONE, WITHIN_S, Guesses, network_of


def test_after_ten_wrong_tries_an_address_waits_until_the_first_is_a_quarter_of_an_hour_old() -> None:
    guesses = Guesses()
    for second in range(MOST_OF_ONE):
        assert guesses.wait_s("127.0.0.1", second) == 0
        guesses.note("127.0.0.1", second)
    assert guesses.wait_s("127.0.0.1", 10) == WITHIN_S - 10
    assert guesses.wait_s("127.0.0.2", 10) == 0
    assert guesses.wait_s("127.0.0.1", WITHIN_S) == 0


def test_a_right_one_is_not_counted() -> None:
    guesses = Guesses()
    for second in range(50):
        guesses.note("127.0.0.1", second)
        guesses.reset("127.0.0.1", second)
    assert guesses.wait_s("127.0.0.1", 50) == 0


def test_many_addresses_together_are_held_up_too_and_nothing_grows_without_limit() -> None:
    guesses = Guesses()
    for n in range(MOST_OF_ALL):
        guesses.note(f"10.{n // 250}.{n % 250}.1", 0)
    assert guesses.wait_s("127.0.0.1", 1) > 0
    assert guesses.wait_s("127.0.0.1", WITHIN_S) == 0


def test_a_subscriber_of_ipv6_is_one_however_many_addresses_it_has() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1")
    assert network_of("") == ""


@given(st.lists(st.tuples(st.floats(0, 5_000), st.sampled_from(["a", "b", "c"])), max_size=80))
def test_nobody_tries_more_often_than_allowed_in_any_quarter_of_an_hour(tries: list[tuple[float, str]]) -> None:
    guesses, let = Guesses(), []
    for at_s, who in sorted(tries):
        if guesses.wait_s(who, at_s) == 0:
            guesses.note(who, at_s)
            let.append((at_s, who))
    for at_s, who in let:
        assert sum(at_s - WITHIN_S < other <= at_s for other, whose in let if whose == who) <= MOST_OF_ONE
