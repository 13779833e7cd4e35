"""Read a list of sites as spreadsheet programs save it, in any encoding, separator and language of headings."""

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path

from monitor.cli.errors import BAD_INPUT, Failure
from monitor.domain.text import ascii_digits, comparison_key, nfc
from monitor.plain_file import LIST_BYTES, PlainFileError, read_bounded

COLUMNS = (
    "id",
    "kind",
    "name_bn",
    "name_en",
    "union",
    "latitude",
    "longitude",
    "parent",
    "operator",
    "address",
    "snmp",
)
NEEDED = {"id", "kind", "name_bn", "name_en", "address"}
FIGURES = {"id", "latitude", "longitude", "parent", "address"}  # in which ০ is 0
DELIMITERS = ",;\t|"
MOST_ROWS = 100_000
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "id": ("আইডি", "পরিচিতি", "site", "site id"),
    "kind": ("ধরন", "ধরণ", "প্রকার", "type"),
    "name_bn": ("নাম", "বাংলা নাম", "নাম বাংলা", "নাম বাংলায়", "name bangla", "bangla name", "name bengali"),
    "name_en": ("ইংরেজি নাম", "নাম ইংরেজি", "নাম ইংরেজিতে", "name english", "english name", "name"),
    "union": ("ইউনিয়ন", "ইউনিয়নের নাম"),
    "latitude": ("অক্ষাংশ", "lat"),
    "longitude": ("দ্রাঘিমাংশ", "lon", "lng", "long"),
    "parent": ("ঊর্ধ্বতন", "উৎস", "মূল সংযোগ", "behind", "upstream"),
    "operator": ("অপারেটর", "সংযোগ প্রদানকারী", "প্রদানকারী", "isp"),
    "address": ("আইপি", "আইপি ঠিকানা", "ঠিকানা", "ip", "ip address"),
    "snmp": ("এসএনএমপি",),
}
WORDS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("", ("ক্রমিক", "ক্রম", "sl", "serial")),  # a running number, which says nothing
    ("address", ("আইপি", "ip")),
    ("latitude", ("অক্ষাংশ", "latitude")),
    ("longitude", ("দ্রাঘিমা", "longitude")),
    ("name_en", ("ইংরেজি", "english")),
    ("operator", ("অপারেটর", "প্রদানকারী", "operator")),
    ("kind", ("ধরন", "ধরণ", "প্রকার", "kind", "type")),
    ("id", ("আইডি", "id")),
    ("union", ("ইউনিয়ন", "union")),
    ("name_bn", ("নাম", "বাংলা", "bangla", "bengali")),
)
"""Words by which other headings are told, the most telling first; Bangla ones with whatever ending."""
WORKBOOKS = (b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1"))  # of Excel and LibreOffice, new and old
HEADING = re.compile(r"[\u0980-\u09ff\u200c\u200d \t,;|_()A-Za-z]{8}")
"""How a heading in Bangla begins; read in another encoding than its own, it does not."""
KINDS: Mapping[str, tuple[str, ...]] = {
    "backbone": ("backbone link", "link", "ব্যাকবোন", "ব্যাকবোন সংযোগ", "সংযোগ"),
    "udc": (
        "digital centre",
        "digital center",
        "union digital centre",
        "union digital center",
        "ডিজিটাল সেন্টার",
        "ডিজিটাল কেন্দ্র",
        "ইউনিয়ন ডিজিটাল সেন্টার",
        "ইউডিসি",
    ),
    "lab": ("ict lab", "computer lab", "language lab", "digital lab", "school lab", "ল্যাব", "কম্পিউটার ল্যাব", "ডিজিটাল ল্যাব"),
    "office": ("government office", "কার্যালয়", "অফিস", "দপ্তর", "সরকারি অফিস"),
}

Row = Mapping[str, str]


def rows(file: Path) -> list[tuple[int, Row]]:
    """Read each row of ``file`` with the line on which it begins; ends the command when it is no such list.

    Cells come in NFC, without the blanks around them, missing ones empty; figures in ASCII, kinds in our words.
    """
    text = _decoded(file)
    first, _, rest = text.partition("\n")
    named = re.fullmatch(r"sep=(.)\s*", first)  # the separator's declaration for Excel
    if named:
        text = rest
    delimiter = named[1] if named else max(DELIMITERS, key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[tuple[int, Row]] = []
    above = 1 if named else 0
    line = above + 1
    try:
        names = [_column(cell) for cell in next(reader, [])]
        _check_heading(file, line, names)
        line = above + reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
                    what = f"{len(cells)} cells where the heading has {len(names)} columns"
                    raise Failure(f"{file}:{line}: {what}. Expected no more cells than columns", BAD_INPUT)
                if len(found) == MOST_ROWS:
                    raise Failure(f"{file}:{line}: is row {MOST_ROWS + 1:,}. Expected at most {MOST_ROWS:,}", BAD_INPUT)
                given = dict(zip(names, cells, strict=False))
                found.append((line, {column: _cell(column, given.get(column, "")) for column in COLUMNS}))
            line = above + reader.line_num + 1
    except csv.Error as error:
        raise Failure(f"{file}:{line}: is no CSV: {error}", BAD_INPUT) from None
    if not found:
        raise Failure(f"{file}: has no rows. Expected a heading and a site on each line", BAD_INPUT)
    return found


def spoilt(cell: str) -> bool:
    """Tell whether ``cell`` was Bangla before a program saved it in an encoding that has none, or read it as one.

    Of the first '?' are left; of the second 'à¦' and 'à§', which is how Windows shows Bangla's bytes in UTF-8.
    """
    if cell.isascii() and "?" not in cell:
        return False
    nothing_else = "?" in cell and not any(character.isalnum() for character in cell)
    return nothing_else or any(sign in cell for sign in ("\ufffd", "??", "à¦", "à§"))


def _decoded(file: Path) -> str:
    try:
        written = read_bounded(file, LIST_BYTES)
    except PlainFileError as error:
        raise Failure(f"{file}: {error}. Expected a CSV file", BAD_INPUT) from None
    if written.startswith(WORKBOOKS):
        raise Failure(f"{file}: is a workbook. Expected it saved as 'CSV UTF-8'", BAD_INPUT)
    encoding = "utf-8-sig"
    if written.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        encoding = "utf-32"
    elif written.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\0" in written[:2]:  # UTF-16 without its mark: a heading begins with an ASCII letter
        encoding = "utf-16-be" if written[:1] == b"\0" else "utf-16-le"
    else:
        guesses = [name for name in ("utf-16-le", "utf-16-be") if HEADING.match(written[:64].decode(name, "replace"))]
        encoding = next(iter(guesses), encoding)
    try:
        return written.decode(encoding)
    except UnicodeDecodeError as error:
        line = written.count(b"\n", 0, error.start) + 1
        raise Failure(f"{file}:{line}: is no UTF-8. Expected CSV saved as UTF-8 or UTF-16", BAD_INPUT) from None


def _column(heading: str) -> str:
    """Return our name of a column, or the heading as it is, in lower case."""
    plain = _plain(heading)
    for column, names in HEADINGS.items():
        if plain in {_plain(column), *map(_plain, names)}:
            return column
    words = plain.split()
    for column, beginnings in WORDS:
        keys = [comparison_key(each) for each in beginnings]
        if any(word == each or (word.startswith(each) and not each.isascii()) for word in words for each in keys):
            return column
    return comparison_key(heading)


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[()\[\]_.:/-]", " ", comparison_key(heading)).split())


def _check_heading(file: Path, line: int, names: list[str]) -> None:
    names = [name for name in names if name]
    missing, strange = NEEDED - set(names), sorted({name for name in names if name not in COLUMNS})
    if missing or strange or len(set(names)) < len(names):
        problem = (
            f"lacks {', '.join(sorted(missing))}{f'; {strange[0][:60]!r} is none of them' if strange else ''}"
            if missing
            else f"has the unknown column {strange[0][:60]!r}"
            if strange
            else "has a column twice"
        )
        raise Failure(f"{file}:{line}: the heading {problem}. Expected columns of: {', '.join(COLUMNS)}", BAD_INPUT)


def _cell(column: str, written: str) -> str:
    text = nfc(written).strip()
    if column in FIGURES:
        text = ascii_digits(text)
    if column in {"latitude", "longitude"} and re.fullmatch(r"-?\d+,\d+", text, re.ASCII):
        return text.replace(",", ".")
    return _kind(text) if column == "kind" else text


def _kind(written: str) -> str:
    plain = _plain(written)
    solid = plain.replace(" ", "")
    for kind, names in KINDS.items():
        if solid == kind or plain in {_plain(name) for name in names}:
            return kind
    return written


def circles(rows: list[tuple[int, Row]]) -> Iterator[tuple[int, str]]:
    """Yield (line, id) of each row that is its own ancestor; linear in the rows, however long their chains."""
    parents = {row["id"]: row["parent"] for _, row in rows}
    done: set[str] = set()
    circle: set[str] = set()
    for start in parents:
        way: dict[str, None] = {}
        at = start
        while at in parents and at not in done and at not in way:
            way[at] = None
            at = parents[at]
        if at in way:
            names = list(way)
            circle.update(names[names.index(at) :])
        done.update(way)
    return ((line, row["id"]) for line, row in rows if row["id"] in circle)
