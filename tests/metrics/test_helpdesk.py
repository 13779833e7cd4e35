"""The mirror as metrics."""

from datetime import UTC, datetime, timedelta

from monitor.metrics.helpdesk import lines
from monitor.store.helpdesk_queries import MirrorBacklog

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)


def values(backlog: MirrorBacklog) -> dict[str, float]:
    return {family.name: float(line.split()[-1]) for family, line in lines("bheramara", backlog, NOW)}


def test_a_desk_that_is_away_shows_as_an_age() -> None:
    assert values(MirrorBacklog(2, NOW - timedelta(hours=1), 1)) == {
        "upazila_helpdesk_pending": 2.0,
        "upazila_helpdesk_oldest_seconds": 3_600.0,
        "upazila_helpdesk_refused": 1.0,
    }


def test_what_is_in_line_has_no_age_and_a_clock_set_back_gives_none_below_nothing() -> None:
    assert values(MirrorBacklog(0, None, 0))["upazila_helpdesk_oldest_seconds"] == 0.0
    assert values(MirrorBacklog(1, NOW + timedelta(hours=1), 0))["upazila_helpdesk_oldest_seconds"] == 0.0
