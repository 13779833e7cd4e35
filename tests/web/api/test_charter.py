"""What the API says of the charter, the calendar and deadlines."""

from monitor.domain.api_scopes import CALENDAR_WRITE, STATUS_READ
from tests.reports.export.pdf_text import facts_of
from tests.web.api.calling import call, token_for
from tests.web.asking import ask
from tests.web.desk import Desk

ORDER = {
    "what": "closed",
    "date": "2026-11-25",
    "order": "05.44.1",
    "dated": "2026-11-23",
    "en": "Local holiday",
    "bn": "স্থানীয় ছুটি",
}


async def test_a_deadline_is_counted_day_by_day_as_on_the_command_line(office: Desk, port: int) -> None:
    said = await call(port, "/deadline?service=8&from=2026-11-24T10:00:00%2B06:00")
    assert (said.document["service"], said.document["due"]) == ("citizen:8", "2026-11-25T17:00:00+06:00")
    assert [step["counted"] for step in said.document["steps"]] == [None, 1]
    assert (await call(port, "/deadline?service=99&from=2026-11-24")).pointers == ["service"]
    assert (await call(port, "/deadline?service=8")).pointers == ["from"]


async def test_a_month_has_every_day_with_why_it_is_off(office: Desk, port: int) -> None:
    days = (await call(port, "/calendar/2026-12")).document["items"]
    assert len(days) == 31
    assert (days[15]["date"], days[15]["working"]) == ("2026-12-16", False)
    assert "Victory Day" in days[15]["why"]
    assert (await call(port, "/calendar/2026-13")).status == 422


async def test_the_charter_and_its_record_are_read_by_row(office: Desk, port: int) -> None:
    charter = (await call(port, "/charter")).document
    assert charter["services"][0]["key"] == "citizen:1"
    for period in ("year", "month", "2026-11"):
        record = (await call(port, f"/charter/citizen:8/record?period={period}")).document
        assert (record["service"], record["kept"], record["missed"]) == ("citizen:8", 0, 0)
    assert (await call(port, "/charter/citizen:99/record")).status == 404
    assert (await call(port, "/charter/citizen:8/record?period=ever")).pointers == ["period"]


async def test_an_order_is_tried_before_it_is_entered(office: Desk, port: int) -> None:
    token = token_for(office, CALENDAR_WRITE, STATUS_READ)
    tried = await call(port, "/calendar/orders?dry_run=1", "POST", ORDER, token)
    assert (tried.status, tried.document["number"]) == (200, None)
    assert [day["after"]["working"] for day in tried.document["days"]] == [False]
    known = await call(port, "/calendar/orders", token=token)
    assert known.document["items"] == []
    entered = await call(port, "/calendar/orders", "POST", ORDER, token, if_match=known.headers["etag"])
    assert (entered.status, entered.document["number"]) == (201, 1)
    stale = await call(port, "/calendar/orders", "POST", ORDER, token, if_match=known.headers["etag"])
    assert stale.problem == "stale-version"
    listed = (await call(port, "/calendar/orders", token=token)).document["items"]
    assert [each["entry"]["order"] for each in listed] == ["05.44.1"]


async def test_a_wrong_order_is_refused_by_its_field(office: Desk, port: int) -> None:
    for wrong, pointer in [
        ({"order": ""}, "#/order"),
        ({"date": "soon"}, "#/date"),
        ({"what": "party"}, "#/what"),
        ({"dated": "2030-01-01"}, "#/dated"),
    ]:
        for path in ("/calendar/orders", "/calendar/orders?dry_run=1"):
            said = await call(port, path, "POST", {**ORDER, **wrong}, token_for(office, CALENDAR_WRITE))
            assert (said.status, said.pointers) == (422, [pointer])


async def test_a_token_of_one_union_does_not_change_the_calendar_of_all(office: Desk, port: int) -> None:
    union = office.settings.fleet.sites["udc-juniadaha"].union or ""
    said = await call(port, "/calendar/orders", "POST", ORDER, token_for(office, CALENDAR_WRITE, unions=[union]))
    assert said.status == 403


async def test_the_charter_is_a_sheet_for_the_notice_board(office: Desk, port: int) -> None:
    token = token_for(office, STATUS_READ)
    path = "/charter/sheet?paper=a4&lang=en&period=month"
    sheet = await call(port, path, token=token)
    while sheet.status == 503:  # it is finished all the same, for who asks again
        sheet = await call(port, path, token=token)
    assert sheet.headers["content-disposition"] == 'attachment; filename="charter-a4.en.pdf"'
    assert facts_of(sheet.body)["Page size"].startswith("841")
    for wrong, name in (("paper=a5", "paper"), ("lang=de", "lang"), ("period=ever", "period")):
        assert (await call(port, f"/charter/sheet?{wrong}", token=token)).pointers == [name]


async def test_each_kind_of_problem_has_a_page_in_both_languages(office: Desk, port: int) -> None:
    assert "এটি বদলে গেছে" in (await ask(port, "/problems/stale-version?lang=bn")).text
    assert "It has changed since it was read" in (await ask(port, "/problems/stale-version")).text
    assert (await ask(port, "/problems/none")).status == 404
