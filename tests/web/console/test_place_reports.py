"""Reports of a district: asked for, made, read by whoever is at that place or above it, and by nobody else."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.domain.roles import Role, Scope
from monitor.reports import quick_report
from monitor.reports.edition_process import COMMAND
from monitor.runtime.edition_maker import EditionMaker
from monitor.runtime.leases import SoleHolder
from monitor.store.models import Act, Edition
from tests.runtime.built import settings_of
from tests.web.console.offices_desk import EVERYWHERE, SEES, visited
from tests.web.console.visits import OFFICER, VIEWER, Visits

KUSHTIA = "/offices/kushtia/reports"
OCTOBER = {"period": "month:2026-10"}


@pytest.fixture
def visits(tmp_path: Path) -> Iterator[Visits]:
    with visited(tmp_path) as (found, _):
        yield found


def make(visits: Visits) -> None:
    """Make what waits, as the daemon does."""
    desk = visits.desk
    maker = EditionMaker(desk.store, desk.live, settings_of(), desk.clock, COMMAND, lambda _: None, SoleHolder())
    assert asyncio.run(maker.turn())


def ask(visits: Visits) -> str:
    answer = visits.post(KUSHTIA, {**visits.get(KUSHTIA).form(KUSHTIA), **OCTOBER})
    assert answer.status == 303, answer.text[:2_000]
    return answer.location


def test_a_district_report_is_asked_for_made_and_given_out_whichever_office_is_chosen(visits: Visits) -> None:
    assert 'href="/offices/kushtia/reports"' in visits.get("/offices/kushtia").text
    place = ask(visits)
    with visits.desk.store.read() as session:
        (row,) = session.scalars(select(Edition))
        assert (row.office, row.scope_kind, row.scope_id) == ("", "place", "kushtia")
        (act,) = session.scalars(select(Act).where(Act.kind == "report.make"))
        assert (act.office, act.actor) == ("", OFFICER.name)
    assert "pending" in visits.get(place).text
    make(visits)
    for chosen in EVERYWHERE:
        visits.cookies = f"upazila-office={chosen}"
        page = visits.get(place)
        assert (page.status, "All offices of Kushtia" in page.text) == (200, True)
        assert f'href="{place}/file?lang=en&amp;format=json"' in page.text
        assert "2 offices, " in visits.get(KUSHTIA).text
    found = json.loads(visits.get(f"{place}/file?lang=en&format=json").text)
    assert list(found["offices"]) == ["bheramara", "mirpur"]
    assert "2 offices, " in visits.get(f"{place}?part=whole").text
    # It is that place's and no office's: neither another place nor an office has it.
    number = place.rpartition("/")[2]
    for other in (f"/offices/khulna/reports/{number}", f"/reports/{number}", f"/offices/jashore/reports/{number}"):
        assert visits.get(other).status == 404
        assert visits.get(f"{other}/file?lang=en&format=json").status == 404
    assert f"/reports/{number}" not in visits.get("/reports?office=mirpur").text


@pytest.mark.parametrize("node", SEES)
def test_it_is_there_for_who_is_at_that_place_or_above_it_alone(visits: Visits, node: str) -> None:
    place = ask(visits)
    visits.visitor = replace(OFFICER, node=node, role=Role.OFFICER)
    sees = node in {"", "khulna", "kushtia"}
    for path in (KUSHTIA, place):
        assert visits.get(path).status == (200 if sees else 404), node
    assert visits.post(KUSHTIA, OCTOBER).status == (303 if sees else 404)


def test_who_is_in_charge_of_a_part_of_an_office_sees_none_and_a_viewer_asks_for_none(visits: Visits) -> None:
    place = ask(visits)
    visits.visitor = VIEWER
    assert visits.get(place).status == 200
    assert "<form" not in visits.get(KUSHTIA).text.partition("<main")[2]
    assert visits.post(KUSHTIA, OCTOBER).status == 403
    visits.visitor = replace(OFFICER, scope=Scope(unions=("juniadaha",)))
    assert visits.get(place).status == visits.get(KUSHTIA).status == visits.post(KUSHTIA, OCTOBER).status == 404
    assert "/reports" not in visits.get("/offices/kushtia").text.partition('id="offices"')[2].partition("<table")[0]


def test_a_place_with_one_office_leads_to_that_offices_reports(visits: Visits) -> None:
    assert visits.get("/offices/meherpur/reports").location == "/reports?office=gangni"
    answer = visits.post("/offices/meherpur/reports", OCTOBER)
    assert answer.status == 422
    assert "meherpur has one office. Expected that office&#39;s own report" in answer.text


@pytest.mark.parametrize("period", ["month:2026-13", "month:2031-01", "nothing"])
def test_a_period_that_is_none_is_refused_in_words(visits: Visits, period: str) -> None:
    answer = visits.post(KUSHTIA, {"period": period})
    assert answer.status == 422
    assert "Expected" in answer.text


def test_what_it_will_say_is_shown_before_it_is_made_unless_that_takes_longer(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {**visits.get(KUSHTIA).form(KUSHTIA), **OCTOBER, "do": "preview"}
    shown = visits.post(KUSHTIA, wanted)
    assert (shown.status, "October 2026 — All offices of Kushtia" in shown.text) == (200, True)
    assert "2 offices, " in shown.text
    monkeypatch.setattr(quick_report, "MOST_OFFICES", 1)
    shown = visits.post(KUSHTIA, wanted)
    assert "This takes longer than a page may" in shown.text
    with visits.desk.store.read() as session:
        assert session.scalars(select(Edition)).all() == []
