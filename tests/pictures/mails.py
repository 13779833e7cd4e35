"""Pictures of every kind of letter, as a browser shows its HTML: on a phone and on a desk."""

import base64

from playwright.sync_api import Page, sync_playwright

from monitor.alerts.channels.base import Rendered
from monitor.alerts.notices import render
from monitor.alerts.notices.routing import ASKER
from monitor.configuration import load
from monitor.runtime.virtual.sample_letters import samples
from tests.places import ROOT

FOLDER = ROOT / "docs" / "pictures" / "mails"
WIDTHS = {"phone": 390, "desk": 1_000}
KEPT_OF_DESK = "opened"  # of the others a desk shows the same, only broader
BROWSER = "/usr/bin/chromium"
QUALITY = 0.1  # of WebP: what is written stays readable, and all pictures together have less than 2 MB
AS_WEBP = """async ([png, quality]) => {
    const image = new Image();
    image.src = 'data:image/png;base64,' + png;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL('image/webp', quality).split(',')[1];
}"""
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def main() -> None:
    """Draws them all, and fails where a letter is wider than its window."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    settings = load(ROOT / "config")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=QUIET)
        for letter in samples(settings):
            of = "-citizen" if letter.recipient == ASKER else "-asked" if letter.facts.get("asked") else ""
            name = f"{letter.kind}{of}"
            for where, width in WIDTHS.items():
                page = browser.new_page(viewport={"width": width, "height": 600})
                page.set_content(whole(render.render(letter)))
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{name} is {wide} pixels wide in a window of {width}"
                if where == "phone" or name == KEPT_OF_DESK:
                    (FOLDER / f"{name}-{where}.webp").write_bytes(picture(page))
                page.close()
        browser.close()
    print(f"{len(list(FOLDER.iterdir()))} pictures in {FOLDER.relative_to(ROOT)}")


def picture(page: Page) -> bytes:
    """The whole page as WebP, which the browser itself makes."""
    png = base64.b64encode(page.screenshot(full_page=True)).decode()
    page.goto("about:blank")
    return base64.b64decode(page.evaluate(AS_WEBP, [png, QUALITY]))


def whole(rendered: Rendered) -> str:
    """The HTML with its pictures in it, as a mail program puts them there."""
    html = rendered.html
    for image in rendered.images:
        html = html.replace(f"cid:{image.cid}", f"data:image/png;base64,{base64.b64encode(image.png).decode()}")
    return html


if __name__ == "__main__":
    main()
