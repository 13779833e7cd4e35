"""What the officer sees, and what a stranger must not be able to do."""

import gzip
import json
from dataclasses import replace

import pytest

from monitor.alerts.cases import outages
from monitor.alerts.cases.complaints import Request, register
from monitor.domain.sample import Sample, Verdict
from monitor.judging.decisions import OutageOpened
from monitor.judging.snmp import SnmpState
from monitor.settings.fleet import Fleet
from monitor.store.opening import DATABASE
from monitor.store.work import Work
from tests.told import said
from tests.web.asking import ask
from tests.web.desk import Desk


async def test_the_page_says_in_bangla_what_is_down_since_when_and_by_when_it_is_due(office: Desk, port: int) -> None:
    office.round("backbone-north")
    office.goes_down("udc-juniadaha")
    page = (await ask(port, "/")).text
    assert "এখনকার বিঘ্ন" in page
    assert "জুনিয়াদহ ইউনিয়ন ডিজিটাল সেন্টার" in page
    assert "সংযোগ নেই" in page
    assert "আগামীকাল ১৭:০০ পর্যন্ত" in page


async def test_the_same_page_in_english(office: Desk, port: int) -> None:
    office.goes_down("udc-juniadaha")
    page = (await ask(port, "/?lang=en")).text
    assert "Juniadaha Union Digital Centre" in page
    assert "until tomorrow 17:00" in page
    assert 'lang="en"' in page


async def test_a_device_that_is_not_read_by_snmp_stands_on_the_page_until_it_is(office: Desk, port: int) -> None:
    office.round("office-ict")
    office.live.snmp["udc-juniadaha/gateway"] = SnmpState("silent", said("no answer"))  # of a site that is not up
    office.live.snmp["office-ict/switch"] = SnmpState("credentials", said("most likely its community is another one"))
    told = "SNMP: credentials refused <span"
    assert told in (await ask(port, "/?lang=en")).text
    (found,) = json.loads((await ask(port, "/api/v1/status")).text)["snmp"]
    assert found == {
        "device": "office-ict/switch",
        "outcome": "credentials",
        "why": "most likely its community is another one",
        "reason": {"code": "text", "text": "most likely its community is another one"},
    }
    office.live.snmp["office-ict/switch"] = SnmpState("ok")
    office.clock.advance(2)
    assert told not in (await ask(port, "/?lang=en")).text


async def test_a_ticket_of_a_missed_target_is_on_the_page(office: Desk, port: int) -> None:
    office.goes_down("backbone-north")
    page = (await ask(port, "/?lang=en")).text
    assert "BHR-2026-000001" in page
    assert "the promised time was over" in page


async def test_a_request_about_no_site_is_on_the_page_with_its_service(office: Desk, port: int) -> None:
    with office.store.write() as session:
        request = Request("citizen:8", "phone", "Rahima", "A question", office.clock.utc())
        register(Work(session, office.office, office.clock.utc(), "an officer"), request)
    page = (await ask(port, "/?lang=en")).text
    assert "<small>Support to the Union Digital Centres · open</small>" in page
    assert "Rahima" not in page


async def test_the_title_says_that_everything_is_up_only_when_it_is(office: Desk, port: int) -> None:
    assert "<title>Everything is up" not in (await ask(port, "/?lang=en")).text, "nothing was probed yet"
    for site in office.settings.fleet.sites.values():
        for device in site.devices:
            office.round(site.id, device=device.name)
    assert "<title>Everything is up" in (await ask(port, "/?lang=en")).text
    office.goes_down("udc-juniadaha")
    office.clock.advance(2)
    assert "<title>1 outage" in (await ask(port, "/?lang=en")).text


async def test_the_bangla_page_tells_reason_and_time_in_bangla(office: Desk, port: int) -> None:
    office.round("udc-chandgram")
    with office.store.write() as session:
        now_utc = office.clock.utc()
        opened = OutageOpened("udc-juniadaha", now_utc, now_utc, None, said("host unreachable from 127.77.0.1"))
        outages.apply(Work(session, office.office, now_utc), opened)
    page = (await ask(port, "/")).text
    assert "পৌঁছানোর পথ নেই (127.77.0.1)" in page


async def test_status_gives_the_same_as_data(office: Desk, port: int) -> None:
    office.goes_down("udc-juniadaha")
    office.round("udc-chandgram", lost=1)
    now = json.loads((await ask(port, "/api/v1/status")).body)
    sites = {site["id"]: site for site in now["sites"]}
    assert (sites["udc-juniadaha"]["state"], sites["udc-chandgram"]["state"]) == ("down", "up")
    assert sites["udc-chandgram"]["loss"] == pytest.approx(1 / 3, abs=0.001)
    assert sites["udc-juniadaha"]["since"] == "2026-11-24T03:00:00+00:00"
    assert [outage["site"] for outage in now["outages"]] == ["udc-juniadaha"]
    assert now["counts"]["udc"] == {"down": 1, "up": 1, "unknown": 4}


async def test_a_degraded_site_says_what_it_suffers_from(office: Desk, port: int) -> None:
    def take(device: str, verdict: Verdict, why: str = "") -> None:
        told = said(why) if why else None
        reason, poor = (None, told) if verdict is Verdict.OK else (told, None)
        for _ in range(3):
            office.board.observe(Sample(device, "snmp", office.clock.utc(), 0, verdict, reason=reason, poor=poor))

    take("backbone-north/gateway", Verdict.OK, "interface <sfp1> is 97 % used")
    take("udc-chandgram/gateway", Verdict.OK)
    now = json.loads((await ask(port, "/api/v1/status")).body)
    why = {site["id"]: site["why"] for site in now["sites"]}
    assert {id_: words for id_, words in why.items() if words} == {"backbone-north": "interface <sfp1> is 97 % used"}

    take("backbone-north/gateway", Verdict.FAILED, "timeout")
    office.clock.advance(2)
    now = json.loads((await ask(port, "/api/v1/status")).body)
    assert not any(site["why"] for site in now["sites"]), "an outage has its own reason"


