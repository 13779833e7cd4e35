"""Every page in a browser: at the widths of phones and desks, in both languages, in light and dark."""

import pytest

from tests.browser.chromium import Chromium
from tests.browser.looking import WIDTHS
from tests.browser.pages import paths, with_lang
from tests.web.world import World

ADMIN = "admin"


ALL = [(width, lang) for width in WIDTHS for lang in ("bn", "en")]
ALWAYS = [(360, "bn"), (1366, "en")]
CHOSEN = [pytest.param(*one, marks=[] if one in ALWAYS else pytest.mark.long) for one in ALL]


@pytest.mark.parametrize(("width", "lang"), CHOSEN)
def test_no_page_is_wider_than_its_window_or_asks_anybody_else(
    world: World, chromium: Chromium, width: int, lang: str
) -> None:
    faults = list[str]()
    with chromium.looking(world.port, width=width) as seen:
        seen.log_in(world.logins[ADMIN])
        for path in paths(world):
            status = seen.go(with_lang(path, lang))
            faults += seen.faults(f"{path} in {lang}") + ([] if status == 200 else [f"{path}: {status}"])
    assert faults == [], "\n".join(faults)


@pytest.mark.parametrize(
    ("width", "dark", "rules"),
    [
        pytest.param(360, False, (), id="phone-light"),
        pytest.param(1366, True, ("color-contrast",), id="desk-dark"),
        pytest.param(1366, False, (), id="desk-light", marks=pytest.mark.long),
        pytest.param(390, True, (), id="phone-dark", marks=pytest.mark.long),
    ],
)
def test_no_page_has_a_serious_finding(
    world: World, chromium: Chromium, width: int, dark: bool, rules: tuple[str, ...]
) -> None:
    findings = list[str]()
    with chromium.looking(world.port, width=width, dark=dark) as seen:
        seen.log_in(world.logins[ADMIN])
        for path in paths(world):
            seen.go(path)
            findings += seen.findings(path, rules)
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
