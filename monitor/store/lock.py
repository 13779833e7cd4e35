"""Lock the state folder for the one daemon; the lock is on the folder itself, which nobody can delete from under it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from monitor.domain.message import message
from monitor.store.errors import StoreError


@contextmanager
def only_daemon(state: Path) -> Iterator[None]:
    """Hold the lock; raises StoreError when another process has it, OSError when the folder cannot be made.

    `daemon.lock` is locked as well, for older versions. Where it cannot be written, on a full or read-only disk, or is
    a link, which could have root make a file elsewhere, the folder's own lock is enough.
    """
    state.mkdir(mode=0o750, parents=True, exist_ok=True)
    handles = [os.open(state, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
    with suppress(OSError):
        handles.append(os.open(state / "daemon.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640))
    try:
        try:
            for handle in handles:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StoreError(message("another daemon already works in {state}. Stop it first", state=state)) from None
        yield
    finally:
        for handle in handles:
            os.close(handle)


def daemon_runs(state: Path) -> bool:
    """Return whether a daemon holds the lock."""
    try:
        handle = os.open(state, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