async def test_markup_in_a_name_stays_text(office: Desk, port: int) -> None:
    sites = dict(office.settings.fleet.sites)
    evil = "<script>alert('ক')</script>"
    sites["udc-juniadaha"] = replace(sites["udc-juniadaha"], name_bn=evil, name_en=evil)
    office.live.fleet = Fleet(sites)
    page = (await ask(port, "/")).text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("path", ["/no-such-page", "/sites/no-such-site", "/tickets/x/y/z"])
async def test_a_browser_that_asks_for_what_is_not_there_is_told_so_on_a_page_with_a_way_back(
    port: int, path: str
) -> None:
    answer = await ask(port, path, accept="text/html,*/*;q=0.8", accept_language="bn")
    assert answer.status == 404
    assert "এমন কোনো পাতা নেই" in answer.text
    assert '<a class="button" href="/">' in answer.text


async def test_a_program_that_asks_for_what_is_not_there_gets_no_page(port: int) -> None:
    answer = await ask(port, "/no-such-page")
    assert (answer.status, answer.text) == (404, "Not Found")


@pytest.mark.parametrize(
    "path", ["/", "/metrics", "/api/v1/status", "/static/console.css", "/healthz", "/no-such-page"]
)
async def test_every_answer_carries_the_headers_that_keep_foreign_code_out(port: int, path: str) -> None:
    answer = await ask(port, path)
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["referrer-policy"] == "same-origin", "an invitation's code stands in an address"
    assert "geolocation=()" in answer.headers["permissions-policy"]
    assert "strict-transport-security" not in answer.headers, "no TLS is spoken here"
    assert "server" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/metrics", "/api/v1/status", "/readyz"])
async def test_nothing_can_be_changed_from_here(port: int, path: str, method: str) -> None:
    assert (await ask(port, path, method)).status == 405


async def test_health_follows_the_probing_loop(office: Desk, port: int) -> None:
    assert (await ask(port, "/healthz")).status == 503
    office.turned_mono_ns["probing"] = office.clock.mono_ns()
    assert (await ask(port, "/healthz")).status == 200
    office.clock.advance(46)
    assert (await ask(port, "/healthz")).status == 503


async def test_health_tells_the_age_of_probing_writing_and_looking_at_the_outbox_and_fails_with_each(
    office: Desk, port: int
) -> None:
    turned, now_ns = office.turned_mono_ns, office.clock.mono_ns
    turned.update(dict.fromkeys(("probing", "writing", "outbox"), now_ns()))
    office.clock.advance(3)
    answer = await ask(port, "/healthz")
    assert (answer.status, answer.text) == (200, "ok\nprobing 3.0 s ago\nwriting 3.0 s ago\noutbox 3.0 s ago\n")
    office.clock.advance(50)
    for late, others in (
        ("probing", ("writing", "outbox")),
        ("writing", ("probing", "outbox")),
        ("outbox", ("probing", "writing")),
    ):
        turned.update(dict.fromkeys(others, now_ns()))
        answer = await ask(port, "/healthz")
        assert (answer.status, answer.text.splitlines()[0]) == (503, f"{late} stands still")
        office.clock.advance(50)


async def test_a_mail_server_that_cannot_be_used_is_named_on_the_page_from_the_first_try_on(
    office: Desk, port: int
) -> None:
    office.live.mail_trouble = {"email": "mail.example.org:587: the login was refused: 535 no"}
    page = (await ask(port, "/?lang=en")).text
    assert "email: mail.example.org:587: the login was refused: 535 no" in page
    office.live.mail_trouble = {}
    office.clock.advance(2)
    assert "mail.example.org" not in (await ask(port, "/?lang=en")).text


async def test_it_is_ready_when_every_device_was_judged_once(office: Desk, port: int) -> None:
    assert (await ask(port, "/readyz")).status == 503
    office.live.judged.set()
    assert (await ask(port, "/readyz")).status == 200


async def test_a_database_that_does_not_answer_takes_neither_page_nor_probes_away(office: Desk, port: int) -> None:
    office.round("udc-juniadaha", Verdict.FAILED)
    (office.store.state / DATABASE).write_bytes(b"rubbish" * 1_000)
    office.store.close()
    page = await ask(port, "/?lang=en")
    assert page.status == 200
    assert "The database does not answer" in page.text
    assert 'upazila_store_readable{office="bheramara"} 0.0' in (await ask(port, "/metrics")).text


async def test_a_database_that_refuses_to_write_is_told_although_it_can_be_read(office: Desk, port: int) -> None:
    office.live.store_refuses = "database or disk is full"
    page = await ask(port, "/?lang=en")
    assert "The database refuses to write, decisions wait; is the disk full?" in page.text
    assert 'upazila_store_readable{office="bheramara"} 0.0' in (await ask(port, "/metrics")).text


async def test_metrics_are_compressed_for_who_asks(office: Desk, port: int) -> None:
    office.round("udc-juniadaha")
    plain = await ask(port, "/metrics")
    packed = await ask(port, "/metrics", accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert b"upazila_probe_success{" in gzip.decompress(packed.body)
    assert len(packed.body) < len(plain.body) / 4
