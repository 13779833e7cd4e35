"""How old the last turn of each part is."""

from dataclasses import dataclass

import pytest

from monitor.domain.clock import NS_PER_S
from monitor.runtime.part import ALIVE_S, Part, ages_s, stale


@dataclass
class Turning(Part):
    """Turned at that second of the monotonic clock, or waits for the outside."""

    name: str
    turned_s: float | None

    @property
    def last_turn_mono_ns(self) -> int | None:
        return None if self.turned_s is None else round(self.turned_s * NS_PER_S)


def test_parts_that_turn_tell_their_age_and_those_that_wait_for_the_outside_do_not() -> None:
    parts = [Turning("probing", 40), Turning("help desk", None), Turning("writing", 100.5)]
    assert ages_s(parts, 100 * NS_PER_S) == {"probing": 60.0, "writing": 0.0}


@pytest.mark.parametrize(("age_s", "late"), [(0, []), (ALIVE_S - 0.1, []), (ALIVE_S, ["probing"])])
def test_who_has_not_turned_for_too_long_stands_still(age_s: float, late: list[str]) -> None:
    assert stale({"probing": age_s, "writing": 0.0}) == late
