"""What people entered beside the configuration is each office's own, its users among it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.alerts.cases.entered import Entered
from monitor.charter.deputies import Colleague
from monitor.configuration import load_installation
from tests.settings.many_offices import installation

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("place_of_officer", "place_of_deputy", "gets"),
    [
        ("mirpur", "mirpur", "salma"),
        ("", "", "salma"),
        ("kushtia", "kushtia", "salma"),  # the district to which the office belongs
        ("gangni", "gangni", None),  # another office's user with that officer's address
        ("meherpur", "meherpur", None),
        ("mirpur", "gangni", None),
        ("gone", "gone", None),  # a place that is not in the tree any more
    ],
)
def test_who_stands_in_for_an_officer_is_looked_up_among_the_users_of_that_office(
    tmp_path: Path,
    place_of_officer: str,
    place_of_deputy: str,
    gets: str | None,
) -> None:
    away = {"away_from_utc": NOW, "away_until_utc": NOW + timedelta(days=1), "deputy": "salma"}
    officer = Colleague("boss", email="mirpur@example.org", node=place_of_officer, **away)  # type: ignore[arg-type]
    deputy = Colleague("salma", email="salma@example.org", node=place_of_deputy)
    made = Entered(colleagues=(officer, deputy)).offices(load_installation(installation(tmp_path)))
    found = made.office("mirpur").stand_in("responsible", NOW)
    assert (found and found.colleague.name) == gets
