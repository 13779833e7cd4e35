"""The page of a site, as it is served."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.alerts.cases.actions import excuse_outage, note_site
from monitor.domain.downtime import Downtime
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.sample import Verdict
from monitor.domain.states import DowntimeKind
from monitor.i18n.reasons import reason_text
from monitor.settings.fleet import Fleet
from monitor.settings.sites_file import ContactEntry
from monitor.store import site_page_queries
from monitor.store.models import Outage, SuppressedOutage
from monitor.store.site_page_queries import SiteOutage
from monitor.store.work import Work
from monitor.web.console.site_view import fiscal_year_utc, promise_of, spans_of
from tests.charter.calendars import dhaka
from tests.web.asking import ask
from tests.web.console.visits import FAR, VIEWER, Visits
from tests.web.desk import Desk

SITE, PARENT, ROOT = "udc-bahadurpur", "backbone-north", "backbone-bheramara"


async def text_of(port: int, path: str) -> str:
    answer = await ask(port, path)
    assert answer.status == 200
    return re.sub(r"\s+", " ", answer.text)


def words_of(html: str) -> str:
    """What a reader sees."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


async def test_a_site_that_is_down_says_since_when_where_the_fault_is_and_until_when_it_is_promised(
    office: Desk, port: int
) -> None:
    office.goes_down(SITE)
    office.clock.advance(timedelta(minutes=90).total_seconds())
    seen = words_of(await text_of(port, f"/sites/{SITE}?lang=bn"))
    assert "আজ ০৯:০০ থেকে সংযোগ নেই: ১ ঘণ্টা ৩০ মিনিট।" in seen
    assert "উপরের পথ ঠিক আছে; ত্রুটি এখানেই।" in seen
    assert "আগামীকাল ১৭:০০ পর্যন্ত" in seen
    assert "এই বিঘ্নে এখনও টিকিট নেই" in seen


async def test_a_site_behind_a_broken_one_points_to_it_and_is_no_outage_of_its_own(office: Desk, port: int) -> None:
    office.goes_down(PARENT)
    for _ in range(3):
        office.round(SITE, Verdict.FAILED)
    page = await text_of(port, f"/sites/{SITE}?lang=en")
    name = office.settings.fleet.sites[PARENT].name_en
    assert f"No connection, because {name} is down." in words_of(page)
    assert f'The fault is further up: <a href="/sites/{PARENT}">{name}</a>' in page
    assert "No outage is stored." in page
    root = await text_of(port, f"/sites/{PARENT}?lang=en")
    assert "1 more behind it" in words_of(root)


async def test_the_way_to_a_site_is_drawn_from_the_monitor_on_with_each_state(office: Desk, port: int) -> None:
    office.round(ROOT)
    office.goes_down(PARENT)
    page = await text_of(port, f"/sites/{SITE}?lang=en")
    path = re.search(r'<ol class="path".*?</ol>', page)
    assert path is not None
    steps = re.findall(r'<li class="([^"]*)">', path[0])
    assert steps == ["up", "down cut", "off"], "the root works, its link is cut, and the site is not known"


async def test_a_change_of_any_site_on_the_way_renews_the_open_page(port: int) -> None:
    page = await text_of(port, f"/sites/{SITE}")
    assert f'<div id="now" data-live="site:{ROOT} site:{PARENT} site:{SITE}"' in page


async def test_a_lab_that_is_silent_before_school_is_no_outage_and_the_page_says_why(office: Desk, port: int) -> None:
    lab = next(site for site in office.settings.fleet.sites.values() if site.kind == "lab")
    now = office.clock.utc()
    opens = dhaka("2026-11-24T10:00")
    why = reason(ReasonCode.OUTSIDE_HOURS, hours="school")
    office.board.in_downtime[lab.id] = Downtime(DowntimeKind.HOURS, why, opens)
    with office.store.write() as session:
        session.add(SuppressedOutage(site=lab.id, kind="hours", why=why, since_utc=now, planned_until_utc=opens))
    seen = words_of(await text_of(port, f"/sites/{lab.id}?lang=en"))
    assert "No answer, at a time when no outage is counted." in seen
    assert "until today 10:00" in seen, "when school begins"
    assert reason_text(why, "en") in seen
    assert "No outage is stored." in seen


async def test_a_site_that_answers_poorly_is_said_to_and_is_not_green(office: Desk, port: int) -> None:
    for _ in range(4):
        office.round(ROOT, lost=2)
    page = await text_of(port, f"/sites/{ROOT}?lang=en")
    assert "It answers, but poorly." in page
    assert '<span class="sign warn"' in page
    assert "1 of 3 answered" in page


async def test_what_was_not_measured_is_neither_up_nor_down(port: int) -> None:
    page = await text_of(port, f"/sites/{SITE}?lang=en")
    assert "Not known: nothing was measured yet that counts." in page
    assert 'class="up"' not in re.search(r'<div class="strip">.*?<p class="legend">', page)[0]  # type: ignore[index]


