"""The shipped calendar has the year 2026; what it lacks is missed when it should be there."""

from datetime import UTC, datetime

import pytest

from tests.doctor.installation import Installation


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        ((2026, 10, 1), ["coming", "ok"]),
        ((2026, 11, 24), ["missing", "no-ramadan"]),
        ((2027, 2, 1), ["missing", "coming", "no-ramadan"]),
    ],
)
def test_the_coming_year_is_noted_first_and_missed_from_november_on(
    office: Installation, day: tuple[int, int, int], codes: list[str]
) -> None:
    office.clock.now_utc = datetime(*day, 4, 0, tzinfo=UTC)
    assert office.found("holidays") == codes


def test_the_mend_names_the_file_and_the_year(office: Installation) -> None:
    office.clock.now_utc = datetime(2026, 11, 24, tzinfo=UTC)
    finding = office.examined("holidays").findings[0]
    assert str(finding.mend) == "holidays.toml: the list that the government has notified for 2027"
