"""What is asked of every page in a browser: nothing planted, nobody else asked, no broken layout, readable by all."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request

from tests.web.world import Login

AXE = Path(__file__).with_name("axe") / "axe.min.js"
WIDTHS = (360, 390, 1366)
PLANTED = "document.querySelectorAll('[planted], scr, mglyph').length + (window.planted_calls || 0)"
WIDER = """() => {
    const most = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= most) return [];
    return ['the document', ...[...document.querySelectorAll('body *')]
        .filter(one => one.getBoundingClientRect().right > most + 1)
        .slice(0, 5).map(one => one.outerHTML.slice(0, 120))];
}"""
ASK_AXE = """async rules => {
    const only = rules.length ? {runOnly: rules} : {};
    const found = await axe.run(document, {resultTypes: ['violations'], ...only});
    return found.violations.filter(one => ['serious', 'critical'].includes(one.impact))
        .map(one => one.id + ': ' + one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | '));
}"""


@dataclass
class Seen:
    """A window of the browser, and what went wrong in it."""

    page: Page
    base: str
    wrong: list[str] = field(default_factory=list)

    def log_in(self, login: Login) -> None:
        """Come with that session."""
        name, _, value = login.cookie.partition("=")
        self.page.context.add_cookies([{"name": name, "value": value, "url": self.base}])

    def go(self, path: str) -> int:
        """Open a page and return its status."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        return answer.status

    def faults(self, where: str) -> list[str]:
        """What is wrong with the page as it stands: foreign elements, requests to elsewhere, errors, its width."""
        found = [f"{where}: {one}" for one in self.wrong]
        self.wrong.clear()
        if planted := self.page.evaluate(PLANTED):
            found.append(f"{where}: {planted} planted elements or calls")
        width = self.page.viewport_size["width"] if self.page.viewport_size else 0
        found += [f"{where}: wider than {width} px: {one}" for one in self.page.evaluate(WIDER)]
        return found

    def findings(self, where: str, rules: Sequence[str] = ()) -> list[str]:
        """The serious and critical findings of axe-core, by all its rules or those."""
        self.page.evaluate(AXE.read_text(encoding="utf-8") + ";0")
        found: list[str] = self.page.evaluate(ASK_AXE, list(rules))
        return [f"{where}: {one}" for one in found]


@contextmanager
def looking(
    browser: Browser,
    port: int,
    *,
    width: int = 1366,
    script: bool = True,
    dark: bool = False,
) -> Iterator[Seen]:
    """Open a window of that width on the server at that port; the browser sees it."""
    base = f"http://127.0.0.1:{port}"
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 800},
        java_script_enabled=script,
        color_scheme="dark" if dark else "light",
        locale="bn-BD",
        timezone_id="Asia/Dhaka",
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    context.add_init_script("window.planted = () => { window.planted_calls = (window.planted_calls || 0) + 1; }")
    page = context.new_page()
    seen = Seen(page, base)

    def asked(request: Request) -> None:
        if not request.url.startswith((base + "/", "data:", "blob:")):
            seen.wrong.append(f"asks {request.url}")

    def dialogue(dialog: Dialog) -> None:
        seen.wrong.append(f"dialogue: {dialog.message}")
        dialog.dismiss()

    def said(message: Any) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            seen.wrong.append(f"console: {message.text}")

    page.on("request", asked)
    page.on("dialog", dialogue)
    page.on("console", said)
    page.on("pageerror", lambda error: seen.wrong.append(f"error: {json.dumps(str(error))}"))
    try:
        yield seen
    finally:
        context.close()
