"""Tell whether a process is of the same files as the one that started it.

An upgrade exchanges the program's files under a daemon at work. What that daemon starts afterwards is of the new ones,
and what one of them pickles, the other would misunderstand.
"""

import hashlib
import sys
from pathlib import Path

EXCHANGED = 69
"""The exit code of a process that is of other files than who started it (EX_UNAVAILABLE of sysexits.h)."""


def identity(package: Path) -> str:
    """Return what tells a package's files from others: a digest of their names, sizes and times."""
    found = hashlib.blake2b(digest_size=16)
    for file in sorted(package.rglob("*.py")):
        stat = file.stat()
        found.update(f"{file.relative_to(package)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return found.hexdigest()


IDENTITY = identity(Path(__file__).parent)
"""Of the files with which this process was started."""


def end_unless_of(theirs: str) -> None:
    """End this process with `EXCHANGED` where who started it is of other files; ``theirs``: its `IDENTITY`."""
    if theirs != IDENTITY:
        sys.exit(EXCHANGED)
