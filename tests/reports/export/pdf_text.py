"""Reads PDFs as people's programs do: poppler finds text, draws pages and names their structure."""

import re
import subprocess
from itertools import pairwise
from pathlib import Path
from unicodedata import normalize


def text_of(pdf: bytes, *options: str) -> str:
    """What pdftotext finds in it."""
    return normalize("NFC", _said(["pdftotext", *options, "-", "-"], pdf).decode())


def words_of(pdf: bytes) -> set[str]:
    """Every word that is found in it, read by columns or by lines; what is broken over two lines is whole.

    Only by lines is it known what stands behind a hyphen at the end of a line of a cell.
    """
    texts = (text_of(pdf).replace("\u200b\n", ""), text_of(pdf, "-layout"))
    return {word for text in texts for word in text.replace("\u200b", "").split()}


def gaps_of(pdf: bytes) -> list[tuple[float, str, str]]:
    """How far each word stands from the next one on its line, in points, with both; below nought they overlap."""
    shape = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="[\d.]+">(.*?)</word>')
    found = []
    for page in _said(["pdftotext", "-bbox", "-", "-"], pdf).decode().split("<page ")[1:]:
        words = sorted((float(y), float(x), float(end), word) for x, y, end, word in shape.findall(page))
        found += [(b[1] - a[2], a[3], b[3]) for a, b in pairwise(words) if a[0] == b[0]]
    return found


def ends_of(pdf: bytes) -> list[tuple[float, str]]:
    """Where each word ends, in points from the left edge of its page, and the word."""
    shape = re.compile(r'<word [^>]*xMax="([\d.]+)"[^>]*>(.*?)</word>')
    return [(float(end), word) for end, word in shape.findall(_said(["pdftotext", "-bbox", "-", "-"], pdf).decode())]


def facts_of(pdf: bytes) -> dict[str, str]:
    """What pdfinfo says of it."""
    lines = _said(["pdfinfo", "-"], pdf).decode().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def structure_of(pdf: bytes) -> str:
    """The tree of its tags."""
    return _said(["pdfinfo", "-struct", "-"], pdf).decode(errors="replace")


def drawn(pdf: bytes, folder: Path, dots_per_inch: int = 60) -> list[Path]:
    """Its pages as pictures in grey (PGM)."""
    _said(["pdftoppm", "-r", str(dots_per_inch), "-gray", "-", str(folder / "page")], pdf)
    return sorted(folder.glob("page*.pgm"))


def _said(words: list[str], pdf: bytes) -> bytes:
    return subprocess.run(words, input=pdf, capture_output=True, check=True).stdout
