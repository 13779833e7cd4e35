"""Pictures of every page of the console, as an officer and an administrator see it: on a phone and on a desk.

All together have less than MOST_BYTES; a page that is wider than its window stops it.
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.browser.chromium import Chromium
from tests.pictures.mails import picture
from tests.places import ROOT
from tests.web.world import World, world

FOLDER = ROOT / "docs" / "pictures" / "console"
PHONE, DESK = 390, 1_366
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


SHOTS = (
    Shot("now", "/"),
    Shot("now", "/", widths=(DESK,), lang="en"),
    Shot("now-dark", "/", widths=(PHONE,), dark=True),
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
    sizes = [each.stat().st_size for each in folder.glob("*.webp")]
    assert sum(sizes) <= MOST_BYTES, f"{sum(sizes)} bytes"
    print(f"{len(sizes)} pictures in {folder}, {sum(sizes) // 1_024} KiB")


def drawn(office: World, chromium: Chromium, shot: Shot, width: int) -> bytes:
    """Return the picture of a page at that width."""
    with chromium.looking(office.port, width=width, dark=shot.dark) as seen:
        if shot.login:
            seen.log_in(office.logins[shot.login])
        path = shot.path.format_map(office.gaps())
        status = seen.go(f"{path}{'&' if '?' in path else '?'}lang={shot.lang}")
        faults = seen.faults(path)
        assert status == 200, f"{path}: {status}"
        assert faults == [], faults
        return picture(seen.page)


if __name__ == "__main__":
    main()
