"""A site's past in a browser: drawn anew when it comes into view, without a word to anybody else, and there without."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.browser.chromium import Chromium
from tests.lab.waiting import until
from tests.web.measured import SITE, Looked, looked, measure

DRAWN = "document.querySelectorAll('[data-drawn=done] .u-wrap canvas').length"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looked]:
    with looked(tmp_path_factory.mktemp("office")) as made:
        asyncio.run(measure(made, 3))
        yield made


@pytest.mark.parametrize(("width", "lang"), [(360, "bn"), (1366, "en")])
def test_every_chart_is_drawn_anew_when_it_comes_into_view(
    office: Looked, chromium: Chromium, width: int, lang: str
) -> None:
    with chromium.looking(office.port, width=width) as seen:
        assert seen.go(f"/sites/{SITE}/history?days=7&lang={lang}") == 200
        figures = seen.page.locator("[data-chart]")
        assert figures.count() == 4
        for at in range(4):
            figures.nth(at).scroll_into_view_if_needed()
        until(lambda: seen.page.evaluate(DRAWN) == 4, "four charts", 20)
        assert seen.faults("history") == []
        assert seen.findings("history") == []


def test_in_print_stand_the_pictures_that_the_server_drew_and_no_closed_table(
    office: Looked, chromium: Chromium
) -> None:
    with chromium.looking(office.port) as seen:
        seen.go(f"/sites/{SITE}/history?days=7&lang=en")
        figures = seen.page.locator("[data-chart]")
        for at in range(4):
            figures.nth(at).scroll_into_view_if_needed()
        until(lambda: seen.page.evaluate(DRAWN) == 4, "four charts", 20)

        def shown() -> list[int]:
            every = (".uplot", ".plot > svg", ".looks", "details")
            return [seen.page.locator(f"[data-chart] {each}").filter(visible=True).count() for each in every]

        assert shown() == [4, 0, 0, 4]
        seen.page.locator("[data-chart=day] summary").click()
        seen.page.emulate_media(media="print")
        assert shown() == [0, 4, 4, 1]


def test_a_range_that_is_dragged_is_asked_for_again(office: Looked, chromium: Chromium) -> None:
    with chromium.looking(office.port) as seen:
        seen.go(f"/sites/{SITE}/history?days=7&lang=en")
        seen.page.locator("[data-chart=rounds]").scroll_into_view_if_needed()
        until(lambda: seen.page.locator("[data-chart=rounds][data-drawn=done]").count() == 1, "the chart", 20)
        until(lambda: seen.page.locator("[data-drawn=begun]").count() == 0, "all in view", 20)
        over = seen.page.locator("[data-chart=rounds] .u-over")
        over.scroll_into_view_if_needed()
        box = over.bounding_box()
        assert box is not None
        seen.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 50)
        seen.page.mouse.down()
        seen.page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 50, steps=4)
        with seen.page.expect_request(lambda request: "history.json" in request.url):
            seen.page.mouse.up()
        assert seen.faults("history") == []


def test_the_site_s_page_fetches_the_library_only_when_a_chart_is_seen(office: Looked, chromium: Chromium) -> None:
    with chromium.looking(office.port) as seen:
        fetched = list[str]()
        seen.page.on("request", lambda request: fetched.append(request.url))
        seen.go(f"/sites/{SITE}?lang=en")
        assert not any("uplot" in url for url in fetched)
        seen.page.locator(f"a[href='/sites/{SITE}/history']").scroll_into_view_if_needed()
        until(lambda: seen.page.evaluate(DRAWN) >= 1, "a chart", 20)
        assert sum("uplot.min.js" in url for url in fetched) == 1
        assert seen.faults("site") == []


def test_without_a_script_the_charts_and_tables_stand(office: Looked, chromium: Chromium) -> None:
    with chromium.looking(office.port, script=False) as seen:
        seen.go(f"/sites/{SITE}/history?lang=en")
        assert seen.page.locator(".plot svg path[class=line]").count() == 4
        assert seen.page.locator("figure table").count() == 4
