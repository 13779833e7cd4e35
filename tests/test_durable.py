"""Files are written so that a power cut leaves the old one or the new one: what is synced, and in which order."""

import os
import stat
from pathlib import Path

import pytest

from monitor.durable import move_durably, own_like_folder, write_durably


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note, while the real calls are made, what is synced and what is renamed."""
    done: list[str] = []
    fsync, rename = os.fsync, os.rename

    def noted_fsync(handle: int) -> None:
        fsync(handle)
        done.append(f"fsync {Path(os.readlink(f'/proc/self/fd/{handle}')).name}")

    def noted_replace(source: Path, target: Path) -> None:
        rename(source, target)
        done.append(f"rename {source.name} {target.name}")

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    return done


def test_contents_are_on_the_disk_before_the_name_and_the_name_after_it(tmp_path: Path, order: list[str]) -> None:
    target = tmp_path / "folder" / "state"
    target.parent.mkdir()
    target.write_bytes(b"old")
    write_durably(target, b"new")
    partial = f".state.{os.getpid()}.part"
    assert order == [f"fsync {partial}", f"rename {partial} state", "fsync folder"]
    assert target.read_bytes() == b"new"


def test_a_moved_files_new_name_is_on_the_disk(tmp_path: Path, order: list[str]) -> None:
    source, target = tmp_path / "source", tmp_path / "folder" / "target"
    target.parent.mkdir()
    source.write_bytes(b"moved")
    move_durably(source, target)
    assert order == ["rename source target", "fsync folder"]


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / "state"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_durably(target, b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"state": b"old"}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ["link", "pipe", "left"])
def test_nothing_that_lies_in_the_way_of_a_new_file_is_written_through_or_waited_for(tmp_path: Path, kind: str) -> None:
    """Whoever owns the folder could have root write behind a link; a killed process may have left its half file."""
    target, elsewhere = tmp_path / "folder" / "state", tmp_path / "elsewhere"
    partial = target.with_name(f".state.{os.getpid()}.part")
    target.parent.mkdir()
    elsewhere.write_bytes(b"of others")
    if kind == "link":
        partial.symlink_to(elsewhere)
    elif kind == "pipe":
        os.mkfifo(partial)
    else:
        partial.write_bytes(b"longer than what is written")
        partial.chmod(0o666)
    write_durably(target, b"new", 0o600)
    assert elsewhere.read_bytes() == b"of others"
    assert (target.read_bytes(), target.lstat().st_mode) == (b"new", stat.S_IFREG | 0o600)
    assert list(target.parent.iterdir()) == [target]


def test_root_gives_a_link_away_and_nothing_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Path] = []

    def chown(path: Path, _user: int, _group: int, *, follow_symlinks: bool = True) -> None:
        given.append(path.resolve() if follow_symlinks else path)

    elsewhere, link = tmp_path / "elsewhere", tmp_path / "state"
    elsewhere.write_bytes(b"of others")
    link.symlink_to(elsewhere)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", chown)
    own_like_folder(link)
    assert given == [link]
