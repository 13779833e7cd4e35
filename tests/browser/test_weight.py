"""How heavy the first page is, how soon it is seen on a slow line, and how soon a page says that it is out of date."""

import pytest
from playwright.sync_api import CDPSession

from monitor.web.console import stream
from tests.browser.chromium import Chromium
from tests.lab.waiting import until
from tests.web.world import World

FURTHER = ("/sites", "/sites/backbone-north", "/tickets")
PAGES = ("/", "/tickets/BHR-2026-000001", *(pytest.param(page, marks=pytest.mark.long) for page in FURTHER))
SLOW_BYTES_S, SLOW_MS = 256_000 // 8, 300
MOST_BYTES, MOST_WITH_FONT_BYTES, MOST_PAGE_BYTES = 45_000, 90_000, 20_000
PAINTED = "performance.getEntriesByName('first-contentful-paint').length"  # it may be told a little after the load
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
LOADED = """performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
    .map(one => [one.name, one.encodedBodySize])"""

HEARD = """window.heard = [];
const Whole = EventSource;
window.EventSource = class extends Whole {
    constructor(url) { super(url); this.addEventListener("alive", () => heard.push(Date.now())); }
};"""


def slow(session: CDPSession) -> None:
    """Make it a line of 256 kbit/s with 300 ms."""
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": SLOW_MS, "downloadThroughput": SLOW_BYTES_S, "uploadThroughput": SLOW_BYTES_S},
    )


@pytest.mark.alone
@pytest.mark.parametrize("path", PAGES)
def test_a_first_page_is_light_and_is_seen_within_three_seconds_of_a_slow_line(
    world: World, chromium: Chromium, path: str
) -> None:
    with chromium.looking(world.port, width=390) as seen:
        slow(seen.page.context.new_cdp_session(seen.page))
        assert seen.go(path) == 200
        seen.page.wait_for_load_state("load")
        sizes = {name.removeprefix(seen.base): int(size) for name, size in seen.page.evaluate(LOADED)}
        fonts = sum(size for name, size in sizes.items() if "woff2" in name)
        assert sizes[path] <= MOST_PAGE_BYTES, sizes
        assert sum(sizes.values()) - fonts <= MOST_BYTES, sizes
        assert sum(sizes.values()) <= MOST_WITH_FONT_BYTES, sizes
        seen.page.wait_for_function(PAINTED)
        assert seen.page.evaluate(FIRST_PAINT) <= 3_000


def test_a_page_that_hears_nothing_says_so_within_40_s_and_takes_it_back(
    world: World, chromium: Chromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "ALIVE_S", 3_600.0)  # so that the first word is the only one
    with chromium.looking(world.port) as seen:
        seen.page.add_init_script(HEARD)
        seen.page.clock.install()
        seen.go("/")
        until(lambda: bool(seen.page.evaluate("window.heard.length")), "the stream's first word", 30)
        seen.page.clock.pause_at(seen.page.evaluate("Date.now()") / 1000 + 10)
        age_ms = int(seen.page.evaluate("Date.now() - window.heard.at(-1)"))
        banner = seen.page.locator("#stale")
        seen.page.clock.run_for(39_000 - age_ms)
        assert not banner.is_visible()
        seen.page.clock.run_for(3_500)
        assert banner.is_visible()
        world.changed("site:udc-juniadaha")
        banner.wait_for(state="hidden")
