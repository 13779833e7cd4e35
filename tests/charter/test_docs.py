"""The worked examples and tables of the documentation, held against what they describe."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.charter.deadline import disposal_deadline, target_deadline
from monitor.settings.period import Period
from tests.charter.calendars import DHAKA, calendar, charter

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = re.compile(
    r"^\| (\S+ \d\d:\d\d) \| (\d+) (working )?(day|month)s?(, elapsed)? \| (\S+ \d\d:\d\d) \|", re.MULTILINE
)
EXAMPLES = EXAMPLE.findall((DOCS / "charter-clock.md").read_text())


def rows(section: str) -> list[list[str]]:
    """The cells of the table under a heading of charter.md."""
    text = (DOCS / "charter.md").read_text().partition(f"## {section}\n")[2].partition("\n## ")[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ][1:]


def test_the_page_has_examples_of_every_way_of_counting() -> None:
    ways = {(bool(working), unit, bool(elapsed)) for _, _, working, unit, elapsed, _ in EXAMPLES}
    assert ways == {(True, "day", False), (True, "day", True), (False, "month", False), (False, "day", False)}


@pytest.mark.parametrize(("start", "amount", "working", "unit", "elapsed", "due"), EXAMPLES)
def test_an_example_is_due_when_the_page_says(
    start: str, amount: str, working: str, unit: str, elapsed: str, due: str
) -> None:
    from_utc = datetime.fromisoformat(start).replace(tzinfo=DHAKA).astimezone(UTC)
    office = calendar(rule="elapsed" if elapsed else "first-day-excluded")
    if working:
        period = Period("working_days", int(amount))
        deadline = target_deadline(period, started_utc=from_utc, confirmed_utc=from_utc, calendar=office)
    else:
        period = Period("months" if unit == "month" else "days", int(amount))
        deadline = disposal_deadline(period, from_utc=from_utc, calendar=office)
    assert deadline.due_utc.astimezone(DHAKA).strftime("%Y-%m-%d %H:%M") == due


def test_the_table_has_every_row_of_the_charter_with_its_target() -> None:
    services = [*rows("Citizen services"), *rows("Official services")]
    expected = [[service.key, service.target_text("en")] for service in charter().services.values()]
    assert [[cells[0], cells[2]] for cells in services] == expected


def test_the_table_has_every_stage_with_its_time() -> None:
    expected = [[str(stage.level), stage.disposal_text("en")] for stage in charter().stages]
    assert [[cells[0], cells[2]] for cells in rows("The grievance chain")] == expected
