"""What the API says of tickets, and what programs do to them."""

import asyncio
from datetime import timedelta

from monitor.domain.api_scopes import ADMIN, PERSONAL_READ, STATUS_READ, TICKETS_READ, TICKETS_WRITE
from monitor.store import queries, ticket_rows
from tests.reports.export.pdf_text import words_of
from tests.web.api.calling import call, token_for
from tests.web.desk import Desk

COMPLAINT = {"service": "citizen:8", "way": "phone", "text": "ইন্টারনেট নেই", "asker": "Rahima Begum"}
OF_A_SITE = {**COMPLAINT, "site": "udc-juniadaha"}


async def registered(port: int, token: str, **more: object) -> tuple[str, str]:
    """The number and entity tag of a complaint that was just registered."""
    said = await call(port, "/tickets", "POST", {**COMPLAINT, **more}, token)
    assert said.status == 201
    return said.document["number"], said.headers["etag"]


async def test_a_program_registers_a_complaint_and_reads_it_back(office: Desk, port: int) -> None:
    token = token_for(office, TICKETS_WRITE, TICKETS_READ, PERSONAL_READ)
    said = await call(port, "/tickets", "POST", OF_A_SITE, token)
    assert said.status == 201
    assert said.headers["location"] == f"/api/v1/tickets/{said.document['number']}"
    assert len(said.document["code"]) == 8
    again = await call(port, f"/tickets/{said.document['number']}", token=token)
    assert (again.document["asker"], again.document["text"]) == ("Rahima Begum", "ইন্টারনেট নেই")
    assert again.headers["etag"] == said.headers["etag"]


async def test_who_asked_and_what_was_written_is_for_those_alone_who_may_read_it(office: Desk, port: int) -> None:
    writer, reader = token_for(office, TICKETS_WRITE), token_for(office, TICKETS_READ, STATUS_READ)
    number, tag = await registered(port, writer)
    await call(
        port, f"/tickets/{number}/actions", "POST", {"action": "comment", "text": "of Rahima"}, writer, if_match=tag
    )
    seen = [
        await call(port, path, token=token)
        for token in (reader, "")
        for path in ("/tickets", f"/tickets/{number}", f"/tickets/{number}/history", "/status")
    ]
    assert {said.status for said in seen} == {200}
    assert not any("Rahima" in said.body.decode() or "ইন্টারনেট" in said.body.decode() for said in seen)


async def test_an_act_needs_the_version_that_was_seen(office: Desk, port: int) -> None:
    token = token_for(office, TICKETS_WRITE, TICKETS_READ)
    number, tag = await registered(port, token)
    path, ack = f"/tickets/{number}/actions", {"action": "ack"}
    assert (await call(port, path, "POST", ack, token)).problem == "no-version"
    assert (await call(port, path, "POST", ack, token, if_match="no tag")).problem == "malformed"
    assert (await call(port, path, "POST", ack, token, if_match=f"W/{tag}")).problem == "stale-version"
    done = await call(port, path, "POST", ack, token, if_match=tag)
    assert (done.status, done.document["state"]) == (200, "acknowledged")
    stale = await call(port, path, "POST", {"action": "start"}, token, if_match=tag)
    assert (stale.status, stale.problem) == (412, "stale-version")
    assert stale.document["now"]["state"] == "acknowledged"
    assert (await call(port, path, "POST", {"action": "start"}, token, if_match=done.headers["etag"])).status == 200


async def test_of_two_officers_at_once_one_wins_and_the_other_is_told_what_there_is_now(
    office: Desk, port: int
) -> None:
    token = token_for(office, TICKETS_WRITE, TICKETS_READ)
    number, tag = await registered(port, token)
    path = f"/tickets/{number}/actions"
    both = await asyncio.gather(
        *(call(port, path, "POST", {"action": action}, token, if_match=tag) for action in ("ack", "start"))
    )
    assert sorted(said.status for said in both) == [200, 412]
    loser = next(said for said in both if said.status == 412)
    assert loser.document["version"] > loser.document["seen_version"]


