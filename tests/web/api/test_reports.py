"""Reports by the API: asked for, listed within the caller's scope, and read as files."""

from datetime import date

from monitor.alerts.cases import editions
from monitor.alerts.cases.edition_jobs import MadeFile
from monitor.domain.api_scopes import REPORTS_MAKE, REPORTS_READ
from monitor.store.work import Work
from tests.web.api.calling import call, token_for
from tests.web.desk import Desk

OCTOBER = {"period_kind": "month", "period": "2026-10"}


def made(office: Desk, scope: str = "office", id_: str = "") -> int:
    """An edition that is made, with one file."""
    with office.store.write() as session:
        work = Work(session, office.office, office.clock.utc(), "an officer")
        row = editions.ask(work, editions.Wanted("month", "2026-10", date(2026, 10, 1), scope, id_))
        row.state, row.number, row.value = "made", 1, b""
        editions.keep(row, "bn.json", MadeFile("report-2026-10.json", "application/json", b'{"period": {}}'))
        return row.id


async def test_a_report_is_asked_for_and_its_place_says_how_far_it_is(office: Desk, port: int) -> None:
    token = token_for(office, REPORTS_READ, REPORTS_MAKE)
    asked = await call(port, "/reports", method="POST", body=OCTOBER, token=token)
    assert (asked.status, asked.document["state"], asked.document["period"]) == (202, "queued", "2026-10")
    place = asked.headers["location"].removeprefix("/api/v1")
    assert (await call(port, place, token=token)).document == asked.document
    again = await call(port, "/reports", method="POST", body=OCTOBER, token=token)
    assert again.document["id"] == asked.document["id"]  # one waits already
    assert (await call(port, f"{place}/file", token=token)).problem == "not-allowed"
    listed = (await call(port, "/reports", token=token)).document["items"]
    assert [each["id"] for each in listed] == [asked.document["id"]]


async def test_what_is_no_period_scope_or_file_is_named(office: Desk, port: int) -> None:
    token = token_for(office, REPORTS_READ, REPORTS_MAKE)
    for change, pointer in (
        ({"period": "2026-13"}, "#/period"),
        ({"period_kind": "week"}, "#/period"),
        ({"period": "2036-10"}, "#/period"),
        ({"scope": "site", "scope_id": "nowhere"}, "#/scope"),
        ({"files": ["bn.doc"]}, "#/files"),
        ({"colour": "red"}, "#/colour"),
    ):
        refused = await call(port, "/reports", method="POST", body={**OCTOBER, **change}, token=token)
        assert (refused.status, refused.pointers) == (422, [pointer]), change


async def test_a_kept_file_is_given_out_with_its_name(office: Desk, port: int) -> None:
    token = token_for(office, REPORTS_READ)
    number = made(office)
    found = await call(port, f"/reports/{number}/file?format=json&lang=bn", token=token)
    assert (found.status, found.body) == (200, b'{"period": {}}')
    assert found.headers["content-disposition"] == 'attachment; filename="report-2026-10.json"'
    assert (await call(port, f"/reports/{number}/file?format=doc", token=token)).pointers == ["format"]
    assert (await call(port, "/reports/999/file", token=token)).status == 404


async def test_a_token_for_one_union_sees_the_reports_about_it_alone(office: Desk, port: int) -> None:
    whole, own = made(office), made(office, "union", "juniadaha")
    token = token_for(office, REPORTS_READ, REPORTS_MAKE, unions=["juniadaha"])
    assert (await call(port, f"/reports/{whole}", token=token)).status == 404
    assert (await call(port, f"/reports/{own}", token=token)).status == 200
    assert [each["id"] for each in (await call(port, "/reports", token=token)).document["items"]] == [own]
    refused = await call(port, "/reports", method="POST", body=OCTOBER, token=token)
    assert (refused.status, refused.pointers) == (422, ["#/scope"])


async def test_pages_of_the_list_follow_each_other(office: Desk, port: int) -> None:
    token = token_for(office, REPORTS_READ)
    numbers = [made(office, "site", site) for site in list(office.settings.fleet.sites)[:5]]
    seen, path = [], "/reports?limit=2"
    while path:
        answer = await call(port, path, token=token)
        seen += [each["id"] for each in answer.document["items"]]
        path = answer.headers.get("link", "").partition(">")[0].removeprefix("</api/v1")
    assert seen == numbers[::-1]
