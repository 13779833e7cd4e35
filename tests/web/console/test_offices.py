"""The page of a district and of all: a row for each office, and sums of the places between."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from markupsafe import Markup

from monitor.domain.reasons import Names
from monitor.domain.sample import Verdict
from monitor.judging.health import State
from monitor.store.office_queries import OfficeRecord
from monitor.web.console import offices
from monitor.web.console.offices import PlaceRow, written_row, year_begins
from tests.web.console.offices_desk import visited
from tests.web.console.visits import Visits

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.fixture
def visits(tmp_path: Path) -> Iterator[Visits]:
    with visited(tmp_path) as (found, _):
        yield found


def rows(html: str) -> dict[str, list[str]]:
    """The cells of each row behind its name."""
    found = {}
    for row in re.findall(r"<tr data-row.*?</tr>", html, re.DOTALL):
        cells = [" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]
        found[cells[0]] = cells[1:]
    return found


def test_each_office_has_a_row_and_each_district_its_sum(visits: Visits) -> None:
    desk = visits.desk
    for site in desk.settings.fleet.sites:
        desk.round(site)
    desk.goes_down("mirpur.udc")
    desk.clock.advance(40 * 86_400)  # past what was promised, and the first stage
    desk.round("mirpur.udc", Verdict.FAILED)
    found = rows(visits.get("/offices").text)
    assert [name.split()[0] for name in found] == ["Khulna", "Kushtia", "Bheramara", "Mirpur", "Meherpur", "Gangni"]
    mirpur, gangni = found["Mirpur"], found["Gangni"]
    assert mirpur[:2] == ["2", "1"]
    assert gangni[:2] == ["2", "0"]
    # One promise was due and was missed; its ticket is open, and has reached a stage.
    assert mirpur[2:5] == ["0.00%", "1", "1"] or mirpur[2:5] == ["0%", "1", "1"]
    assert gangni[2:5] == ["–", "0", "0"]
    assert found["Kushtia"][1:5] == mirpur[1:5]
    assert found["Khulna"][0] == str(len(desk.settings.fleet.sites))


@pytest.mark.parametrize(
    "change",
    [
        lambda row: replace(row, names=Names("নতুন", "New")),
        lambda row: replace(row, depth=1),
        lambda row: replace(row, states=Counter({State.UP: 9})),
        lambda row: replace(row, states=Counter({State.UP: 7, State.DOWN: 1})),
        lambda row: replace(row, own_state=State.DOWN),
        lambda row: replace(row, record=replace(row.record, kept=1)),
        lambda row: replace(row, record=replace(row.record, missed=1)),
        lambda row: replace(row, record=replace(row.record, open_at=Counter({0: 1}))),
        lambda row: replace(row, record=replace(row.record, open_at=Counter({1: 1}))),
        lambda row: replace(row, record=replace(row.record, acted_utc=NOW)),
    ],
)
def test_a_row_is_written_again_when_anything_in_it_is_another(change: Callable[[PlaceRow], PlaceRow]) -> None:
    row = PlaceRow("a", "upazila", Names("ক", "A"), 2, Counter({State.UP: 8}), OfficeRecord(), State.UP)
    written: list[PlaceRow] = []

    def write(row: PlaceRow) -> Markup:
        written.append(row)
        return Markup("row")

    def look(row: PlaceRow, lang: str = "en", now_utc: datetime = NOW) -> None:
        written_row((lang, now_utc), row, write)

    offices._WRITTEN.clear()
    for _ in range(2):
        look(row)
        look(change(row))
    assert len(written) == 2
    look(row, "bn")
    look(row, now_utc=NOW + timedelta(days=1))  # 'today' is yesterday
    assert len(written) == 4


def test_a_district_shows_its_own_offices_alone_with_the_way_from_the_root(visits: Visits) -> None:
    page = visits.get("/offices/meherpur")
    assert [name.split()[0] for name in rows(page.text)] == ["Meherpur", "Gangni"]
    assert '<a href="/offices/khulna">Khulna</a>' in page.text
    assert 'href="/?office=gangni"' in page.text
    assert visits.get("/offices/jashore").status == 404
    assert "<html" not in visits.get("/offices/meherpur?part=offices").text


def test_the_fiscal_year_begins_in_july_by_dhakas_clock(visits: Visits) -> None:
    visits.desk.clock.advance(0)
    assert year_begins(visits.desk.clock.utc()).isoformat().endswith("-06-30T18:00:00+00:00")
