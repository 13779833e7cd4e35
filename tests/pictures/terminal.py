"""Pictures of commands in a terminal, in Bangla and English: what they print into a pty, drawn on the terminal's grid.

Each word in Bangla begins in the column in which a terminal puts it and takes as many columns (see `cli.columns`).
"""

import html
import json
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import threading
from collections.abc import Iterator
from fcntl import ioctl
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from monitor.cli.columns import width
from monitor.configuration import load
from monitor.web.status import status
from tests.pictures.mails import BROWSER, QUIET, picture
from tests.places import ROOT, SHIPPED
from tests.store.migrated import new_store
from tests.web.desk import Desk

FOLDER = ROOT / "docs" / "pictures" / "terminal"
PROGRAM = str(Path(sys.executable).parent / "upazila-monitor")
COMMANDS = {
    "status": "status",
    "tickets": "tickets",
    "ticket-show": "ticket show 1",
    "deadline": "deadline --service citizen:8 --from 2026-12-15T16:30",
    "calendar": "calendar 2026-12",
    "check": "check",
    "help": "ticket --help",
}
WIDTHS = (80, 120)
STYLE = """
body { margin: 0; background: #1c1e22; color: #d8dbe0; }
@font-face { font-family: Bangla; src: local('Noto Sans Bengali'), local('NotoSansBengali-Regular'); size-adjust: 93%; }
pre { display: inline-block; margin: 12px 16px; font: 15px/1.45 'DejaVu Sans Mono', Bangla; }
pre i { display: inline-block; font-style: normal; white-space: pre; }
.c1 { font-weight: bold } .c2 { opacity: .65 } .c3 { font-style: italic }
.c31 { color: #ff7b72 } .c32 { color: #7ee787 } .c33 { color: #e3b341 } .c34 { color: #79b8ff }
.c35 { color: #d2a8ff } .c36 { color: #76e3ea } .prompt { color: #8b949e }
"""
SQUEEZE = """for (const word of document.querySelectorAll('i')) {
    const share = word.clientWidth / word.scrollWidth;
    if (share < 1) word.style.cssText += `transform: scaleX(${share}); transform-origin: left`;
}"""  # as terminals do with letters that are broader than their columns
SGR = re.compile(r"\x1b\[([\d;]*)m")
BANGLA = re.compile(r"[\u0964\u0980-\u09ff\u200c\u200d]+")


def main() -> None:
    """Draw them all; a folder as argument gets every width, which docs show of some only."""
    folder, every = (Path(sys.argv[1]), True) if len(sys.argv) > 1 else (FOLDER, False)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.webp"):
        old.unlink()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        home = Path(scratch) / "office"
        config = office_in_the_morning(home)
        browser = playwright.chromium.launch(executable_path=BROWSER, args=QUIET)
        for name, words in COMMANDS.items():
            for lang in ("bn", "en"):
                for columns in WIDTHS if every or name == "status" else WIDTHS[:1]:
                    shown = in_a_terminal([PROGRAM, "--lang", lang, *words.split()], config, columns)
                    shown = shown.replace(str(home), "/srv/office")  # where it is drawn tells nobody anything
                    drawn = draw(browser, f"upazila-monitor {words}", shown, columns)
                    (folder / f"{name}-{lang}-{columns}.webp").write_bytes(drawn)
        browser.close()
    sizes = [each.stat().st_size for each in folder.glob("*.webp")]
    print(f"{len(sizes)} pictures in {folder}, {sum(sizes) // 1024} KiB")


def office_in_the_morning(scratch: Path) -> Path:
    """Make an office with a link down and its ticket, whose page answers as a daemon's; return its configuration."""
    office = Desk(load(SHIPPED), new_store(scratch / "var"))
    morning(office)
    document = json.dumps(status(office.live, office.store, office.clock)).encode()
    office.store.close()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config = scratch / "config"
    config.mkdir()
    for path in SHIPPED.iterdir():
        text = path.read_text(encoding="utf-8")
        port = server.server_address[1]
        (config / path.name).write_text(re.sub(r'(?m)^listen = "127.0.0.1:9786"', f'listen = "127.0.0.1:{port}"', text))
    return config


def morning(office: Desk) -> None:
    """A centre went down yesterday morning, a link at half past eight; one lab loses packets."""
    for site in office.settings.fleet.sites.values():
        office.round(site.id)
    office.goes_down("udc-juniadaha")
    office.round("lab-juniadaha-girls", lost=1)
    office.clock.advance(23.5 * 3_600)
    office.goes_down("backbone-north")
    office.clock.advance(40 * 60)


def in_a_terminal(command: list[str], config: Path, columns: int) -> str:
    """Run a command in a pty of that width and return what it prints."""
    ours, its = pty.openpty()
    ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 200, columns, 0, 0))
    without = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
    environment = {**without, "TERM": "xterm-256color", "UPAZILA_MONITOR_CONFIG": config.name}
    running = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment, cwd=config.parent)
    os.close(its)
    parts = list[bytes]()
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # Linux says so when the last that had the other end has ended
            break
        if not part:
            break
        parts.append(part)
    os.close(ours)
    running.wait()
    return b"".join(parts).decode().replace("\r\n", "\n")


def draw(browser: Browser, typed: str, shown: str, columns: int) -> bytes:
    """Return the picture of a terminal in which ``typed`` was answered by ``shown``."""
    lines = [f'<span class="prompt">$ {html.escape(typed)}</span>', *map("".join, _lines(shown.strip("\n")))]
    page = browser.new_page(viewport={"width": 100, "height": 100}, device_scale_factor=1.25)
    body = "\n".join(lines)
    page.set_content(f'<style>{STYLE}</style><pre style="width:{columns}ch">{body}</pre>')
    page.evaluate(SQUEEZE)
    wide, high = page.evaluate("[document.body.scrollWidth, document.body.scrollHeight]")
    page.set_viewport_size({"width": wide, "height": high})
    drawn = picture(page)
    page.close()
    return drawn


def _lines(shown: str) -> Iterator[Iterator[str]]:
    style: list[str] = []
    for line in shown.split("\n"):
        yield _cells(line, style)


def _cells(line: str, style: list[str]) -> Iterator[str]:
    """Yield the HTML of a line; the style goes on from one line to the next."""
    for number, part in enumerate(SGR.split(line)):
        if number % 2:
            codes = part.split(";")
            style[:] = [] if codes in (["0"], [""]) else [*style, *(f"c{int(code)}" for code in codes)]
        elif part:
            yield f'<span class="{" ".join(style)}">{_on_the_grid(part)}</span>'


def _on_the_grid(text: str) -> str:
    """Give each word in Bangla as many columns as it takes in a terminal."""
    made, at = list[str](), 0
    for word in BANGLA.finditer(text):
        made += [html.escape(text[at : word.start()]), f'<i style="width:{width(word[0])}ch">{word[0]}</i>']
        at = word.end()
    return "".join([*made, html.escape(text[at:])])


if __name__ == "__main__":
    main()
