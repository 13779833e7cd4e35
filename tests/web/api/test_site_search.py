"""Sites are found by what a person types of them."""

from dataclasses import replace

from monitor.configuration import load
from monitor.web.api.site_search import SiteSearch
from tests.places import SHIPPED


def test_a_part_of_an_id_or_a_name_finds_a_site_however_it_is_written() -> None:
    fleet, search = load(SHIPPED).fleet, SiteSearch()
    for typed in ("udc-JUNIADAHA", "juniadaha  union", "জুনিয়াদহ ইউনিয়ন"):
        assert "udc-juniadaha" in search.ids(fleet, typed)
    assert search.ids(fleet, "nowhere") == frozenset()
    assert search.ids(fleet, "") == fleet.sites.keys()


def test_another_fleet_is_searched_anew() -> None:
    fleet, search = load(SHIPPED).fleet, SiteSearch()
    search.ids(fleet, "x")
    site = replace(fleet.sites["udc-juniadaha"], name_en="The new name")
    assert search.ids(replace(fleet, sites={site.id: site}), "new name") == {"udc-juniadaha"}
