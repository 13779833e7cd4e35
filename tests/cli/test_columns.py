"""A text takes as many columns as real terminals give it."""

import ctypes
import locale
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from monitor.cli.columns import width
from monitor.cli.listing import LastingConsole, Listing
from tests.places import TESTS

NAMES = [line[1:] for line in (TESTS / "i18n" / "data" / "names-by-icu.txt").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def columns_of_libc() -> Iterator[ctypes.CDLL]:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
        yield ctypes.CDLL("libc.so.6")
    except (OSError, locale.Error):
        pytest.skip("no glibc with C.UTF-8 here")
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


def test_a_name_is_as_wide_as_the_c_library_says(columns_of_libc: ctypes.CDLL) -> None:
    wide = {name: (width(name), sum(columns_of_libc.wcwidth(ord(each)) for each in name)) for name in NAMES}

    assert {name: both for name, both in wide.items() if both[0] != both[1]} == {}
    # Many of them have spacing vowel signs, which would be lost in a count of letters without marks.
    assert len([name for name in NAMES if "\u09bf" in name or "\u09be" in name]) > 1_000


@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux")
def test_the_cursor_of_a_real_terminal_stands_where_we_say(tmp_path: Path) -> None:
    text = " ".join(NAMES[::60])[:300].rpartition(" ")[0]
    (tmp_path / "text").write_text(text, encoding="utf-8")
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm"}

    def tmux(*words: str) -> str:
        command = ["tmux", "-S", str(tmp_path / "tmux"), "-f", os.devnull, "-u", *words]
        return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=True).stdout

    tmux("new-session", "-d", "-x", "400", "-y", "5", f"cat '{tmp_path / 'text'}'; sleep 60")
    try:
        found, until = 0, time.monotonic() + 20
        while found != width(text) and time.monotonic() < until:
            found = int(tmux("display-message", "-p", "#{cursor_x}"))
        assert found == width(text)
    finally:
        tmux("kill-server")


def test_columns_under_bangla_headings_begin_below_each_other() -> None:
    site, state = (
        "\u09b8\u09cd\u09a5\u09be\u09aa\u09a8\u09be",
        "\u0985\u09ac\u09b8\u09cd\u09a5\u09be",
    )  # sthapana, obostha
    listing = Listing(site, state)
    for name in NAMES[::100]:
        listing.add_row(name, "|x")
    out = StringIO()

    LastingConsole(file=out, width=120).print(listing)

    rows = out.getvalue().splitlines()[1:]
    assert len(rows) == len(NAMES[::100])
    assert len({width(row.partition("|x")[0]) for row in rows}) == 1


def test_rich_measures_alike_from_the_first_table_on() -> None:
    program = (
        "from monitor.cli.listing import Listing; from rich.cells import cell_len; print(cell_len('\\u0995\\u09bf'))"
    )

    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "2\n"
