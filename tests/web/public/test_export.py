"""A copy of the page in a folder: whole files, for everybody to read, and nothing of others."""

import os
import threading
from pathlib import Path

import pytest

from monitor.web.public.export import LIST, ExportRefused, export

ONE = {"badges/office.svg": b"<svg/>", "index.html": b"one"}


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_copy_is_written_and_can_be_read_by_the_web_server_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        export(tmp_path / "a" / "copy", ONE)
    finally:
        os.umask(before)
    folder = tmp_path / "a" / "copy"
    assert names(folder) == {*ONE, LIST}
    assert {(folder / name).stat().st_mode & 0o777 for name in ONE} == {0o644}
    assert {path.stat().st_mode & 0o777 for path in (folder, folder / "badges")} == {0o755}


def test_what_is_no_longer_published_goes_and_what_others_put_there_stays(tmp_path: Path) -> None:
    export(tmp_path / "copy", ONE)
    (tmp_path / "copy" / "robots.txt").write_text("theirs")
    export(tmp_path / "copy", {"index.html": b"two"})
    assert names(tmp_path / "copy") == {"index.html", "robots.txt", LIST}
    assert (tmp_path / "copy" / "index.html").read_bytes() == b"two"


def test_a_file_that_did_not_change_is_left_alone(tmp_path: Path) -> None:
    export(tmp_path, ONE)
    before = (tmp_path / "index.html").stat().st_ino
    export(tmp_path, {**ONE, "badges/office.svg": b"<svg>2</svg>"})
    assert (tmp_path / "index.html").stat().st_ino == before


def test_a_folder_of_others_is_refused_and_nothing_in_it_is_changed(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("the portal's own")
    with pytest.raises(ExportRefused, match="has files of others"):
        export(tmp_path, ONE)
    assert names(tmp_path) == {"index.html"}


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("x")
    with pytest.raises(ExportRefused, match="is no folder"):
        export(tmp_path / "copy", ONE)


def test_a_list_that_was_tampered_with_removes_nothing_outside(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    export(tmp_path / "copy", ONE)
    with (tmp_path / "copy" / LIST).open("a") as file:
        file.write(f"../secret\n{tmp_path / 'secret'}\nbadges/../../secret\n")
    export(tmp_path / "copy", ONE)
    assert (tmp_path / "secret").read_text() == "x"


def test_a_link_in_a_files_place_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("one")
    export(tmp_path / "copy", ONE)
    (tmp_path / "copy" / "index.html").unlink()
    (tmp_path / "copy" / "index.html").symlink_to(tmp_path / "secret")
    export(tmp_path / "copy", {**ONE, "index.html": b"two"})
    assert (tmp_path / "secret").read_text() == "one"
    assert not (tmp_path / "copy" / "index.html").is_symlink()


def test_a_reader_never_sees_half_a_page(tmp_path: Path) -> None:
    pages = [bytes([65 + n]) * 300_000 for n in range(2)]
    export(tmp_path, {"index.html": pages[0]})
    halves: list[int] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            if (tmp_path / "index.html").read_bytes() not in pages:
                halves.append(1)

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(100):
        export(tmp_path, {"index.html": pages[n % 2]})
    over.set()
    reader.join()
    assert halves == []
