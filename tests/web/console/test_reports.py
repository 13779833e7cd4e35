"""Reports are asked for, made, looked at, taken out and given as answers, each on a page that says what it does."""

import asyncio
import json
import re
from collections.abc import Iterator

import pytest

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.domain.edition_states import EditionProgress, EditionStage
from monitor.reports import quick_report
from monitor.reports.edition_process import COMMAND
from monitor.runtime.edition_maker import EditionMaker
from monitor.runtime.leases import SoleHolder
from monitor.store.work import Work
from tests.web.console.visits import FAR, OFFICER, VIEWER, Visits
from tests.web.desk import Desk


@pytest.fixture
def visits(office: Desk) -> Iterator[Visits]:
    office.goes_down("udc-juniadaha")
    with Visits(office) as made:
        yield made


def make(desk: Desk) -> None:
    """Make what waits, as the daemon does."""
    maker = EditionMaker(desk.store, desk.live, desk.settings, desk.clock, COMMAND, lambda _: None, SoleHolder())
    assert asyncio.run(maker.turn())


@pytest.mark.alone  # its letter is set in more than a second: beside others later than an answer may be
def test_a_report_goes_from_the_wish_to_the_answer_of_an_official_request(visits: Visits) -> None:
    page = visits.get("/reports")
    assert "No report was made yet." in page.text
    this_month = f"month:{visits.desk.clock.utc():%Y-%m}"
    asked = visits.post("/reports", {**page.form("/reports"), "period": this_month, "scope": "office"})
    assert (asked.status, asked.location, asked.toast) == (303, "/reports/1", "The report is being made.")
    assert "pending" in visits.get("/reports/1").text
    assert visits.get("/reports/1/file?lang=en&format=json").status == 404, "there is nothing of it yet"

    make(visits.desk)
    made = visits.get("/reports/1").text
    assert "edition 1" in made
    file = visits.get("/reports/1/file?lang=en&format=json")
    assert file.headers["content-disposition"].startswith('attachment; filename="report-')
    assert json.loads(file.text)["edition"] == 1
    assert visits.get("/reports/1/file?lang=en&format=exe").status == 404

    with visits.desk.store.write() as session:
        work = Work(session, visits.desk.office, visits.desk.clock.utc(), "rahim")
        number = actions.register(work, Request("official:1", "letter", "UNO", "The report", work.now_utc)).number
    assert f'href="/reports?ticket={number}"' in visits.get(f"/tickets/{number}").text
    assert f'href="/reports/1?ticket={number}"' in visits.get(f"/reports?ticket={number}").text
    form = visits.get(f"/reports/1?ticket={number}").form("/reports/1/answer")
    assert form["ticket"] == number
    done = visits.post("/reports/1/answer", {**form, "ticket": number, "lang": "bn", "format": "json"})
    assert (done.status, done.location) == (303, f"/tickets/{number}")
    story = visits.get(f"/tickets/{number}").text
    assert "answered with the report report-" in story
    again = visits.post("/reports/1/answer", {**form, "ticket": "BHR-2026-999999", "lang": "bn", "format": "json"})
    assert again.status == 409, "there is no such request"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"period": "month:2026-13"}, "found '2026-13'. Expected one such as 2026-11"),
        ({"period": "month:2099-01"}, "Expected one that has begun"),
        ({"period": "month:2026-01", "scope": "union:nowhere"}, "no site is in the union 'nowhere'"),
        ({"period": "", "scope": "office"}, "Expected one of: month, quarter, fiscal, days"),
    ],
)
def test_what_was_typed_wrongly_is_said_and_asks_for_nothing(visits: Visits, wrong: dict[str, str], said: str) -> None:
    answer = visits.post("/reports", {**visits.get("/reports").form("/reports"), **wrong})
    assert (answer.status, said in answer.text.replace("&#39;", "'")) == (422, True), answer.text
    assert "No report was made yet." in visits.get("/reports").text


def test_who_only_reads_has_no_form_and_who_is_in_charge_of_a_part_sees_and_asks_for_that_alone(office: Desk) -> None:
    with Visits(office, OFFICER) as visits:
        visits.post("/reports", {"period": "month:2026-01", "scope": "office"})
    with Visits(office, VIEWER) as viewer:
        page = viewer.get("/reports")
        assert "/reports/1" in page.text
        assert "Ask for a report" not in page.text
    with Visits(office, FAR) as far:
        assert "/reports/1" not in far.get("/reports").text
        assert far.get("/reports/1").status == 404
        assert far.post("/reports", {"period": "month:2026-01", "scope": "office"}).status == 403


def test_what_a_report_will_say_is_shown_before_it_is_made_and_asks_for_nothing(visits: Visits) -> None:
    form = {**visits.get("/reports").form("/reports"), "period": "month:2026-11", "scope": "kind:udc"}
    preview = visits.post("/reports", {**form, "do": "preview"})
    assert preview.status == 200
    assert "No report was made yet." in preview.text
    said = re.search(r'<div class="banner" role="status">.*?<p>(\d+ sites.*?)</p></div>', preview.text, re.DOTALL)
    assert said is not None
    assert '<option value="kind:udc" selected>' in preview.text, "what was chosen stays chosen"

    visits.post("/reports", form)
    make(visits.desk)
    assert said[1] in visits.get("/reports/1").text, "the report says what was shown before"


def test_what_takes_longer_than_a_page_is_counted_when_it_is_made(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick_report, "MOST_SITE_DAYS", 30)
    form = {**visits.get("/reports").form("/reports"), "period": "month:2026-11"}
    assert "it will be counted when the report is made" in visits.post("/reports", {**form, "do": "preview"}).text


def test_how_far_a_report_is_and_what_is_being_done_stands_on_its_page(visits: Visits) -> None:
    visits.post("/reports", {"period": "month:2026-11", "scope": "office"})
    visits.desk.live.report_progress[1] = EditionProgress(EditionStage.COMPARING, 0.4)
    for page in (visits.get("/reports/1"), visits.get("/reports/1?part=whole")):
        assert '<progress max="100" value="40"' in page.text
        assert "earlier periods are counted" in page.text
