"""A copy of the public page, as typed."""

import json
from pathlib import Path

from tests.cli.typed import typed
from tests.desk import Desk


def test_a_copy_is_written_and_written_again(home: Path, desk: Desk, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    done = typed(home, "public", "export", str(copy))
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(f" files written to {copy}\n")
    assert "উত্তর ব্যাকবোন সংযোগ" in (copy / "index.html").read_text(encoding="utf-8")
    found = json.loads(typed(home, "public", "export", str(copy), "--json").stdout)
    assert found["directory"] == str(copy)
    assert {"index.html", "en.html", "events.atom", "planned.ics", "badges/office.svg"} <= set(found["files"])
    assert {str(path.relative_to(copy)) for path in copy.rglob("*.*m*")} >= {"index.html", "en.html"}


def test_a_folder_of_others_is_refused_with_what_was_expected(home: Path, desk: Desk) -> None:
    done = typed(home, "public", "export", str(home))
    expected = "has files of others. Expected an empty folder, or one of an earlier copy"
    assert (done.returncode, done.stderr) == (2, f"{home} {expected}\n")
    assert not (home / "index.html").exists()


def test_a_file_in_the_folders_place_is_refused(home: Path, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("x")
    done = typed(home, "public", "export", str(tmp_path / "copy"))
    assert (done.returncode, done.stderr) == (2, f"{tmp_path / 'copy'} is no folder. Expected one for the copy\n")


def test_a_folder_that_cannot_be_made_ends_the_command_in_one_line(home: Path, desk: Desk) -> None:
    done = typed(home, "public", "export", "/proc/nothing/copy")
    assert done.returncode == 3
    assert done.stderr == "/proc/nothing/copy cannot be written: No such file or directory\n"


def test_before_the_daemon_ever_ran_there_is_nothing_to_publish(home: Path, tmp_path: Path) -> None:
    assert typed(home, "public", "export", str(tmp_path / "copy")).returncode == 3
    assert not (tmp_path / "copy").exists()
