"""The times of a fleet: a day of one lab, counted by hand, and what sites without anything of their own share."""

from datetime import datetime, timedelta
from itertools import chain

from monitor.domain.clock import DHAKA
from monitor.domain.reasons import ReasonCode, reason
from monitor.reports.fleet_times import FleetRows, FleetTimes, accounting
from monitor.store.gap_rows import GapRow
from monitor.store.report_rows import AffectedRow, OutageRow, SuppressedRow
from tests.desk import shipped_office

LAB, OTHER, LINK = "lab-juniadaha-girls", "lab-chandgram-madrasah", "backbone-north"
HOURS = (reason(ReasonCode.OUTSIDE_HOURS, hours="09:00–17:00"), reason(ReasonCode.TIMEOUT))


def at(clock: float, day: int = 24) -> datetime:
    """That hour of a Tuesday in November 2026."""
    return datetime(2026, 11, day, tzinfo=DHAKA) + timedelta(hours=clock)


def outage(site: str, begins: datetime, ends: datetime | None, cause: str = "") -> OutageRow:
    how = None if ends is None else "recovered"
    return OutageRow(1, site, "citizen:8", begins, ends, how, at(17, 26), cause, None, None, "", None, "")


def times(
    outages: list[OutageRow], affected: list[AffectedRow], suppressed: list[SuppressedRow], gaps: list[GapRow]
) -> FleetTimes:
    known = dict.fromkeys((LAB, OTHER, LINK), at(0, 1))
    return FleetTimes(shipped_office(), FleetRows((at(0), at(24)), outages, affected, suppressed, gaps, known, {}))


def hours(found: FleetTimes, site: str) -> list[list[float]]:
    """Up, down, unmonitored and paused in service hours, and at all hours."""
    both = (accounting(each) for each in (found.figures(site).promised, found.figures(site).always))
    return [[us / 3.6e9 for us in (each.up_us, each.down_us, each.unmonitored_us, each.paused_us)] for each in both]


def test_a_day_of_silences_is_counted_as_by_hand() -> None:
    found = times(
        [outage(LAB, at(12), at(13)), outage(LINK, at(14), None)],
        [AffectedRow(1, LAB, at(14), at(14.5), "")],
        [
            SuppressedRow(LAB, at(-3), at(1), HOURS[0]),  # since the evening before: one hour of it is of this day
            SuppressedRow(LAB, at(10.5), at(11.5), HOURS[1]),
            SuppressedRow(LAB, at(11), at(12.5), HOURS[0]),  # half an hour of it is in the one before it
            SuppressedRow(LAB, at(23), None, HOURS[0]),  # and one that still lasts
        ],
        [GapRow(at(11.25), at(11.75), "", None)],
    )
    # School is from ten to four. Unseen: a quarter past to a quarter to twelve, half an hour. Silent without an outage
    # within school: half past ten to half past twelve without it, 1.5. Down: half past twelve to one and two to half
    # past two, 1. Up: 6 - 0.5 - 1.5 - 1. Paused: 18 outside school and those 1.5.
    # At all hours the silences are down: 1 + 2 - 0.5 + 1, with the outages' 0.5 + 0.5.
    assert hours(found, LAB) == [[3, 1, 0.5, 19.5], [19, 4.5, 0.5, 0]]
    silences = [(begins, ends) for begins, ends, _ in found.of(LAB).excused]
    assert silences == [(at(0), at(1)), (at(10.5), at(11.5)), (at(11), at(12.5)), (at(23), at(24))]
    assert [why for _, _, why in found.of(LAB).excused] == [HOURS[0], HOURS[1], HOURS[0], HOURS[0]]


def test_the_silence_of_one_is_none_of_another_with_the_same_hours() -> None:
    found = times([], [], [SuppressedRow(LAB, at(10), at(12), HOURS[0])], [])
    assert hours(found, OTHER) == [[6, 0, 0, 18], [24, 0, 0, 0]]
    assert hours(found, LAB) == [[4, 0, 0, 20], [22, 2, 0, 0]]
    assert found.figures(OTHER).excused == ()


def test_power_counts_where_it_is_the_cause_and_somebody_looked() -> None:
    found = times(
        [outage(LAB, at(2), at(5), "power"), outage(LAB, at(20), at(22))],
        [AffectedRow(1, LAB, at(7), at(8), "power"), AffectedRow(1, LAB, at(8), at(9), "")],
        [],
        [GapRow(at(4), at(4.5), "", None)],
    )
    assert found.figures(LAB).power == timedelta(hours=3 - 0.5 + 1)


def test_a_site_that_was_not_known_at_first_shares_nothing() -> None:
    rows = FleetRows((at(0), at(24)), [], [], [], [], {LAB: at(9), OTHER: at(0, 1)}, {})
    found = FleetTimes(shipped_office(), rows)
    assert hours(found, LAB)[1] == [15, 0, 9, 0]
    assert hours(found, OTHER)[1] == [24, 0, 0, 0]
    assert set(chain(*hours(found, LINK))) == {0, 24}, "and one that is not known at all was never seen"
