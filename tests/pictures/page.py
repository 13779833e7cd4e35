"""Pictures of every page, as those see it who use it: on a phone and on a desk.

All together have less than MOST_BYTES; a page that is wider than its window stops it.
"""

import random
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser.chromium import Chromium
from tests.pictures.mails import picture
from tests.places import ROOT
from tests.web.measured import SITE as MEASURED
from tests.web.measured import looked, remember
from tests.web.world import World, world

FOLDER = ROOT / "docs" / "pictures" / "console"
PHONE, DESK = 390, 1_366
ORDER = "/calendar/order?what=closed&date=2026-11-30&bn=ঈদ,+চাঁদ+দেখা+সাপেক্ষে&order=০৫.১১২&dated=2026-11-25"
RAMADAN = (
    "/calendar/order?what=hours&first=2027-02-08&last=2027-03-09&opens=09:00&closes=15:30"
    "&bn=রমজানের+সময়সূচি,+চাঁদ+দেখা+সাপেক্ষে&order=০৫.১১৩&dated=2026-11-20"
)
WHEN = "begins=2026-11-26T22:00&ends=2026-11-27T00:00"
PLAN = f"/maintenance/new?text=ফাইবার+বদল&where=behind&behind=backbone-south&{WHEN}&see=1"
MOST_BYTES = 2_000_000


@dataclass(frozen=True)
class Shot:
    """A picture: its name, the path with its gaps, who looks, and how."""

    name: str
    path: str
    login: str = "officer"
    widths: tuple[int, ...] = (PHONE, DESK)
    lang: str = "bn"
    dark: bool = False
    typed: Mapping[str, str] = field(default_factory=dict)


SHOTS = (
    Shot("now", "/"),
    Shot("now", "/", widths=(DESK,), lang="en"),
    Shot("now-dark", "/", widths=(PHONE,), dark=True),
    Shot("login", "/login", login="", widths=(PHONE,)),
    Shot("me", "/me", widths=(PHONE,)),
    Shot("sites", "/sites", widths=(DESK,)),
    Shot("site", "/sites/backbone-north"),
    Shot("site-dark", "/sites/backbone-north", widths=(PHONE,), dark=True),
    Shot("tickets", "/tickets", widths=(DESK,)),
    Shot("ticket", "/tickets/BHR-2026-000001"),
    Shot("ticket", "/tickets/BHR-2026-000001", widths=(DESK,), lang="en"),
    Shot("acknowledge", "/tickets/BHR-2026-000003/act/ack", widths=(PHONE,)),
    Shot("register", "/tickets/new", typed={"where": "জুনিয়াদহ ইউনিয়ন", "text": "সকাল থেকে নেট নেই"}),
    Shot("slip", "/tickets/BHR-2026-000002/slip", widths=(PHONE,)),
    Shot("charter", "/charter", widths=(DESK,)),
    Shot("calendar", "/calendar", login="programmer", widths=(DESK,)),
    Shot("order", ORDER, login="programmer", widths=(DESK,)),
    Shot("ramadan", RAMADAN, login="programmer", widths=(PHONE,)),
    Shot("maintenance", "/maintenance", widths=(DESK,)),
    Shot("plan", PLAN, widths=(DESK,)),
    Shot("reports", "/reports", widths=(DESK,)),
    Shot("health", "/health", widths=(DESK,)),
    Shot("audit", "/audit", widths=(DESK,)),
    Shot("users", "/users", login="admin", widths=(DESK,)),
    Shot("tokens", "/tokens", login="admin", widths=(PHONE,)),
    Shot("public", "/public", login=""),
)


def main() -> None:
    """Draw them all; a folder as argument is filled instead of that of the docs."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.webp"):
        old.unlink()
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch)
        with world(made) as office, Chromium.started(made) as chromium:
            for shot in SHOTS:
                for width in shot.widths:
                    (folder / f"{shot.name}-{shot.lang}-{width}.webp").write_bytes(drawn(office, chromium, shot, width))
        draw_past(made, folder)
    sizes = [each.stat().st_size for each in folder.glob("*.webp")]
    assert sum(sizes) <= MOST_BYTES, f"{sum(sizes)} bytes"
    print(f"{len(sizes)} pictures in {folder}, {sum(sizes) // 1_024} KiB")


def draw_past(scratch: Path, folder: Path) -> None:
    """Draw a site's past: of another office, which was measured for a hundred days."""
    with looked(scratch / "measured") as office, Chromium.started(scratch) as chromium:
        remember(office, 100, random.Random(7))
        for width in (PHONE, DESK):
            with chromium.looking(office.port, width=width) as seen:
                status = seen.go(f"/sites/{MEASURED}/history?days=30&lang=bn")
                figures = seen.page.locator("[data-chart]")
                for at in range(figures.count()):
                    figures.nth(at).scroll_into_view_if_needed()
                seen.page.wait_for_function(
                    "document.querySelectorAll('[data-chart]:not([data-drawn=done])').length === 0"
                )
                seen.page.evaluate("window.scrollTo(0, 0)")
                assert status == 200, status
                assert seen.faults("history") == []
                (folder / f"history-bn-{width}.webp").write_bytes(picture(seen.page))


def drawn(office: World, chromium: Chromium, shot: Shot, width: int) -> bytes:
    """Return the picture of a page at that width."""
    with chromium.looking(office.port, width=width, dark=shot.dark) as seen:
        if shot.login:
            seen.log_in(office.logins[shot.login])
        path = shot.path.format_map(office.gaps())
        status = seen.go(f"{path}{'&' if '?' in path else '?'}lang={shot.lang}")
        for name, text in shot.typed.items():
            seen.page.locator(f"[name={name}]").press_sequentially(text)
        seen.page.wait_for_load_state("networkidle") if shot.typed else None
        faults = seen.faults(path)
        assert status == 200, f"{path}: {status}"
        assert faults == [], faults
        return picture(seen.page)


if __name__ == "__main__":
    main()
