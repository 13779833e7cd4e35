"""The register: while somebody is on the line the place, the date, the known outage and repeats stand there."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from monitor.store.models import Ticket
from monitor.web.console.register import picture
from tests.web.console.cases import CENTRE, COMPLAINT, PHONE, late, register, wait
from tests.web.console.visits import FAR, OFFICER, VIEWER, Page, Visits
from tests.web.desk import Desk

NEW = "/tickets/new"


@pytest.fixture
def visits(office: Desk) -> Iterator[Visits]:
    office.clock.advance(3_600)  # Tuesday at 10:00
    with Visits(office) as made:
        yield made


def fill(visits: Visits, **fields: str) -> Page:
    """Fill in an empty form, and press a button."""
    return go_on(visits, visits.get(NEW), **fields)


def go_on(visits: Visits, page: Page, **fields: str) -> Page:
    """Fill in the rest of a form as it was drawn, and press a button."""
    return visits.post(NEW, {**page.form(NEW), "do": "register", **fields})


def tickets(visits: Visits) -> list[Ticket]:
    with visits.desk.store.read() as session:
        found = list(session.scalars(select(Ticket).order_by(Ticket.id)))
        assert all(ticket.events for ticket in found)
        return found


def test_a_complaint_by_telephone_is_registered_by_three_fields_and_its_slip_has_number_code_and_date(
    visits: Visits,
) -> None:
    done = fill(visits, site=CENTRE, text="সকাল থেকে নেট নেই")
    assert (done.status, done.location) == (303, f"/tickets/{COMPLAINT}/slip")
    (ticket,) = tickets(visits)
    assert (ticket.service, ticket.source, ticket.site, ticket.asker) == ("citizen:8", "phone", CENTRE, "")
    slip = visits.get(done.location)
    for each in (COMPLAINT, f"{ticket.code[:4]}-{ticket.code[4:]}", "25 November 2026, 17:00", "<svg", "(1 month)"):
        assert each in slip.text


def test_all_that_is_known_of_the_caller_is_kept(visits: Visits) -> None:
    said = {"asker": "রহিমা", "phone": PHONE, "email": "r@example.org", "memo": "৫৬.০৪.৫০", "way": "letter"}
    fill(visits, service="citizen:5", text="a notice", **said)
    (ticket,) = tickets(visits)
    kept = (ticket.asker, ticket.asker_phone, ticket.asker_email, ticket.memo, ticket.source)
    assert kept == tuple(said.values())
    assert ticket.service == "citizen:5"


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(visits: Visits) -> None:
    for field, wrong in (("text", ""), ("phone", "at the gate"), ("email", "nobody"), ("site", "nowhere")):
        page = fill(visits, **{"site": CENTRE, "text": "নেট নেই", "asker": "রহিমা", field: wrong})
        assert page.status == 422
        assert f'id="wrong-{field}"' in page.text
        assert page.form(NEW)["asker"] == "রহিমা"
    assert 'id="wrong-service"' in fill(visits, text="নেট নেই").text
    assert tickets(visits) == []


def test_the_date_and_its_count_stand_there_before_anything_is_registered(visits: Visits) -> None:
    page = fill(visits, do="count", site=CENTRE)
    assert page.status == 200
    for each in ("25 November 2026, 17:00", "1st working day: by 17:00", "Say on the telephone:", "Set by the site"):
        assert each in page.text
    assert page.form(NEW)["chosen"] == "citizen:8"
    assert tickets(visits) == []
    part = visits.post(f"{NEW}?part=promise", {"site": CENTRE, "way": "phone"})
    assert part.text.lstrip().startswith("<aside")
    assert "25 November 2026, 17:00" in part.text
    assert tickets(visits) == []


def test_when_the_office_is_closed_it_says_from_when_it_is_at_work(visits: Visits) -> None:
    visits.desk.clock.advance(10 * 3_600)
    assert "The office is closed; it is at work from tomorrow 09:00." in fill(visits, do="count", site=CENTRE).text


def test_a_service_without_a_wait_is_promised_at_once(visits: Visits) -> None:
    page = fill(visits, do="count", site="backbone-bheramara")
    assert "“It is taken up at once.”" in page.text


def test_a_service_chosen_by_hand_stays_and_one_set_by_the_site_follows_the_site(visits: Visits) -> None:
    drawn = fill(visits, do="count", site=CENTRE)
    moved = go_on(visits, drawn, do="count", site="lab-juniadaha-girls", service="citizen:8")
    assert '<option value="citizen:6" selected>' in moved.text
    kept = go_on(visits, drawn, do="count", site="lab-juniadaha-girls", service="citizen:5")
    assert '<option value="citizen:5" selected>' in kept.text


def test_the_search_finds_places_and_those_without_connection_stand_first(visits: Visits) -> None:
    visits.desk.goes_down("lab-juniadaha-girls")
    name = visits.desk.settings.fleet.sites[CENTRE].name_bn[:8]
    page = visits.post(f"{NEW}?part=places", {"where": name})
    found = [part.partition('"')[0] for part in page.text.split('name="site" value="')[1:]]
    assert found[0] == "lab-juniadaha-girls"
    assert CENTRE in found
    assert found[-1] == ""
    assert "No site is called that" in visits.post(f"{NEW}?part=places", {"where": "xyzzy"}).text


def test_a_known_outage_is_offered_and_the_complaint_is_tied_to_it_or_not(visits: Visits) -> None:
    visits.desk.goes_down(CENTRE)
    drawn = fill(visits, do="count", site=CENTRE)
    assert "This is known:" in drawn.text
    assert drawn.form(NEW)["tie"] == "yes"
    go_on(visits, drawn, site=CENTRE, text="tied")
    without = {name: value for name, value in drawn.form(NEW).items() if name != "tie"}
    visits.post(NEW, {**without, "site": CENTRE, "text": "not tied", "do": "register"})
    tied, loose = tickets(visits)
    assert [any(event.kind == "linked" for event in each.events) for each in (tied, loose)] == [True, False]


def test_an_outage_above_the_site_is_named_although_nothing_can_be_tied_to_it(visits: Visits) -> None:
    fleet = visits.desk.settings.fleet
    above = fleet.sites[CENTRE].parent
    assert above
    visits.desk.goes_down(above)
    with visits.desk.store.write() as session:
        from monitor.store.outage_rows import affect

        affect(session, above, CENTRE, visits.desk.clock.utc())
    page = fill(visits, do="count", site=CENTRE)
    assert fleet.sites[above].name_en in page.text
    assert 'type="checkbox" name="tie"' not in page.text


def test_earlier_requests_of_the_site_or_the_telephone_are_offered_and_a_repeat_says_of_which(visits: Visits) -> None:
    register(visits.desk)
    wait(visits.desk, hours=2)
    drawn = fill(visits, do="count", site=CENTRE)
    assert "Did it come before? 1 in 30 days" in drawn.text
    by_phone = fill(visits, do="count", service="citizen:5", phone=PHONE)
    assert COMPLAINT in by_phone.text
    go_on(visits, drawn, site=CENTRE, text="again", repeat_of=COMPLAINT)
    assert f"a repeat of {COMPLAINT}" in visits.get("/tickets/BHR-2026-000002").text
    assert fill(visits, text="x", service="citizen:5", repeat_of="BHR-2026-009999").status == 409


def test_what_came_on_an_earlier_day_says_why_it_is_registered_only_now(visits: Visits) -> None:
    page = fill(visits, site=CENTRE, text="নেট নেই", received="2026-11-23T16:30")
    assert (page.status, 'id="wrong-why_late"' in page.text) == (422, True)
    done = go_on(visits, page, why_late="খাতায় লেখা ছিল")
    assert done.status == 303
    assert "খাতায় লেখা ছিল" in visits.get(f"/tickets/{COMPLAINT}").text
    assert fill(visits, site=CENTRE, text="x", received="2026-12-24T10:00").status == 422
    assert fill(visits, site=CENTRE, text="x", received="soon").status == 422


def test_a_form_that_is_sent_twice_over_a_weak_line_registers_once(visits: Visits) -> None:
    drawn = visits.get(NEW)
    sent = [go_on(visits, drawn, site=CENTRE, text="নেট নেই", asker="রহিমা") for _ in range(2)]
    assert len({page.location for page in sent}) == 1
    visits.desk.clock.advance(11 * 60)
    go_on(visits, drawn, site=CENTRE, text="নেট নেই", asker="রহিমা")
    with visits.desk.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 2


def test_the_next_one_begins_with_an_empty_form(visits: Visits) -> None:
    done = fill(visits, site=CENTRE, text="নেট নেই", do="next")
    assert (done.location, COMPLAINT in done.toast) == (NEW, True)


def test_who_may_not_register_gets_no_form_and_who_is_of_elsewhere_registers_nothing_here(visits: Visits) -> None:
    register(visits.desk)
    visits.visitor = VIEWER
    assert visits.get(NEW).status == 403
    assert visits.post(NEW, {"text": "x"}).status == 403
    assert visits.get(f"/tickets/{COMPLAINT}/slip").status == 403
    visits.visitor = FAR
    assert fill(visits, site=CENTRE, text="x").status == 422
    assert CENTRE not in visits.post(f"{NEW}?part=places", {"where": CENTRE}).text
    assert len(tickets(visits)) == 1


def test_the_slips_picture_leads_to_the_public_page_where_there_is_one_and_never_holds_the_code_in_a_link(
    visits: Visits,
) -> None:
    fill(visits, site=CENTRE, text="নেট নেই")
    slip = f"/tickets/{COMPLAINT}/slip"
    assert "Ask how far it is with this number and this code." in visits.get(slip).text
    monitor = visits.desk.settings.monitor
    for served, end in (("", ""), ("127.0.0.1:9787", f"/track?number={COMPLAINT}")):
        web = monitor.web.model_copy(update={"public": served})
        public = monitor.public.model_copy(update={"url": "https://desk.example/state"})
        changed = monitor.model_copy(update={"web": web, "public": public})
        visits.desk.settings = replace(visits.desk.settings, monitor=changed)
        page = visits.get(slip)
        assert str(picture(f"https://desk.example/state{end}")) in page.text
        assert "Take a picture of this" in page.text


def test_an_outages_ticket_has_no_slip(office: Desk) -> None:
    late(office)
    with Visits(office, replace(OFFICER, lang="bn")) as visits:
        assert visits.get("/tickets/BHR-2026-000002/slip").status == 404
        assert "রসিদ" in visits.get(f"/tickets/{COMPLAINT}").text


def test_the_picture_has_no_style_and_no_script() -> None:
    svg = str(picture("BHR-2026-000001 CDFG-2345"))
    assert svg.startswith("<svg")
    assert "style" not in svg
    assert "class" not in svg