async def test_the_strip_of_a_day_says_in_words_what_it_shows(office: Desk, port: int) -> None:
    office.goes_down(SITE)
    office.clock.advance(3_600)
    page = await text_of(port, f"/sites/{SITE}?lang=en")
    strip = re.search(r'<svg viewBox="0 0 1440 38"[^>]*aria-label="([^"]*)"', page)
    assert strip is not None
    assert strip[1] == "unmonitored yesterday 10:00 – today 09:00; down today 09:00 – today 10:00"


async def test_an_unknown_site_is_not_found(port: int) -> None:
    assert (await ask(port, "/sites/udc-nowhere")).status == 404
    assert (await ask(port, "/sites/%3Cscript%3E")).status == 404


async def test_only_a_part_of_the_page_is_given_out_when_it_is_asked_for(office: Desk, port: int) -> None:
    office.goes_down(SITE)
    part = (await ask(port, f"/sites/{SITE}?part=now&lang=en")).text
    assert part.lstrip().startswith('<div id="now"')
    assert f'hx-get="/sites/{SITE}?part=now"' in part
    assert "<html" not in part
    assert (await ask(port, f"/sites/{SITE}?part=inside")).text.lstrip().startswith('<section class="card" id="inside"')
    assert (await ask(port, f"/sites/{SITE}?part=nonsense")).status == 404


async def test_notes_are_shown_with_who_wrote_them_and_no_note_is_markup(office: Desk, port: int) -> None:
    with office.store.write() as session:
        note_site(Work(session, office.office, office.clock.utc(), "rahim"), SITE, "<img src=x> চাবি সচিবের কাছে")
    page = await text_of(port, f"/sites/{SITE}?lang=bn")
    assert "&lt;img src=x&gt; চাবি সচিবের কাছে" in page
    assert "<img" not in page
    assert re.search(r"rahim · <time [^>]*>আজ ", page)


async def test_telephone_numbers_are_for_those_with_a_name(office: Desk, port: int) -> None:
    contact = ContactEntry(role="head", name_bn="আ. রহিম", name_en="A. Rahim", phone="01711-000000")
    sites = {**office.settings.fleet.sites}
    sites[SITE] = replace(sites[SITE], contacts=(contact,))
    office.live.fleet = Fleet(sites, office.settings.fleet.groups)
    page = await text_of(port, f"/sites/{SITE}?lang=en")
    assert "01711" not in page
    assert "A. Rahim" not in page
    assert "Log in to see telephone numbers." in page


async def test_the_availability_of_three_spans_adds_up_on_the_page(office: Desk, port: int) -> None:
    office.goes_down(SITE)
    office.clock.advance(5 * 3_600)
    page = await text_of(port, f"/sites/{SITE}?lang=en")
    tables = re.findall(r'<table class="sum">.*?</table>', page)
    assert len(tables) == 2
    for table in tables:
        rows = [re.findall(r'<td class="number">(\d+):(\d\d)</td>', row) for row in table.split("<tr")]
        minutes = [[int(hours) * 60 + int(rest) for hours, rest in row] for row in rows if row]
        *parts, whole = minutes
        assert len(parts) == 4
        assert [sum(column) for column in zip(*parts, strict=True)] == whole
        assert whole[0] > 0


def outage(**changes: Any) -> SiteOutage:
    began = dhaka("2026-11-24T09:00")
    plain = SiteOutage(1, began, began, None, None, dhaka("2026-11-25T17:00"), "citizen:8", None, "", None, "", None, 0)
    return plain._replace(**changes)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, "running"),
        ({"deadline_utc": dhaka("2026-11-24T10:00")}, "late"),
        ({"ended_utc": dhaka("2026-11-24T11:00"), "end_reason": "recovered"}, "kept"),
        ({"ended_utc": dhaka("2026-11-25T17:01"), "end_reason": "recovered"}, "missed"),
        ({"ended_utc": dhaka("2026-11-24T11:00"), "end_reason": "removed"}, "none"),
        ({"excuse": "cable cut by the road works"}, "excused"),
    ],
)
def test_whether_a_promise_was_kept(changes: dict[str, Any], kept: str) -> None:
    assert promise_of(outage(**changes), dhaka("2026-11-24T12:00")) == kept


def test_the_fiscal_year_begins_in_july_and_spans_end_now_or_before() -> None:
    assert fiscal_year_utc(dhaka("2026-11-24T09:00")) == dhaka("2026-07-01T00:00")
    assert fiscal_year_utc(dhaka("2027-06-30T23:59")) == dhaka("2026-07-01T00:00")
    assert fiscal_year_utc(dhaka("2027-07-01T00:00")) == dhaka("2027-07-01T00:00")
    january = spans_of(dhaka("2027-01-01T00:30"))
    assert january["Last month"] == (dhaka("2026-12-01T00:00"), dhaka("2027-01-01T00:00"))


async def test_in_the_first_moment_of_a_fiscal_year_the_page_is_there(office: Desk, port: int) -> None:
    now = office.clock.utc()
    office.clock.advance((dhaka("2027-07-01T00:00") - now).total_seconds())
    assert (await ask(port, f"/sites/{SITE}")).status == 200


