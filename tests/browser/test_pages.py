"""Every page in a browser: at the widths of phones and desks, in both languages, in light and dark."""

import pytest

from monitor.web.app import make_app
from tests.browser.chromium import Chromium
from tests.browser.looking import WIDTHS
from tests.browser.serving import Serving
from tests.pictures.page import morning
from tests.web.desk import Desk, office

__all__ = ["office"]
PAGES = ("/",)


@pytest.fixture
def serving(office: Desk) -> Serving:
    morning(office)
    return Serving(
        make_app(office.live, office.exposition, office.store, lambda: office.settings, office.ages, office.clock)
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_its_window_or_asks_anybody_else(
    serving: Serving, chromium: Chromium, width: int
) -> None:
    faults = list[str]()
    with serving, chromium.looking(serving.port, width=width) as seen:
        for page in PAGES:
            for lang in ("bn", "en"):
                assert seen.go(f"{page}?lang={lang}") == 200
                faults += seen.faults(f"{page} in {lang}")
    assert faults == []


def test_what_is_wrong_with_a_page_is_found(serving: Serving, chromium: Chromium) -> None:
    with serving, chromium.looking(serving.port, width=360) as seen:
        seen.go("/")
        assert seen.faults("/") == []
        seen.page.evaluate("document.body.append(document.createElement('input'), document.createElement('pre'))")
        seen.page.evaluate("document.querySelector('pre').append('w'.repeat(900))")
        seen.page.evaluate("document.querySelector('input').setAttribute('planted', '')")
        seen.page.evaluate("fetch('http://127.0.0.1:9/').catch(() => 0)")
        told = " ".join(seen.faults("/"))
        assert all(word in told for word in ("planted", "wider than 360", "Content Security Policy")), told
        assert "label" in " ".join(seen.findings("/"))
