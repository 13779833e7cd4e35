"""Every page in a browser: at the widths of phones and desks, in both languages, in light and dark."""

import pytest

from tests.browser.chromium import Chromium
from tests.browser.looking import WIDTHS
from tests.web.world import World

PAGES = ("/",)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_its_window_or_asks_anybody_else(world: World, chromium: Chromium, width: int) -> None:
    faults = list[str]()
    with chromium.looking(world.port, width=width) as seen:
        for page in PAGES:
            for lang in ("bn", "en"):
                assert seen.go(f"{page}?lang={lang}") == 200
                faults += seen.faults(f"{page} in {lang}")
    assert faults == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1366])
def test_no_page_has_a_serious_finding(world: World, chromium: Chromium, width: int, dark: bool) -> None:
    findings = list[str]()
    with chromium.looking(world.port, width=width, dark=dark) as seen:
        for page in PAGES:
            assert seen.go(page) == 200
            findings += seen.findings(page)
    assert findings == []


def test_what_is_wrong_with_a_page_is_found(world: World, chromium: Chromium) -> None:
    with chromium.looking(world.port, width=360) as seen:
        seen.go("/")
        assert seen.faults("/") == []
        seen.page.evaluate("document.body.append(document.createElement('input'), document.createElement('pre'))")
        seen.page.evaluate("document.querySelector('pre').append('w'.repeat(900))")
        seen.page.evaluate("document.querySelector('input').setAttribute('planted', '')")
        seen.page.evaluate("fetch('http://127.0.0.1:9/').catch(() => 0)")
        told = " ".join(seen.faults("/"))
        assert all(word in told for word in ("planted", "wider than 360", "Content Security Policy")), told
        assert "label" in " ".join(seen.findings("/"))
