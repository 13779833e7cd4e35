"""From when a site is promised, where its downtimes follow each other."""

from datetime import datetime

from monitor.domain.downtime import Downtime, first_promised
from monitor.domain.states import DowntimeKind
from tests.judging.boards import at
from tests.told import said


def test_the_first_promised_moment_leaps_over_windows_that_touch() -> None:
    windows = [(at(0), at(10)), (at(10), at(20)), (at(15), at(30))]

    def downtimes(_: str, at_utc: datetime) -> Downtime | None:
        ends = [ends for begins, ends in windows if begins <= at_utc < ends]
        return Downtime(DowntimeKind.MAINTENANCE, said("work"), ends[0]) if ends else None

    assert first_promised(downtimes, "a", at(5), at(60)) == at(30)
    assert first_promised(downtimes, "a", at(5), at(29)) is None
    assert first_promised(downtimes, "a", at(-1), at(29)) == at(-1)
