"""What a report can be about."""

import pytest

from monitor.domain.reasons import Names
from monitor.i18n.catalogue import render
from monitor.reports.report_scope import NoSuchScope, scope_of, sites_of
from tests.desk import shipped_office


def test_a_report_is_of_the_whole_office_unless_something_is_chosen() -> None:
    office = shipped_office()
    whole = scope_of(office)
    assert (whole.kind, whole.id, whole.official) == ("office", "", "")
    assert len(sites_of(office, whole)) == len(office.fleet.sites)


@pytest.mark.parametrize(
    ("kind", "typed", "id_", "sites"),
    [
        ("site", "udc-juniadaha", "udc-juniadaha", 1),
        ("union", " JUNIADAHA", "juniadaha", 4),
        ("kind", "Backbone", "backbone", 3),
    ],
)
def test_what_is_chosen_may_be_spelt_as_people_spell_it(kind: str, typed: str, id_: str, sites: int) -> None:
    office = shipped_office()
    found = scope_of(office, kind, typed)
    assert (found.id, len(sites_of(office, found))) == (id_, sites)


def test_a_kind_is_called_as_everywhere_else() -> None:
    assert scope_of(shipped_office(), "kind", "udc").name == Names("ইউনিয়ন ডিজিটাল সেন্টার", "Union Digital Centres")


@pytest.mark.parametrize("kind", ["site", "union", "kind", "operator"])
def test_what_is_not_there_is_refused_by_its_name(kind: str) -> None:
    with pytest.raises(NoSuchScope) as refused:
        scope_of(shipped_office(), kind, "udc-juniadahh")
    assert "udc-juniadahh" in render(refused.value.said, "en")


@pytest.mark.parametrize("typed", ["2", "২", "official:2"])
def test_an_official_service_is_found_by_its_number(typed: str) -> None:
    assert scope_of(shipped_office(), official=typed).official == "official:2"


@pytest.mark.parametrize("typed", ["9", "citizen:2", "two"])
def test_another_than_an_official_service_is_refused(typed: str) -> None:
    with pytest.raises(NoSuchScope):
        scope_of(shipped_office(), official=typed)
