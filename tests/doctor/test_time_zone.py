"""This machine's zone is the process's own, as TZ sets it."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from monitor.doctor.time_zone import TIME_ZONE, Seen
from tests.doctor.installation import Installation, codes


@pytest.mark.parametrize(("zone", "code"), [("Asia/Dhaka", "ok"), ("UTC", "other"), ("America/New_York", "other")])
def test_a_machine_in_another_zone_is_noted(
    office: Installation, monkeypatch: pytest.MonkeyPatch, zone: str, code: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert office.found("time-zone") == [code]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_list_of_zones_that_has_bangladesh_elsewhere_is_an_error() -> None:
    seven = timedelta(hours=7)
    assert codes([*TIME_ZONE.judge(Seen(seven, seven), datetime(2026, 11, 24, tzinfo=UTC))]) == ["wrong"]
