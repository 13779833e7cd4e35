"""A row holds a day, or a fortnight of hours: the same summaries come back of it, and of those of older versions."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from monitor.store.history.rows import LONGEST, day_of, first_day, hourly, joined, stretches_of, with_added
from monitor.store.history.summaries import Echoes, Summary, Traffic

T0 = datetime(2026, 11, 26, tzinfo=UTC)
FIRST = first_day("coarse", day_of(T0))
FORTNIGHT = range(LONGEST["coarse"])
# As the first version packed it: a round with loss in the fourth hour, five failed ones in the eighth.
OLD = bytes.fromhex(
    "0108001828b52ffd0000b50100a0ffffff05ffffff00ff00000f0142ff47940003ff0ea080b0db01f0020cbb18624265b9d370d8fa5a0f2b76"
    "9de89c4db5443f4befca24ae7092"
)


def hours(chance: random.Random) -> dict[int, Summary]:
    """A day's hours of a link as noisy as links are."""
    found: dict[int, Summary] = {}
    for slot in range(24):
        fastest = chance.gauss(4_000, 60)
        slower = sorted((fastest + chance.expovariate(1 / 400), fastest + chance.expovariate(1 / 3_000)))
        found[slot] = Echoes(60, 0, 0, 180, int(chance.random() < 0.2), fastest, *slower)
    return found


def test_a_row_of_the_first_version_is_read() -> None:
    found = dict(stretches_of("coarse", day_of(T0), OLD, Echoes))
    assert list(found) == [T0 + timedelta(hours=3), T0 + timedelta(hours=7)]
    first, second = found.values()
    assert (first.answered, first.sent, first.lost) == (5, 15, 1)
    assert first.slowest_us == pytest.approx(9_000, rel=0.01)
    assert second == Echoes(0, 5, 0, 15, 15)


def test_a_fortnight_joined_has_the_summaries_of_its_days_in_half_the_room() -> None:
    chance = random.Random(5)
    rows = [(FIRST + number, with_added("coarse", b"", hours(chance))) for number in FORTNIGHT if number != 6]
    apart = [one for day, packed in rows for one in stretches_of("coarse", day, packed, Echoes)]
    whole = joined("coarse", FIRST, rows)
    assert whole is not None
    assert list(stretches_of("coarse", FIRST, whole, Echoes)) == apart
    assert len(whole) < sum(len(packed) for _, packed in rows) * 0.6
    assert len(whole) < 1_000, "of more, SQLite keeps a page for what does not fit into a quarter of one"


def test_what_is_damaged_is_left_out_of_a_fortnight_and_what_is_of_two_kinds_is_not_joined() -> None:
    day = with_added("coarse", b"", hours(random.Random(1)))
    whole = joined("coarse", FIRST, [(FIRST, day), (FIRST + 1, day[:-1]), (FIRST + 2, day)])
    assert whole is not None
    assert len(list(stretches_of("coarse", FIRST, whole, Echoes))) == 48
    other = with_added("coarse", b"", {0: Traffic(300, 1e6, 1e6)})
    assert joined("coarse", FIRST, [(FIRST, day), (FIRST + 1, other)]) is None
    assert joined("coarse", FIRST, [(FIRST, b"")]) is None
    assert joined("coarse", FIRST, [(FIRST + 13, whole), (FIRST, day)]) is None, "it would be longer than a fortnight"


def test_summaries_are_added_to_a_fortnight_too() -> None:
    day = with_added("coarse", b"", hours(random.Random(1)))
    whole = joined("coarse", FIRST, [(FIRST, day), (FIRST + 1, day)])
    assert whole is not None
    more = with_added("coarse", whole, {47: Echoes(1, 0, 0, 3, 0), 300: Echoes(2, 0, 0, 6, 0)})
    found = [one.answered for _, one in stretches_of("coarse", FIRST, more, Echoes)]
    assert found == [60] * 47 + [61, 2]


def test_a_row_of_another_kind_or_length_has_nothing_to_say() -> None:
    day = with_added("coarse", b"", hours(random.Random(1)))
    assert list(stretches_of("coarse", FIRST, day, Traffic)) == []
    assert list(stretches_of("fine", FIRST, day, Echoes)) == []


def test_an_hour_is_that_of_all_its_five_minutes() -> None:
    parts: dict[datetime, Summary] = {
        T0 + timedelta(minutes=5 * number): Echoes(5, 1, 0, 18, 2) for number in range(24)
    }
    assert hourly(parts) == {
        T0: Echoes(60, 12, 0, 216, 24),
        T0 + timedelta(hours=1): Echoes(60, 12, 0, 216, 24),
    }
