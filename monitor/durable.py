"""Write files that survive a power cut: whole, or not at all."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import current_thread, main_thread


def write_durably(path: Path, content: bytes, mode: int = 0o640) -> None:
    """Replace a file by temp, fsync, rename and fsync of the folder; raises OSError and leaves the old one whole."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    with suppress(FileNotFoundError):  # of a killed process with that number
        partial.unlink()
    # Anew: who owns the folder could put a link there and have root write behind it, or a pipe that nobody reads.
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        own_like_folder(partial)
        move_durably(partial, path)
    except BaseException:  # Ctrl-C among them
        partial.unlink(missing_ok=True)
        raise


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore Ctrl-C while a few files change that belong together; in other threads than the first nobody presses it.

    What takes longer than a moment is done before: afterwards all is done, and the command says so.
    """
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def move_durably(source: Path, target: Path) -> None:
    """Rename within one file system, durably; raises OSError."""
    source.replace(target)
    sync_folder(target.parent)


def sync_file(path: Path) -> None:
    """Sync a file's contents to disk; raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Sync a folder's names to disk; raises OSError."""
    sync_file(folder)


def own_like_folder(path: Path) -> None:
    """Give a file made by root to the folder's owner: a command typed by root must not lock the daemon out.

    Of a link, which that owner may have put in its place, the link itself is given, and nothing behind it.
    """
    if os.geteuid() == 0:
        folder = path.parent.stat()
        with suppress(OSError):  # root of a name space of its own may know that owner by no number
            os.chown(path, folder.st_uid, folder.st_gid, follow_symlinks=False)
