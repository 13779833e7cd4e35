"""The pages as a screen reader has them: where one is, what is what, and what changed, in words and in order."""

import pytest

from monitor.i18n.catalogue import tr
from monitor.i18n.languages import Lang
from monitor.i18n.terms import STATES
from tests.browser.accessible import Node, faults
from tests.browser.chromium import Chromium
from tests.browser.pages import paths, with_lang
from tests.web.world import World

NOW, TICKET, SITE, REGISTER = "/", "/tickets/BHR-2026-000003", "/sites/backbone-north", "/tickets/new"
NOT_OF_THE_CONSOLE = ("/public", "/problems/")


@pytest.mark.parametrize("lang", ["bn", "en"])
@pytest.mark.parametrize("many", [pytest.param(False, id="four"), pytest.param(True, marks=pytest.mark.long, id="all")])
def test_every_page_is_heard_as_it_is_meant(world: World, chromium: Chromium, lang: str, many: bool) -> None:
    found = list[str]()
    with chromium.looking(world.port) as seen:
        seen.log_in(world.logins["admin"])
        for path in paths(world) if many else (NOW, TICKET, SITE, REGISTER):
            if path.startswith(NOT_OF_THE_CONSOLE):
                continue
            seen.go(with_lang(path, lang))
            spoken = seen.page.evaluate("document.documentElement.lang")
            found += [] if spoken == lang else [f"{path}: is said to be in {spoken!r}"]
            seen.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            found += [f"{path} in {lang}: {one}" for one in faults(Node.of(seen.page))]
    assert found == [], "\n".join(dict.fromkeys(found))


@pytest.mark.parametrize("lang", ["bn", "en"])
def test_how_a_site_is_stands_in_words_beside_its_colour(world: World, chromium: Chromium, lang: Lang) -> None:
    with chromium.looking(world.port) as seen:
        seen.log_in(world.logins["viewer"])
        seen.go(with_lang(NOW, lang))
        links = [(node.name, node.url) for node in Node.of(seen.page).all({"link"}) if "/sites/" in node.url]
        office = world.desk
        for id_, site in office.settings.fleet.sites.items():
            name = site.name_bn if lang == "bn" else site.name_en
            said = f"{name}: {tr(lang, STATES[office.board.state(id_)])}"
            assert said in [heard for heard, url in links if url.endswith(f"/sites/{id_}")], said
        seen.go(with_lang(SITE, lang))
        path = next(node for node in Node.of(seen.page).all({"list"}) if node.name)
        assert tr(lang, "down") in " ".join(path.outline()), "the mark on the way is not told by its shape alone"


@pytest.mark.parametrize("lang", ["bn", "en"])
def test_what_changes_by_itself_is_announced(world: World, chromium: Chromium, lang: str) -> None:
    with chromium.looking(world.port) as seen:
        seen.log_in(world.logins["officer"])
        seen.page.context.add_cookies([{"name": "toast", "value": "The%20note%20is%20kept", "url": seen.base}])
        seen.go(with_lang(NOW, lang))
        heard = {(node.role, node.live) for node in Node.of(seen.page).all()}
        assert ("status", "polite") in heard, "what was done"
        assert ("heading", "polite") in heard, "the sentence that says all"
        assert "alert" not in {role for role, _ in heard}, "nothing is stale yet"
        seen.page.evaluate("document.getElementById('stale').hidden = false")
        alert = next(Node.of(seen.page).all({"alert"}))
        assert alert.live == "assertive"
        assert "".join(node.name for node in alert.all({"StaticText"})).strip()


BROKEN = {
    "landmarks main": "document.querySelector('main').replaceWith(...document.querySelector('main').childNodes)",
    "no navigation": "document.querySelector('nav').removeAttribute('aria-label')",
    "not one heading of level 1": "document.querySelector('main').append(document.createElement('h1'))",
    "heading 'x' of level 5": "document.querySelector('h2').outerHTML = '<h5>x</h5>'",
    "is in no landmark": "document.body.insertAdjacentHTML('beforeend', '<h2>x</h2>')",
    "button without a name": "document.querySelector('main').insertAdjacentHTML('beforeend', '<button>▲</button>')",
    "is 2 different things": "document.querySelectorAll('.acts .hidden').forEach(one => one.remove())",
    "textbox without a name": "document.querySelector('main').insertAdjacentHTML('beforeend', '<input>')",
    "a table without a name": """document.querySelector('main').insertAdjacentHTML('beforeend',
        '<table><tr><th scope=row>a</th><td>1</td></tr><tr><th scope=row>b</th><td>2</td></tr></table>')""",
}


def test_each_fault_is_heard(world: World, chromium: Chromium) -> None:
    with chromium.looking(world.port) as seen:
        seen.log_in(world.logins["admin"])
        for told, breaks in BROKEN.items():
            seen.go(NOW)
            seen.page.evaluate(breaks)
            found = faults(Node.of(seen.page))
            assert any(told in one for one in found), (told, found)
