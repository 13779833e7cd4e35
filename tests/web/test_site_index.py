"""Sites are found by what a person types of them, and stand in the order of the alphabet."""

from dataclasses import replace

import pytest

from monitor.configuration import load
from monitor.i18n.sorting import name_key
from monitor.settings.fleet import Fleet
from monitor.web.site_index import SiteIndex
from tests.places import SHIPPED


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return load(SHIPPED).fleet


@pytest.fixture(scope="module")
def index(fleet: Fleet) -> SiteIndex:
    return SiteIndex(fleet)


def test_a_part_of_an_id_or_a_name_finds_a_site_however_it_is_written(fleet: Fleet, index: SiteIndex) -> None:
    for typed in ("udc-JUNIADAHA", "juniadaha  union", "জুনিয়াদহ ইউনিয়ন"):
        assert "udc-juniadaha" in index.called(typed)
    assert index.called("nowhere") == frozenset()
    assert index.called("") == fleet.sites.keys()


def test_words_may_be_of_different_names_of_a_site_and_all_must_be_there(fleet: Fleet, index: SiteIndex) -> None:
    site = next(site for site in fleet.sites.values() if site.union)
    assert site.union is not None
    assert site.id in index.described(f"{site.id} {site.union.upper()}")
    assert index.described(f"{site.id} nowhere") == frozenset()


def test_sites_of_a_union_and_of_a_kind_are_those_that_say_so(fleet: Fleet, index: SiteIndex) -> None:
    assert index.of_kind("udc") == {site.id for site in fleet.sites.values() if site.kind == "udc"}
    assert index.of_union("JUNIADAHA") == {site.id for site in fleet.sites.values() if site.union == "juniadaha"}
    assert not index.of_kind("")
    assert not index.of_union("")


def test_few_and_many_are_put_into_one_order(fleet: Fleet) -> None:
    some = fleet.sites["udc-juniadaha"]
    many = {f"s-{n}": replace(some, id=f"s-{n}", name_bn=f"স্থাপনা {n}", name_en=f"Site {n}") for n in range(200)}
    index = SiteIndex(Fleet(many))
    by_name = sorted(many, key=lambda id_: name_key(many[id_].name_en))
    for chosen in (set(many), set(list(many)[::70]), set[str]()):
        whole = [id_ for id_ in by_name if id_ in chosen]
        assert index.in_order(chosen, "en") == whole
        assert index.in_order(chosen, "en", 2, 4) == whole[2:4]
