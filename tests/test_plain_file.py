"""Only plain files are read, whatever stands in their place, and never more than was allowed."""

import os
import time
from pathlib import Path

import pytest

from monitor.plain_file import PlainFileError, open_plain, read_bounded
from tests.lab.waiting import patient
from tests.settings.offices import faults, office

__all__ = ["office"]

FILES = ("sites.toml", "monitor.toml", "charter.toml", "calendar.toml", "holidays.toml")


def put(kind: str, place: Path) -> None:
    """Something in the place of a file."""
    place.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    elif kind == "huge":
        with place.open("wb") as file:
            file.truncate(10**12)  # without using the disk
    elif kind == "loop":
        place.symlink_to(place)
    else:
        place.symlink_to(kind)


KINDS = {
    "pipe": "is no plain file",
    "folder": "is a folder",
    "huge": "is too large",
    "loop": "Too many levels of symbolic links",
    "/dev/zero": "is no plain file",
    "/dev/tty": "is no plain file",
    "/proc/kmsg": "",  # a file by its looks, whose reader waits
    "/proc/self/mem": "cannot be read",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FILES)
def test_whatever_stands_in_the_place_of_a_file_is_told_at_once(office: Path, name: str, kind: str) -> None:
    put(kind, office / name)
    began = time.perf_counter()
    told = faults(office)
    assert time.perf_counter() - began < patient(5)
    assert len(told) == 1
    assert told[0].startswith(name)
    assert KINDS[kind] in told[0]
    assert KINDS[kind] == "" or told[0].endswith(". Expected a TOML file")  # what the kernel says there differs


def test_a_file_that_grows_beyond_what_is_allowed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 11)
    assert read_bounded(tmp_path / "file", 11) == b"x" * 11
    with pytest.raises(PlainFileError, match="too large"):
        read_bounded(tmp_path / "file", 10)
    with pytest.raises(PlainFileError, match="too large"):
        read_bounded(Path("/proc/self/maps"), 10)  # of the length 0, as its look says


def test_a_path_that_cannot_be_is_told(tmp_path: Path) -> None:
    for path in (Path("a\0b"), tmp_path / ("x" * 5_000), tmp_path / "nothing"):
        with pytest.raises(PlainFileError, match="cannot be read"):
            open_plain(path)
