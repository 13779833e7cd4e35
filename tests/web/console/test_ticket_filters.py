"""What the URL of a list asks for."""

from dataclasses import replace
from datetime import datetime

import pytest

from monitor.alerts.cases.refusals import BadInput
from monitor.charter.office import Office
from monitor.domain.clock import DHAKA
from monitor.domain.roles import Role, Scope
from monitor.domain.ticket_states import UNSOLVED
from monitor.judging.board import Board
from monitor.judging.health import Rules
from monitor.store.ticket_list import TicketFilter
from monitor.web.auth.visitor import Visitor
from monitor.web.console.ticket_filters import TABS, ListQuery, choices, filter_of, source_text, tabs_of, within_tab
from monitor.web.overview import overview_of
from monitor.web.site_index import SiteIndex
from tests.desk import shipped_office

OFFICER = Visitor("rahim", Role.OFFICER)
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=DHAKA)


@pytest.fixture
def office() -> Office:
    return shipped_office()


def query(**parameters: str) -> ListQuery:
    return ListQuery.of(lambda name: parameters.get(name, ""))


def wanted(office: Office, visitor: Visitor = OFFICER, **parameters: str) -> TicketFilter:
    overview = overview_of(Board(office.fleet, Rules()), SiteIndex(office.fleet), visitor.scope)
    return filter_of(query(**parameters), visitor, overview, NOW)


def test_an_address_comes_back_as_it_was_and_an_unknown_tab_is_all() -> None:
    assert query(tab="late", q="নেট", stage="1").url(stage="") == "/tickets?tab=late&q=%E0%A6%A8%E0%A7%87%E0%A6%9F"
    assert query(tab="anything").tab == "all"
    assert not query(tab="late").narrows
    assert query(q="x").narrows


def test_who_sees_all_asks_about_no_sites_and_who_sees_a_union_only_about_its_own(office: Office) -> None:
    assert wanted(office).sites is None
    union = next(site.union for site in office.fleet.sites.values() if site.union)
    assert union is not None
    near = wanted(office, replace(OFFICER, scope=Scope(unions=(union,))))
    assert near.sites
    assert {office.fleet.sites[each].union for each in near.sites} == {union}
    assert wanted(office, union=union).sites == near.sites
    assert wanted(office).without_site
    assert not wanted(office, union=union).without_site


def test_words_find_sites_by_either_name_and_digits_in_any_script(office: Office) -> None:
    site = office.fleet.sites["udc-juniadaha"]
    assert site.id in wanted(office, q=site.name_bn[:5]).named
    assert site.id in wanted(office, q=site.name_en[:5].upper()).named
    assert wanted(office, q="০১৭১১-১২৩৪৫৬").text == "01711-123456"


@pytest.mark.parametrize("typed", ["6", "৬", "2026-6", "BHR-2026-000006", "bhr-2026-6"])
def test_a_number_is_that_ticket_alone_however_much_of_it_is_typed(office: Office, typed: str) -> None:
    assert wanted(office, q=typed).number == (2026, 6)


def test_only_who_may_know_requesters_searches_in_what_they_wrote(office: Office) -> None:
    assert wanted(office, q="x").personal
    assert not wanted(office, replace(OFFICER, role=Role.VIEWER), q="x").personal


def test_days_begin_and_end_at_midnight_in_dhaka_and_no_date_is_said_so(office: Office) -> None:
    found = wanted(office, since="2026-11-24", until="২০২৬-১১-২৪")
    assert found.opened_from_utc == datetime(2026, 11, 24, tzinfo=DHAKA)
    assert found.opened_until_utc == datetime(2026, 11, 25, tzinfo=DHAKA)
    for typed in ("yesterday", "9999-12-31", "2026-02-30"):
        with pytest.raises(BadInput) as refused:
            wanted(office, until=typed)
        assert refused.value.field == "until"


@pytest.mark.parametrize(
    ("tab", "stages", "states"),
    [
        ("mine", (0,), tuple(UNSOLVED)),
        ("today", None, tuple(UNSOLVED)),
        ("late", None, tuple(UNSOLVED)),
        ("waiting", None, ("waiting",)),
        ("stages", (1, 2, 3), tuple(UNSOLVED)),
        ("all", None, None),
    ],
)
def test_each_tab_narrows_the_list(
    office: Office, tab: str, stages: tuple[int, ...] | None, states: tuple[str, ...] | None
) -> None:
    found = within_tab(wanted(office), tab, OFFICER, office, NOW)
    assert (found.stages, found.states) == (stages, states)
    assert (found.due_until_utc is not None) == (tab in {"today", "late"})


def test_a_tab_and_a_filter_that_exclude_each_other_find_nothing(office: Office) -> None:
    found = within_tab(wanted(office, state="closed"), "late", OFFICER, office, NOW)
    assert found.states == ()


def test_mine_is_for_who_holds_a_stage(office: Office) -> None:
    assert "mine" in tabs_of(OFFICER)
    assert "mine" not in tabs_of(replace(OFFICER, role=Role.VIEWER))
    programmers = within_tab(wanted(office), "mine", replace(OFFICER, role=Role.PROGRAMMER), office, NOW)
    assert programmers.stages == (1,)
    assert set(tabs_of(OFFICER)) == set(TABS)


def test_every_choice_has_its_words(office: Office) -> None:
    found = choices(office, ["juniadaha"], "bn")
    assert all(word and word != value for offered in found.values() for value, word in offered)
    assert source_text("outage", "en") == "monitor"
