"""Files are written so that a power cut leaves the old one or the new one: what is synced, and in which order."""

import os
from pathlib import Path

import pytest

from monitor.durable import move_durably, write_durably


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