async def test_a_request_that_is_repeated_is_done_once(office: Desk, port: int) -> None:
    token = token_for(office, TICKETS_WRITE)
    both = await asyncio.gather(
        *(call(port, "/tickets", "POST", COMPLAINT, token, idempotency_key="line-was-weak") for _ in range(4))
    )
    assert {said.status for said in both} == {201}
    assert len({said.body for said in both}) == 1
    assert len({(said.headers["location"], said.headers["etag"]) for said in both}) == 1
    assert sorted(said.headers.get("idempotent-replayed", "") for said in both) == ["", "true", "true", "true"]
    with office.store.read() as session:
        assert len(queries.tickets(session)) == 1


async def test_a_key_belongs_to_one_request_one_caller_and_one_day(office: Desk, port: int) -> None:
    one, other = token_for(office, TICKETS_WRITE), token_for(office, TICKETS_WRITE)
    first = await call(port, "/tickets", "POST", COMPLAINT, one, idempotency_key="k")
    changed = await call(port, "/tickets", "POST", {**COMPLAINT, "text": "another"}, one, idempotency_key="k")
    assert (changed.status, changed.problem) == (422, "key-used")
    elsewhere = await call(port, "/tickets", "POST", COMPLAINT, other, idempotency_key="k")
    assert elsewhere.document["number"] != first.document["number"]
    office.clock.advance(timedelta(hours=24).total_seconds())
    later = await call(port, "/tickets", "POST", COMPLAINT, one, idempotency_key="k")
    assert later.document["number"] not in {first.document["number"], elsewhere.document["number"]}
    for bad in ("", "two words", "x" * 201):
        assert (await call(port, "/tickets", "POST", COMPLAINT, one, idempotency_key=bad)).problem == "malformed"


async def test_a_repeated_act_is_answered_as_the_first_although_the_version_is_another_now(
    office: Desk, port: int
) -> None:
    token = token_for(office, TICKETS_WRITE)
    number, tag = await registered(port, token)
    path = f"/tickets/{number}/actions"
    both = [
        await call(port, path, "POST", {"action": "ack"}, token, if_match=tag, idempotency_key="once") for _ in range(2)
    ]
    assert [said.status for said in both] == [200, 200]
    assert both[0].document == both[1].document


async def test_a_wrong_field_is_named(office: Desk, port: int) -> None:
    wrongs: list[tuple[dict[str, object], str]] = [
        ({"service": "citizen:99"}, "#/service"),
        ({"way": "fax"}, "#/way"),
        ({"text": "   "}, "#/text"),
        ({"text": 5}, "#/text"),
        ({"asker_email": "nobody"}, "#/asker_email"),
        ({"asker_phone": "call me"}, "#/asker_phone"),
        ({"site": "udc-nowhere"}, "#/site"),
        ({"received": "yesterday"}, "#/received"),
        ({"received": "2001-01-01T10:00"}, "#/received"),
        ({"receivd": "2026-11-24"}, "#/receivd"),
    ]
    for wrong, pointer in wrongs:
        said = await call(port, "/tickets", "POST", {**COMPLAINT, **wrong}, token_for(office, TICKETS_WRITE))
        assert (said.status, said.problem, said.pointers) == (422, "bad-values", [pointer])
        with office.store.read() as session:
            assert queries.tickets(session) == []


async def test_raising_a_ticket_is_for_administrators(office: Desk, port: int) -> None:
    token, admin = token_for(office, TICKETS_WRITE), token_for(office, ADMIN)
    number, tag = await registered(port, token)
    path, act = f"/tickets/{number}/actions", {"action": "raise"}
    refused = await call(port, path, "POST", act, token, if_match=tag)
    assert (refused.status, refused.document["scope"]) == (403, ADMIN)
    assert (await call(port, path, "POST", act, admin, if_match=tag)).problem == "not-allowed"  # it is not overdue


async def test_a_public_comment_stands_on_the_public_page(office: Desk, port: int) -> None:
    token = token_for(office, TICKETS_WRITE)
    number, tag = await registered(port, token)
    act = {"action": "comment", "text": "লাইন মেরামত চলছে", "public": True}
    assert (await call(port, f"/tickets/{number}/actions", "POST", act, token, if_match=tag)).status == 200
    with office.store.read() as session:
        row = ticket_rows.numbered(session, number)
        assert row is not None
        assert row.public_note == "লাইন মেরামত চলছে"


