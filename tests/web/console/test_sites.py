"""The list of sites, as it is served."""

import re
from dataclasses import replace

import pytest

from monitor.domain.roles import EVERYWHERE
from monitor.domain.sample import Verdict
from monitor.i18n.sorting import name_key
from monitor.judging.board import Board
from monitor.judging.health import Rules, State
from monitor.settings.fleet import Fleet, Site
from monitor.web.console.sites import Wanted, found
from monitor.web.overview import overview_of
from monitor.web.site_index import SiteIndex
from tests.web.asking import ask
from tests.web.desk import Desk

ROOT, LINK, BEHIND = "backbone-bheramara", "backbone-north", "udc-bahadurpur"


async def listed(port: int, query: str = "") -> list[str]:
    page = (await ask(port, f"/sites?lang=en{query}")).text
    return re.findall(r'<a href="/sites/([a-z0-9-]+)"><b>', page)


async def test_the_worst_stand_first_and_then_by_name(office: Desk, port: int) -> None:
    office.round("udc-dharampur")
    office.goes_down(LINK)
    for _ in range(3):
        office.round(BEHIND, Verdict.FAILED)
    found = await listed(port)
    assert found[:2] == [LINK, BEHIND]
    assert set(found[-2:]) == {ROOT, "udc-dharampur"}, "what is up comes last"
    assert len(found) == len(office.settings.fleet.sites)


async def test_filters_stand_in_the_url_and_narrow_together(office: Desk, port: int) -> None:
    office.goes_down("udc-dharampur")
    assert await listed(port, "&state=down") == ["udc-dharampur"]
    assert await listed(port, "&state=down&kind=lab") == []
    assert set(await listed(port, "&kind=backbone")) == {ROOT, LINK, "backbone-south"}
    union = await listed(port, "&union=chandgram")
    assert union
    assert {office.settings.fleet.sites[site].union for site in union} == {"chandgram"}
    assert set(await listed(port, f"&behind={LINK}")) == set(office.settings.fleet.descendants(LINK))


@pytest.mark.parametrize(
    "typed",
    [
        "%E0%A6%AC%E0%A6%BE%E0%A6%B9%E0%A6%BE%E0%A6%A6%E0%A7%81%E0%A6%B0%E0%A6%AA%E0%A7%81%E0%A6%B0",
        "bAHADUR",
        "union%20bahadur",
    ],
)
async def test_words_are_found_in_either_language_and_any_case(port: int, typed: str) -> None:
    assert BEHIND in await listed(port, f"&text={typed}")


async def test_who_is_behind_a_broken_link_says_because_of_which(office: Desk, port: int) -> None:
    office.goes_down(LINK)
    for _ in range(3):
        office.round(BEHIND, Verdict.FAILED)
    page = (await ask(port, "/sites?state=unreachable&lang=en")).text
    assert f"because of {office.settings.fleet.sites[LINK].name_en}" in page


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=abc",
        "page=1.5",
        "page=%C2%B2",
        "page=99999999",
        "page=%D9%A3",
        "state=x",
        "kind=%00",
        "union=%F0%9F%92%A9",
        "text=%22%3E%3Cb%3E",
        "look=x",
        "behind=nobody",
    ],
)
async def test_nonsense_in_the_url_is_answered_with_a_list(port: int, query: str) -> None:
    answer = await ask(port, f"/sites?{query}")
    assert answer.status == 200
    assert "<b>&" not in answer.text
    assert '"><b>' not in answer.text.split('name="text"')[1].split(">")[0]


async def test_an_empty_list_says_so_and_leads_back(port: int) -> None:
    page = (await ask(port, "/sites?text=zzzz&lang=en")).text
    assert "No site is like that." in page
    assert 'href="/sites"' in page


async def test_tiles_and_pages_keep_the_filters(port: int) -> None:
    page = (await ask(port, "/sites?kind=lab&look=tiles&lang=en")).text
    assert 'class="tiles"' in page
    assert 'href="/sites?kind=lab"' in page
    assert Wanted(kind="lab", page=3).url(page=4) == "/sites?kind=lab&page=4"
    assert Wanted(kind="lab", page=3).url(state="down") == "/sites?kind=lab&state=down"


def test_pages_of_fifty_hold_every_site_once_the_worst_first_and_then_by_name(office: Desk) -> None:
    some = next(iter(office.settings.fleet.sites.values()))
    fleet = Fleet({f"s-{number}": _copy(some, number) for number in range(230)})
    overview = overview_of(Board(fleet, Rules()), SiteIndex(fleet), EVERYWHERE)
    for number, id_ in enumerate(fleet.sites):
        overview.put(id_, State.DOWN if number % 30 == 7 else State.UP if number % 2 else State.DEGRADED)
    shown = [found(Wanted(page=page), overview, "bn") for page in range(1, 6)]
    assert [len(page) for page, _ in shown] == [50, 50, 50, 50, 30]
    assert {count for _, count in shown} == {230}
    order = [State.DOWN, State.DEGRADED, State.UP]
    expected = sorted(
        fleet.sites, key=lambda id_: (order.index(overview.states[id_]), name_key(fleet.sites[id_].name_bn))
    )
    assert [id_ for page, _ in shown for id_ in page] == expected
    assert found(Wanted(page=9), overview, "bn") == shown[-1], "behind the last page is the last page"
    assert found(Wanted(state="down", text="site 37"), overview, "en") == (["s-37"], 1)


def _copy(site: Site, number: int) -> Site:
    return replace(site, id=f"s-{number}", name_bn=f"স্থাপনা {number}", name_en=f"Site {number}")


async def test_the_unions_of_a_country_are_typed_as_the_page_must_stay_small(office: Desk, port: int) -> None:
    assert '<select id="union"' in (await ask(port, "/sites")).text
    some = next(iter(office.settings.fleet.sites.values()))
    office.live.fleet = Fleet(
        {f"s-{number}": replace(_copy(some, number), union=f"union {number}") for number in range(900)}
    )
    page = (await ask(port, "/sites?lang=en&union=Union%20%E0%A7%AD")).text
    assert '<input id="union"' in page
    assert re.findall(r'<a href="/sites/([a-z0-9-]+)"><b>', page) == ["s-7"], "in any case, with any digits"
    assert len((await ask(port, "/sites?lang=en")).text) < 60_000


@pytest.mark.parametrize("path", ["/sites", "/sites?union=chandgram", "/sites/udc-chandgram"])
@pytest.mark.parametrize(("lang", "name"), [("bn", "চাঁদগ্রাম"), ("en", "Chandgram")])
async def test_a_union_is_called_by_its_name(office: Desk, port: int, path: str, lang: str, name: str) -> None:
    page = (await ask(port, f"{path}{'&' if '?' in path else '?'}lang={lang}")).text
    assert office.settings.fleet.union_name("chandgram").name(lang) == name
    assert f">{name}</" in page
    assert ">chandgram<" not in page
