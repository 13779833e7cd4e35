"""Operators have a page with their months, what was beyond their limit, and the report that is sent to them."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from monitor.configuration import load
from monitor.reports import quick_report
from monitor.reports.edition_process import COMMAND
from monitor.runtime.edition_maker import EditionMaker
from monitor.runtime.leases import SoleHolder
from monitor.settings.load import Settings
from tests.places import SHIPPED
from tests.store.migrated import new_store
from tests.web.console.visits import FAR, VIEWER, Visits
from tests.web.desk import Desk

OPERATOR, LINK = "Padma Net / উত্তর", "backbone-north"
PAGE = f"/reports/operators/{quote(OPERATOR)}"


def with_operator() -> Settings:
    """The shipped office, with an operator who answers for a link within two hours."""
    settings = load(SHIPPED)
    link = replace(settings.fleet.sites[LINK], operator=OPERATOR, operator_hours=2.0)
    return replace(settings, fleet=replace(settings.fleet, sites={**settings.fleet.sites, LINK: link}))


@pytest.fixture
def visits(tmp_path: Path) -> Iterator[Visits]:
    """Its link was down twice, for more than five hours each time."""
    store = new_store(tmp_path)
    desk = Desk(with_operator(), store)
    desk.round(LINK)
    for _ in range(2):
        desk.goes_down(LINK)
        desk.clock.advance(5 * 3_600 + 1_800)
        for _ in range(3):
            desk.round(LINK)
        desk.clock.advance(3_600)
    with Visits(desk) as made:
        yield made
    store.close()


def test_an_operator_is_shown_with_what_lasted_beyond_its_limit_and_came_back(visits: Visits) -> None:
    every = visits.get("/reports/operators").text
    assert f'href="{PAGE}"' in every
    page = visits.get(PAGE)
    assert page.status == 200
    assert "2 outages beyond the operator" in page.text
    assert re.search(r">7:0\d<", page.text), "two times five and a half hours, with two hours of time for each"
    again = page.text.partition("Sites that failed again and again")[2]
    assert "Northern backbone link" in again
    assert 'href="/reports/operators"' in visits.get("/reports").text
    assert 'href="/reports/operators"' in visits.get("/sites").text
    assert f'href="{PAGE}"' in visits.get(f"/sites/{LINK}").text


def test_its_report_is_made_and_taken_from_there(visits: Visits) -> None:
    page = visits.get(PAGE)
    assert "Its report was not made yet." in page.text
    asked = visits.post("/reports", page.form("/reports"))
    assert asked.status == 303
    desk = visits.desk
    maker = EditionMaker(desk.store, desk.live, desk.settings, desk.clock, COMMAND, lambda _: None, SoleHolder())
    assert asyncio.run(maker.turn())
    for form in ("pdf", "xlsx"):
        assert f'href="/reports/1/file?lang=bn&amp;format={form}"' in visits.get(PAGE).text


def test_of_a_large_office_nothing_is_counted_while_the_reader_waits(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick_report, "MOST_SITE_DAYS", 30)
    page = visits.get("/reports/operators")
    assert "counted when its report is made" in page.text
    assert "counted when its report is made" in visits.get(PAGE).text


def test_operators_are_for_who_is_in_charge_of_all(visits: Visits) -> None:
    visits.visitor = VIEWER
    assert OPERATOR in visits.get("/reports/operators").text
    assert visits.get("/reports/operators/Nobody").status == 404
    visits.visitor = FAR
    assert OPERATOR not in visits.get("/reports/operators").text
    assert visits.get(PAGE).status == 404
