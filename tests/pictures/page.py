"""The picture of the page: an office in the morning, with a link down, as an officer sees it in Bangla."""

import subprocess
import tempfile
from pathlib import Path

from monitor.charter.services import Charter
from monitor.configuration import load
from monitor.web.page import render
from monitor.web.status import status
from tests.places import ROOT, SHIPPED
from tests.store.migrated import new_store
from tests.web.desk import Desk

FOLDER = ROOT / "docs" / "pictures"
BROWSER = "/usr/bin/chromium"
SIZE = (1_366, 1_000)
QUIET = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
NO_WAY_OUT = ["unshare", "--net"]  # a browser that asks for updates finds no network


def main() -> None:
    """Draws it, for Bangla and for English."""
    css = (ROOT / "monitor" / "web" / "templates" / "style.css").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        office = Desk(load(SHIPPED), new_store(Path(scratch)))
        morning(office)
        now = status(office.live, office.store, office.clock)
        office.store.close()
        for lang, name in (("bn", "page.png"), ("en", "page-en.png")):
            html = render(now, Charter.of(office.settings.charter), lang)
            whole = html.replace('<link rel="stylesheet" href="/style.css">', f"<style>{css}</style>")
            page = Path(scratch) / f"{lang}.html"
            page.write_text(whole.replace('<meta http-equiv="refresh" content="10">', ""), encoding="utf-8")
            draw(page, FOLDER / name)
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


def draw(page: Path, picture: Path) -> None:
    """Have the browser write the picture of a file."""
    options = [*QUIET, f"--window-size={SIZE[0]},{SIZE[1]}", f"--screenshot={picture}", page.as_uri()]
    subprocess.run([*NO_WAY_OUT, BROWSER, *options], check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    main()