async def test_older_outages_are_on_further_pages(office: Desk, port: int) -> None:
    now = office.clock.utc()
    with office.store.write() as session:
        for days in range(25, 0, -1):
            began = now - timedelta(days=days)
            session.add(
                Outage(
                    site=SITE,
                    service="citizen:8",
                    started_utc=began,
                    confirmed_utc=began,
                    ended_utc=began + timedelta(minutes=days),
                    end_reason="recovered",
                    deadline_utc=began + timedelta(days=1),
                )
            )
    path, lengths = f"/sites/{SITE}?lang=en", []
    while path:
        page = (await ask(port, path)).text
        table = page[page.index('id="outages"') :]
        lengths += re.findall(r"<td>(\d+) minutes?</td>", table)
        further = re.search(r'href="([^"]*before=\d+)#outages"', page)
        path = f"{further[1]}&lang=en" if further else ""
    assert lengths == [str(days) for days in range(1, 26)]
    assert "25 outages in this fiscal year" in page


async def test_an_excused_outage_says_why_instead_of_a_missed_promise(office: Desk, port: int) -> None:
    office.goes_down(SITE)
    office.clock.advance(timedelta(days=3).total_seconds())
    with office.store.write() as session:
        stored = site_page_queries.open_outage(session, SITE)
        assert stored is not None
        excuse_outage(
            Work(session, office.office, office.clock.utc(), "rahim"), stored.id, "the whole feeder was rebuilt"
        )
    page = words_of(await text_of(port, f"/sites/{SITE}?lang=en"))
    assert "not counted: the whole feeder was rebuilt" in page


@pytest.fixture
def visits(office: Desk) -> Iterator[Visits]:
    with Visits(office) as made:
        yield made


def test_an_officer_writes_a_note_and_everybody_reads_who_wrote_it(visits: Visits) -> None:
    done = visits.post(f"/sites/{SITE}/note", {"text": "The router is upstairs."})
    assert (done.status, done.location, done.toast) == (303, f"/sites/{SITE}#notes", "The note is kept")
    page = visits.get(f"/sites/{SITE}").text
    assert "The router is upstairs." in page
    empty = visits.post(f"/sites/{SITE}/note", {"text": " "})
    assert empty.status == 422
    visits.visitor = VIEWER
    page = visits.get(f"/sites/{SITE}").text
    assert "The router is upstairs." in page
    assert f"/sites/{SITE}/note" not in page, "who may write none has no form"
    assert visits.post(f"/sites/{SITE}/note", {"text": "no"}).status == 403


def test_an_officer_probes_now_and_gets_the_answer_in_words_but_not_twice_at_once(visits: Visits) -> None:
    done = visits.post(f"/sites/{SITE}/probe", {})
    assert (done.status, done.toast) == (303, "It answers: 3 of 3 echoes came back, in 2.1 ms")
    assert visits.post(f"/sites/{SITE}/probe", {}).toast.startswith("It was asked a moment ago: try again in 10 s")


def test_a_traced_way_stands_on_the_page_with_its_hops(visits: Visits) -> None:
    assert visits.post(f"/sites/{SITE}/trace", {}).status == 303
    page = visits.get(f"/sites/{SITE}").text
    assert "the site was reached" in page
    address = visits.desk.settings.fleet.sites[SITE].gateway.address
    assert f'<li value="1">127.77.0.1</li><li value="2">{address}</li>' in page


def test_who_is_of_elsewhere_gets_nothing_of_the_site(visits: Visits) -> None:
    visits.visitor = FAR
    assert visits.get(f"/sites/{SITE}").status == 404
    for act in ("note", "probe", "trace"):
        assert visits.post(f"/sites/{SITE}/{act}", {"text": "x"}).status == 404
    assert SITE not in visits.get("/sites").text


def test_those_with_a_name_can_call_whom_the_site_names(visits: Visits) -> None:
    sites = {**visits.desk.settings.fleet.sites}
    contact = ContactEntry(role="head", name_bn="আ. রহিম", name_en="A. <b>Rahim", phone="০১৭১১-000 000")
    sites[SITE] = replace(sites[SITE], contacts=(contact,))
    visits.desk.live.fleet = Fleet(sites, visits.desk.settings.fleet.groups)
    visits.visitor = VIEWER
    page = visits.get(f"/sites/{SITE}").text
    assert 'href="tel:01711-000000"' in page, "no telephone dials Bangla digits"
    assert "A. &lt;b&gt;Rahim" in page


async def test_the_label_needs_the_address_of_the_page_and_then_has_its_code(office: Desk, port: int) -> None:
    assert "page_url" in (await ask(port, f"/sites/{SITE}/label?lang=en")).text
    mail = office.settings.monitor.mail.model_copy(update={"page_url": "https://ict.example.org/"})
    office.settings = replace(office.settings, monitor=office.settings.monitor.model_copy(update={"mail": mail}))
    page = (await ask(port, f"/sites/{SITE}/label?lang=en")).text
    assert "https://ict.example.org/public<" in page
    assert "<svg" in page[page.index('class="code"') :]
    assert "style=" not in page
