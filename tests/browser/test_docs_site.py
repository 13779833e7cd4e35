"""The docs as a site, in a browser that reaches nobody but its server: widths, languages, search, foreign hosts."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.generator.site import build
from tests.browser.chromium import Chromium
from tests.browser.looking import Seen

SEARCH = ".md-search__button"
PAGES = ("/index.html", "/docs/index.html", "/docs/judging.html", "/docs/bn/day.html", "/docs/reference/config.html")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The site, built and served; its port."""
    folder = tmp_path_factory.mktemp("site") / "built"
    build(folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, name="site")
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("width", [390, 1366])
def test_pages_fit_their_window_ask_nobody_else_and_say_their_language(
    site: int, chromium: Chromium, width: int
) -> None:
    with chromium.looking(site, width=width) as seen:
        for path in PAGES:
            assert seen.go(path) == 200
            assert seen.faults(path) == []
            lang = seen.page.evaluate("document.documentElement.lang")
            assert lang == ("bn" if "/bn/" in path else "en"), path
            shown = seen.page.locator("article img")
            for number in range(shown.count()):
                shown.nth(number).scroll_into_view_if_needed()
                assert shown.nth(number).evaluate("one => one.decode().then(() => one.naturalWidth)") > 0, path


def searched(seen: Seen, word: str) -> list[str]:
    """The titles that a search finds, in their order."""
    seen.page.locator(SEARCH).click()
    seen.page.get_by_role("combobox").fill(word)
    found = seen.page.get_by_role("option")
    found.first.wait_for()
    return found.all_inner_texts()


@pytest.mark.parametrize(
    ("start", "word", "title"),
    [("/docs/bn/day.html", "ছুটি", "ছুটি ও রমজানের সময়সূচি"), ("/index.html", "flapping", "Unstable sites")],
)
def test_the_search_finds_a_word_in_either_language(
    site: int, chromium: Chromium, start: str, word: str, title: str
) -> None:
    with chromium.looking(site) as seen:
        seen.go(start)
        assert any(title in one for one in searched(seen, word))
        assert seen.faults(start) == []


def test_an_address_with_the_language_leads_to_the_same_place_in_either(site: int, chromium: Chromium) -> None:
    with chromium.looking(site) as seen:
        for lang in ("en", "bn"):
            seen.go(f"/docs/{lang}/runbook.html#opened")
            seen.page.locator("[id=opened]").wait_for(state="attached")


def test_a_folder_that_is_no_site_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("all that I have")
    with pytest.raises(OSError, match="holds something that is no site"):
        build(tmp_path)
    assert (tmp_path / "thesis.txt").exists()
