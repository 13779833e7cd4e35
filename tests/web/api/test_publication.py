"""What the API says of what the public is told."""

from datetime import timedelta

from monitor.alerts.cases import actions, publishing
from monitor.alerts.cases.complaints import Request
from monitor.store import queries
from monitor.store.work import Work
from monitor.web.public.tracking import MOST_OF_ONE, WITHIN_S
from tests.web.api.calling import call
from tests.web.desk import Desk


async def test_the_public_is_told_of_an_outage_in_the_same_values_as_on_its_page(office: Desk, port: int) -> None:
    office.goes_down("udc-juniadaha")
    with office.store.write() as session:
        work = Work(session, office.office, office.clock.utc(), "an officer", via="cli")
        publishing.note_outage(work, queries.outages(session)[0].id, "তার কাটা পড়েছে")
    said = (await call(port, "/public/status")).document
    (trouble,) = said["troubles"]
    assert (trouble["site"], trouble["notes"]) == ("udc-juniadaha", ["তার কাটা পড়েছে"])
    text = str(said)
    assert not any(str(device.address) in text for device in office.settings.fleet.devices.values())
    feed = await call(port, "/public/events.atom?lang=en")
    assert (feed.status, feed.headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
    assert b"Juniadaha Union Digital Centre" in feed.body
    assert (await call(port, "/public/events.atom?lang=en", if_none_match=feed.headers["etag"])).status == 304


async def test_a_badge_is_a_picture_or_a_document_and_only_of_what_there_is(office: Desk, port: int) -> None:
    office.clock.advance(timedelta(minutes=1).total_seconds())
    picture = await call(port, "/public/badge/udc-juniadaha.svg")
    assert (picture.status, picture.headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")
    assert (await call(port, "/public/badge/office.json")).document["label"]
    assert (await call(port, "/public/badge/udc-nowhere.svg")).status == 404
    assert (await call(port, "/public/badge/office.png")).status == 422


async def test_a_request_is_followed_by_its_number_and_code_and_wrong_codes_are_few(office: Desk, port: int) -> None:
    with office.store.write() as session:
        work = Work(session, office.office, office.clock.utc(), "an officer", via="cli")
        ticket = actions.register(work, Request("citizen:8", "phone", "A. Teacher", "No line", work.now_utc))
        number, code = ticket.number, ticket.code
    for _ in range(MOST_OF_ONE + 1):  # right ones are not counted
        found = await call(port, "/public/track", method="POST", body={"number": number, "code": code})
    assert (found.status, found.document["number"], found.document["state"]) == (200, number, "open")
    assert found.document["holder"]["en"] == "Assistant Programmer"
    assert "Teacher" not in str(found.document)
    wrong = {"number": number, "code": "WRONGONE"}
    refused = [(await call(port, "/public/track", method="POST", body=wrong)).status for _ in range(MOST_OF_ONE)]
    assert refused == [404] * MOST_OF_ONE
    assert (await call(port, "/public/track", method="POST", body={"number": number, "code": code})).status == 429
    office.clock.advance(WITHIN_S)
    assert (await call(port, "/public/track", method="POST", body={"number": number, "code": code})).status == 200
