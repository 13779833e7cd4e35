"""Write a copy of the public page into a folder, for another web server: each file whole or not at all.

The folder must be empty, or one that was written to before: a list of our own files in it says so. What is no longer
published is removed; nothing else in it is touched.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from monitor.domain.message import Message, message
from monitor.domain.progress import Progress, unheard
from monitor.durable import own_like_folder, sync_folder
from monitor.plain_file import PlainFileError, read_bounded

LIST = ".published-by-upazila-monitor"
MOST_LIST_BYTES = 1_048_576
FILE_MODE, FOLDER_MODE = 0o644, 0o755  # the web server is another user


class ExportRefused(OSError):
    """The folder cannot take a copy; the message says why, and what was expected."""

    def __init__(self, said: Message) -> None:
        super().__init__(said)
        self.said = said


def export(folder: Path, files: Mapping[str, bytes], progress: Progress = unheard) -> None:
    """Write ``files`` by name below ``folder``, in their order; raises ExportRefused, OSError.

    The last one should be the page: whoever reads it finds what it names.
    """
    before = _ours(folder)
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(FOLDER_MODE)
        own_like_folder(folder)
    _write(folder / LIST, "".join(f"{name}\n" for name in sorted({*before, *files})).encode())
    for at, (name, content) in enumerate(files.items()):
        progress(at, len(files))
        path = folder / name
        if path.parent != folder and not path.parent.is_dir():
            path.parent.mkdir(exist_ok=True)
            path.parent.chmod(FOLDER_MODE)
            own_like_folder(path.parent)
        if not _is_so(path, content):
            _write(path, content)
    for name in before - files.keys():
        (folder / name).unlink(missing_ok=True)
    _write(folder / LIST, "".join(f"{name}\n" for name in sorted(files)).encode())
    sync_folder(folder)


def _ours(folder: Path) -> set[str]:
    """Return the names of the files that an earlier copy left; raises ExportRefused."""
    if not folder.exists():
        return set()
    if not folder.is_dir():
        raise ExportRefused(message("{folder} is no folder. Expected one for the copy", folder=folder))
    try:
        listed = read_bounded(folder / LIST, MOST_LIST_BYTES).decode().split("\n")
    except (PlainFileError, UnicodeDecodeError):
        if any(folder.iterdir()):
            raise ExportRefused(
                message(
                    "{folder} has files of others. Expected an empty folder, or one of an earlier copy", folder=folder
                )
            ) from None
        return set()
    parts = {name: Path(name).parts for name in listed if name}
    return {name for name, each in parts.items() if ".." not in each and not Path(name).is_absolute() and len(each) < 3}


def _is_so(path: Path, content: bytes) -> bool:
    """Return whether the file is there with that content, so that readers keep what they have."""
    try:
        return not path.is_symlink() and read_bounded(path, len(content)) == content
    except PlainFileError:
        return False


def _write(path: Path, content: bytes) -> None:
    """Replace a file as a whole, readable by everybody."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    with suppress(FileNotFoundError):
        partial.unlink()
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), FILE_MODE)  # whatever the umask of the daemon
            os.fsync(file.fileno())
        own_like_folder(partial)
        partial.replace(path)
    except BaseException:  # Ctrl-C among them
        partial.unlink(missing_ok=True)
        raise