async def test_a_token_of_one_union_knows_of_no_ticket_elsewhere(office: Desk, port: int) -> None:
    union = office.settings.fleet.sites["udc-juniadaha"].union or ""
    here, all_of_them = token_for(office, TICKETS_READ, TICKETS_WRITE, unions=[union]), token_for(office, TICKETS_WRITE)
    mine, _ = await registered(port, all_of_them, site="udc-juniadaha")
    others, tag = await registered(port, all_of_them, site="office-ict")
    listed = await call(port, "/tickets?count=1", token=here)
    assert [ticket["number"] for ticket in listed.document["items"]] == [mine]
    assert listed.document["count"] == 1
    assert (await call(port, f"/tickets/{others}", token=here)).status == 404
    act = await call(port, f"/tickets/{others}/actions", "POST", {"action": "ack"}, here, if_match=tag)
    assert act.status == 404
    foreign = await call(port, "/tickets", "POST", {**COMPLAINT, "site": "office-ict"}, here)
    assert (foreign.status, foreign.pointers) == (422, ["#/site"])


async def test_a_page_ends_where_the_next_begins_whatever_is_added_meanwhile(office: Desk, port: int) -> None:
    token = token_for(office, TICKETS_READ, TICKETS_WRITE)
    numbers = [(await registered(port, token))[0] for _ in range(5)]
    first = await call(port, "/tickets?limit=2&count=1", token=token)
    assert first.document["count"] == 5
    path, found = "/tickets?limit=2", []
    while path:
        said = await call(port, path, token=token)
        found += [ticket["number"] for ticket in said.document["items"]]
        office.clock.advance(1)  # ten a second
        await registered(port, token)
        link = said.headers.get("link", "")
        assert not link or link.endswith('; rel="next"')
        path = link.partition(">")[0].removeprefix("</api/v1")
    assert found == numbers[::-1]


async def test_a_ticket_about_no_site_is_in_every_scope_and_one_elsewhere_in_none_but_its_own(
    office: Desk, port: int
) -> None:
    union = office.settings.fleet.sites["udc-juniadaha"].union or ""
    elsewhere = next(site for site in office.settings.fleet.sites.values() if site.union != union)
    admin, limited = token_for(office, ADMIN), token_for(office, TICKETS_READ, unions=[union])
    wanted = {}
    for name, site in (("none", None), ("own", "udc-juniadaha"), ("foreign", elsewhere.id)):
        service = "citizen:8" if site is None else office.office.service_of(site).key
        said = await call(port, "/tickets", "POST", {**COMPLAINT, "site": site, "service": service}, admin)
        assert said.status == 201, said.document
        wanted[name] = said.document["number"]
    listed = await call(port, "/tickets?count=true", token=limited)
    assert {each["number"] for each in listed.document["items"]} == {wanted["none"], wanted["own"]}
    for name, number in wanted.items():
        assert (await call(port, f"/tickets/{number}", token=limited)).status == (404 if name == "foreign" else 200)
    # Asked for by a site, it is not among that site's.
    of_site = await call(port, "/tickets?site=udc-juniadaha", token=limited)
    assert [each["number"] for each in of_site.document["items"]] == [wanted["own"]]


async def test_a_ticket_is_a_letter_that_may_take_longer_than_one_answer(office: Desk, port: int) -> None:
    token = token_for(office, TICKETS_READ)
    number, _ = await registered(port, token_for(office, TICKETS_WRITE))
    letter = await call(port, f"/tickets/{number}/letter?lang=en", token=token)
    while letter.status == 503:  # it is finished all the same, for who asks again
        assert letter.problem == "busy"
        letter = await call(port, f"/tickets/{number}/letter?lang=en", token=token)
    assert (letter.status, letter.headers["content-type"], letter.body[:5]) == (200, "application/pdf", b"%PDF-")
    assert "Rahima" not in " ".join(words_of(letter.body)), "the token has no scope personal:read"
    assert (await call(port, f"/tickets/{number}/letter?lang=de", token=token)).pointers == ["lang"]
    assert (await call(port, "/tickets/BHR-2026-000099/letter", token=token)).problem == "not-found"
