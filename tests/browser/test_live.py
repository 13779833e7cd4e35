"""Open pages follow what changes by themselves, and draw over nothing that somebody is filling in."""

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import Chromium
from tests.web.world import World

TELL = """() => {
    window.freshened = [];
    document.addEventListener('fresh', (event) => {
        window.freshened.push(event.target.id);
        if (event.target.id === 'witness') document.body.dataset.heard = 'yes';
    });
    document.body.insertAdjacentHTML('beforeend', '<p id="witness" data-live="any alive"></p>');
    document.querySelector('#now h1').textContent = 'old';
}"""


def told(world: World, page: Page) -> list[str]:
    """Which parts were fetched again after a change that the page has heard of."""
    world.publish(["site:udc-juniadaha"])
    page.wait_for_selector("body[data-heard]")
    parts: list[str] = page.evaluate("window.freshened")
    return parts


@pytest.mark.parametrize("path", ["/health", "/maintenance"])
def test_the_monitors_condition_and_planned_work_are_drawn_anew(world: World, chromium: Chromium, path: str) -> None:
    with chromium.looking(world.port) as seen:
        seen.log_in(world.logins["admin"])
        seen.go(path)
        seen.page.evaluate(TELL)
        assert "now" in told(world, seen.page)
        seen.page.locator("#now h1").filter(has_not_text="old").wait_for()
        assert seen.faults(path) == []


def test_what_somebody_fills_in_is_not_drawn_over(world: World, chromium: Chromium) -> None:
    with chromium.looking(world.port) as seen:
        seen.log_in(world.logins["admin"])
        seen.go("/maintenance")
        field = seen.page.locator("#now input[type='datetime-local']").first
        field.fill("2027-01-01T10:00")
        field.evaluate("one => one.blur()")
        seen.page.evaluate(TELL)
        assert "now" not in told(world, seen.page)
        assert field.input_value() == "2027-01-01T10:00"
