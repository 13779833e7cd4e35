"""The worked examples and tables of the documentation, held against what they describe."""

import re
from datetime import UTC, datetime

import pytest

from monitor.charter.deadline import disposal_deadline, target_deadline
from monitor.charter.waiting import Wait
from monitor.domain.period import Period
from tests.charter.calendars import DHAKA, calendar, charter
from tests.places import DOCS

EXAMPLE = re.compile(
    r"^\| (\S+ \d\d:\d\d) \| (\d+) (working )?(day|month)s?(, elapsed)? \| (\S+ \d\d:\d\d) \|", re.MULTILINE
)
WAITING = re.compile(
    r"^" + r"\| (\S+ \d\d:\d\d) " * 3 + r"\| (\d+) (working )?(day|month)s?(, elapsed)? \| (\S+ \d\d:\d\d) \|",
    re.MULTILINE,
)
EXAMPLES = EXAMPLE.findall((DOCS / "charter-clock.md").read_text())

WAITING_EXAMPLES = WAITING.findall((DOCS / "charter-clock.md").read_text())


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
    assert counted(start, amount, working, unit, elapsed) == due


def test_the_page_has_examples_of_waiting_by_both_rules_and_at_a_stage() -> None:
    assert {(unit, bool(elapsed)) for *_, unit, elapsed, _ in WAITING_EXAMPLES} >= {
        ("day", False),
        ("day", True),
        ("month", False),
    }


@pytest.mark.parametrize(("start", "stops", "goes_on", "amount", "working", "unit", "elapsed", "due"), WAITING_EXAMPLES)
def test_an_example_of_waiting_is_due_when_the_page_says(
    start: str, stops: str, goes_on: str, amount: str, working: str, unit: str, elapsed: str, due: str
) -> None:
    assert counted(start, amount, working, unit, elapsed, Wait(moment(stops), moment(goes_on))) == due


def counted(start: str, amount: str, working: str, unit: str, elapsed: str, *waits: Wait) -> str:
    """When an example is due."""
    from_utc = moment(start)
    office = calendar(rule="elapsed" if elapsed else "first-day-excluded")
    if working:
        period = Period("working_days", int(amount))
        deadline = target_deadline(period, started_utc=from_utc, confirmed_utc=from_utc, calendar=office, waits=waits)
    else:
        period = Period("months" if unit == "month" else "days", int(amount))
        deadline = disposal_deadline(period, from_utc=from_utc, calendar=office, waits=waits)
    return deadline.due_utc.astimezone(DHAKA).strftime("%Y-%m-%d %H:%M")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DHAKA).astimezone(UTC)


def test_the_table_has_every_row_of_the_charter_with_its_target() -> None:
    services = [*rows("Citizen services"), *rows("Official services")]
    expected = [[service.key, service.target_text("en")] for service in charter().services.values()]
    assert [[cells[0], cells[2]] for cells in services] == expected


def test_the_table_has_every_stage_with_its_time() -> None:
    expected = [[str(stage.level), stage.disposal_text("en")] for stage in charter().stages]
    assert [[cells[0], cells[2]] for cells in rows("The grievance chain")] == expected
