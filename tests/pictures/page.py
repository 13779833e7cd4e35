"""The picture of the first page: an office in the morning, with a link down, as an officer sees it in Bangla."""

import asyncio
import socket
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from monitor.configuration import load
from monitor.web.app import make_app
from monitor.web.server import serve
from tests.places import ROOT, SHIPPED
from tests.store.migrated import new_store
from tests.web.desk import Desk

FOLDER = ROOT / "docs" / "pictures"
BROWSER = "/usr/bin/chromium"


async def main() -> None:
    """Draws it, for Bangla and for English."""
    with tempfile.TemporaryDirectory() as scratch:
        office = Desk(load(SHIPPED), new_store(Path(scratch)))
        morning(office)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            app = make_app(
                office.live, office.exposition, office.store, lambda: office.settings, office.ages, office.clock
            )
            server = await serve(app, [listener])
            await draw(f"http://127.0.0.1:{listener.getsockname()[1]}")
            await server.stop()
        office.store.close()
    print(f"{FOLDER.relative_to(ROOT)}/page*.png")


def morning(office: Desk) -> None:
    """A centre went down yesterday morning, a link at half past eight; one lab loses packets."""
    for site in office.settings.fleet.sites.values():
        office.round(site.id)
    office.goes_down("udc-juniadaha")
    office.round("lab-juniadaha-girls", lost=1)
    office.clock.advance(23.5 * 3_600)
    office.goes_down("backbone-north")
    office.clock.advance(40 * 60)


async def draw(url: str) -> None:
    """Have the browser write the pictures."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        for lang, name in (("bn", "page.png"), ("en", "page-en.png")):
            page = await browser.new_page(viewport={"width": 1_366, "height": 1_000})
            await page.goto(f"{url}/?lang={lang}", wait_until="load")
            await page.screenshot(path=FOLDER / name)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
