"""Compiles the catalogues: each monitor.po to the monitor.mo that gettext reads. Run at set-up and by the packages."""

import os
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from monitor.i18n.languages import LOCALES

NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)
"""The same source makes the same bytes, whenever."""


def compile_catalogues(locales: Path = LOCALES) -> list[Path]:
    """Write every .mo that is missing or older than its .po, and return those; raises OSError."""
    written = []
    for source in sorted(locales.glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as read:
            catalogue = read_po(read, locale=source.parts[-3])
        catalogue.creation_date = catalogue.revision_date = NO_DATE  # babel says now where the source says nothing
        partial = compiled.with_suffix(f".{os.getpid()}.new")  # two may begin at one moment
        with partial.open("wb") as write:
            write_mo(write, catalogue)
        partial.replace(compiled)  # another process may read it meanwhile
        written.append(compiled)
    return written


if __name__ == "__main__":
    compile_catalogues()
