"""The public page served for real on a listener of its own."""

import http.client
import json
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.domain.clock import VirtualClock
from monitor.store import queries
from monitor.store.work import Work
from monitor.web.public.app import make_public_app
from monitor.web.public.publisher import Publisher
from monitor.web.public.tracking import MOST_OF_ONE
from tests.web.asking import Answer
from tests.web.desk import Desk, office
from tests.web.serving import Serving

__all__ = ["office"]


@pytest.fixture
def port(office: Desk) -> Iterator[int]:
    publisher = Publisher(office.store, lambda: office.office, lambda: office.settings, office.clock)
    with Serving(make_public_app(publisher, office.live, office.store, office.clock)) as serving:
        yield serving.port


def ask(port: int, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def track(port: int, number: str, code: str, lang: str = "en") -> Answer:
    body = urlencode({"number": number, "code": code}).encode()
    return ask(port, f"/track?lang={lang}", "POST", body)


def registered(office: Desk) -> tuple[str, str]:
    with office.store.write() as session:
        request = Request("citizen:8", "phone", "আয়েশা খাতুন", "ইন্টারনেট ধীর", office.clock.utc(), "ayesha@example.org")
        ticket = actions.register(Work(session, office.office, office.clock.utc(), "an officer"), request)
        return ticket.number, ticket.code


def test_it_gives_the_page_in_both_languages_its_style_its_feeds_and_badges(office: Desk, port: int) -> None:
    assert '<html lang="bn">' in ask(port, "/").text
    assert ask(port, "/public").body == ask(port, "/").body == ask(port, "/index.html").body
    assert ask(port, "/?lang=en").body == ask(port, "/en.html").body
    for path, kind in {
        "/public.css": "text/css; charset=utf-8",
        "/events.atom": "application/atom+xml; charset=utf-8",
        "/planned.ics": "text/calendar; charset=utf-8",
        "/badges/office.svg": "image/svg+xml; charset=utf-8",
        "/badges/udc-juniadaha.json": "application/json",
    }.items():
        answer = ask(port, path)
        assert (answer.status, answer.headers["content-type"]) == (200, kind), path


def test_it_may_be_kept_for_half_a_minute_and_is_not_sent_twice(office: Desk, port: int) -> None:
    first = ask(port, "/")
    assert first.headers["cache-control"] == "public, max-age=30"
    again = ask(port, "/", if_none_match=f'"x", {first.headers["etag"]}')
    assert (again.status, again.body) == (304, b"")
    office.goes_down("backbone-north")
    office.clock.advance(31)
    assert ask(port, "/", if_none_match=first.headers["etag"]).status == 200


def test_what_happened_is_on_the_page_within_half_a_minute(office: Desk, port: int) -> None:
    before = ask(port, "/en.html").text
    office.goes_down("backbone-north")
    office.clock.advance(31)
    assert "Northern backbone link" not in before
    assert "Northern backbone link" in ask(port, "/en.html").text


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/metrics",
            "/healthz",
            "/readyz",
            "/api/v1/status",
            "/api/status",
            "/login",
            "/sites",
            "/tickets",
            "/stream",
        ),
        *(
            "/static/console.css",
            "/../etc/passwd",
            "/badges/../index.html",
            "/badges/nobody.svg",
            "/a.html",
            "/%00.html",
        ),
    ],
)
def test_nothing_else_is_reached_there(port: int, path: str) -> None:
    assert ask(port, path).status in {400, 404}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed_there(port: int, method: str) -> None:
    assert ask(port, "/", method, b"").status == 405


def test_every_answer_keeps_foreign_code_out(port: int) -> None:
    for path in ("/", "/track", "/nothing"):
        policy = ask(port, path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert ask(port, path).headers["x-content-type-options"] == "nosniff"


def test_a_request_is_followed_by_its_number_and_code_however_they_are_typed(office: Desk, port: int) -> None:
    number, code = registered(office)
    with office.store.write() as session:
        actions.set_public_note(Work(session, office.office, office.clock.utc(), "an officer"), number, "কাল দেখা হবে")
    answer = track(port, number.lower().removeprefix("bhr-"), f"{code[:4].lower()} - {code[4:]}", "bn")
    assert answer.status == 200
    for told in (number, "খোলা", "কাল দেখা হবে", "সহকারী প্রোগ্রামার"):
        assert told in answer.text
    for kept in ("আয়েশা", "ayesha", "ইন্টারনেট ধীর", code):
        assert kept not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_wrong_code_and_a_number_that_never_was_get_the_same_words(office: Desk, port: int) -> None:
    number, code = registered(office)
    wrong = track(port, number, "CDFG2345" if code != "CDFG2345" else "CDFG2346")
    nobody = track(port, "BHR-2026-000999", code)
    assert (wrong.status, nobody.status) == (404, 404)
    assert wrong.text.replace(number, "") == nobody.text.replace("BHR-2026-000999", "")


def test_the_ticket_of_an_outage_cannot_be_followed(office: Desk, port: int) -> None:
    office.goes_down("udc-juniadaha")
    office.clock.advance(10 * 86_400)
    office.round("backbone-bheramara")
    with office.store.read() as session:
        assert [ticket.number for ticket in queries.tickets(session)] == ["BHR-2026-000001"]
    assert track(port, "1", "CDFG2345").status == 404


def test_who_guesses_is_told_to_wait_and_right_ones_are_not_counted(office: Desk, port: int) -> None:
    number, code = registered(office)
    for _ in range(MOST_OF_ONE + 2):
        assert track(port, number, code).status == 200
    for _ in range(MOST_OF_ONE):
        assert track(port, number, "CDFG2345").status == 404
    held = track(port, number, code)
    assert held.status == 429
    assert 0 < int(held.headers["retry-after"]) <= 900
    assert isinstance(office.clock, VirtualClock)
    office.clock.advance(901)
    assert track(port, number, code).status == 200


@pytest.mark.parametrize("body", [b"", b"number=1", b"x" * 5_000, b"\xff=\xfe", b"number=&code=", b"&" * 4_000])
def test_what_is_no_form_gets_the_form_again(port: int, body: bytes) -> None:
    answer = ask(port, "/track", "POST", body)
    assert answer.status == 400
    assert "<form" in answer.text


def test_a_body_without_an_end_is_not_waited_for(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        head = b"POST /track HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        line.sendall(head + b"1000\r\n" + b"x" * 4096 + b"\r\n" + b"1000\r\n" + b"x" * 4096 + b"\r\n")
        assert line.recv(12) == b"HTTP/1.1 400"


def test_what_is_typed_is_text_on_the_page(port: int) -> None:
    answer = track(port, '"><script>alert(1)</script>', "x")
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_the_form_stands_on_the_page_where_it_is_served_with_the_number_of_a_slip_filled_in(port: int) -> None:
    assert re.search(r'<form[^>]* action="track\?lang=bn"', ask(port, "/").text)
    assert 'value="BHR-2026-000006"' in ask(port, "/track?number=BHR-2026-000006").text


def test_a_badge_is_a_document_too(office: Desk, port: int) -> None:
    office.goes_down("udc-juniadaha")
    office.clock.advance(31)
    found = json.loads(ask(port, "/badges/udc-juniadaha.json").body)
    assert found["schemaVersion"] == 1
