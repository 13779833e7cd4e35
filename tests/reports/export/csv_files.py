"""Read a report's CSV: the rows of each file."""

import csv
import io
from zipfile import ZipFile


def files(packed: bytes) -> dict[str, list[list[str]]]:
    """The rows of each file, by the name of its table."""
    with ZipFile(io.BytesIO(packed)) as found:
        assert found.testzip() is None
        read = {name[3:-4]: found.read(name).decode() for name in found.namelist()}
    for text in read.values():
        assert text.startswith("\ufeff"), "without the mark spreadsheets take Bangla for garbage"
    return {name: list(csv.reader(io.StringIO(text[1:]))) for name, text in read.items()}
