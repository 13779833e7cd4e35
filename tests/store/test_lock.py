"""One daemon for one state."""

import fcntl
from pathlib import Path

import pytest

from monitor.store.errors import StoreError
from monitor.store.lock import only_daemon


def test_a_second_daemon_on_the_same_state_is_refused(tmp_path: Path) -> None:
    with only_daemon(tmp_path), pytest.raises(StoreError, match="another daemon"), only_daemon(tmp_path):
        pass
    with only_daemon(tmp_path):
        pass


def test_a_second_daemon_is_refused_even_when_the_lock_file_was_deleted(tmp_path: Path) -> None:
    with only_daemon(tmp_path):
        (tmp_path / "daemon.lock").unlink()
        with pytest.raises(StoreError, match="another daemon"), only_daemon(tmp_path):
            pass


def test_a_daemon_of_an_older_version_is_seen_by_its_lock_file(tmp_path: Path) -> None:
    with (tmp_path / "daemon.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="another daemon"), only_daemon(tmp_path):
            pass


def test_no_file_is_made_behind_a_link_in_the_place_of_the_lock_file(tmp_path: Path) -> None:
    state, elsewhere = tmp_path / "var", tmp_path / "elsewhere"
    state.mkdir()
    (state / "daemon.lock").symlink_to(elsewhere)
    with only_daemon(state), pytest.raises(StoreError, match="another daemon"), only_daemon(state):
        pass
    assert not elsewhere.exists()
