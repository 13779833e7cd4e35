"""Log-ins that wait for their code: each is taken once, soon, and there are never many."""

from datetime import UTC, datetime, timedelta

from monitor.web.auth.half_way import LASTS, MOST, HalfWay

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def test_a_log_in_that_waits_is_taken_once() -> None:
    waiting = HalfWay()
    token = waiting.keep("rahim", "a password", NOW)
    assert waiting.take("another", NOW) is None
    assert waiting.take(token, NOW + LASTS - timedelta(seconds=1)) == ("rahim", "a password")
    assert waiting.take(token, NOW) is None


def test_one_that_waited_too_long_is_gone() -> None:
    waiting = HalfWay()
    token = waiting.keep("rahim", "a password", NOW)
    assert waiting.take(token, NOW + LASTS) is None


def test_of_too_many_the_oldest_goes() -> None:
    waiting = HalfWay()
    tokens = [waiting.keep(f"user{number}", "a password", NOW) for number in range(MOST + 1)]
    assert len(set(tokens)) == MOST + 1
    assert waiting.take(tokens[0], NOW) is None
    assert waiting.take(tokens[1], NOW) == ("user1", "a password")
    assert waiting.take(tokens[-1], NOW) == (f"user{MOST}", "a password")
