"""Read a list of sites as spreadsheet programs save it, in any encoding, separator and language of headings."""

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from monitor.cli.errors import BAD_INPUT, Failure
from monitor.cli.workbook import WorkbookFault, workbook_lines
from monitor.domain.message import NP_, Message, message, messages, said_by
from monitor.domain.text import ascii_digits, comparison_key, nfc
from monitor.i18n.languages import languages, lookup
from monitor.plain_file import LIST_BYTES, PlainFileError, read_bounded
from monitor.settings.proposal import new_id

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
FIGURES = {"id", "latitude", "longitude", "parent", "address"}  # in which a Bangla zero is 0
DELIMITERS = ",;\t|"
MOST_ROWS = 100_000
MOST_ABOVE = 20  # lines above the headings: title, office, date
HEADINGS: Mapping[str, str] = {
    "id": NP_("heading", "site|site id"),
    "kind": NP_("heading", "type"),
    "name_bn": NP_("heading", "name bangla|bangla name|name bengali"),
    "name_en": NP_("heading", "name english|english name|name"),
    "union": NP_("heading", "union"),
    "latitude": NP_("heading", "lat"),
    "longitude": NP_("heading", "lon|lng|long"),
    "parent": NP_("heading", "behind|upstream"),
    "operator": NP_("heading", "isp"),
    "address": NP_("heading", "ip|ip address"),
    "snmp": NP_("heading", "snmp"),
}
"""Headings of a column beside its own name, as the lists of people have them: '|' stands between two of them.

Here the English ones; each language's own are the translation. A list may have those of any language.
"""
WORDS: Mapping[str, str] = {
    "": NP_("word of a heading", "sl|serial"),  # a running number, which says nothing
    "address": NP_("word of a heading", "ip"),
    "latitude": NP_("word of a heading", "latitude"),
    "longitude": NP_("word of a heading", "longitude"),
    "name_en": NP_("word of a heading", "english"),
    "operator": NP_("word of a heading", "operator"),
    "kind": NP_("word of a heading", "kind|type"),
    "id": NP_("word of a heading", "id"),
    "union": NP_("word of a heading", "union"),
    "name_bn": NP_("word of a heading", "bangla|bengali"),
}
"""Words by which other headings are known, the most telling first; those of other scripts with whatever ending."""
WORKBOOKS = (b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1"))  # of Excel and LibreOffice, new and old
HEADING = re.compile(r"[\u0980-\u09ff\u200c\u200d \t,;|_()A-Za-z]{8}")
"""How a heading in Bangla begins; read in another encoding than its own, it does not."""
KINDS: Mapping[str, str] = {
    "backbone": NP_("kind of site", "backbone link|link"),
    "udc": NP_("kind of site", "digital centre|digital center|union digital centre|union digital center"),
    "lab": NP_("kind of site", "ict lab|computer lab|language lab|digital lab|school lab"),
    "office": NP_("kind of site", "government office"),
}
"""What people write for a kind of site, as HEADINGS."""

Row = Mapping[str, str]


class SiteList(NamedTuple):
    """A list as it was understood: our name of each heading, and each row with the line on which it begins."""

    columns: Mapping[str, str]
    rows: Sequence[tuple[int, Row]]


def rows(file: Path) -> Sequence[tuple[int, Row]]:
    """Read each row of ``file`` with the line on which it begins; ends the command when it is no such list."""
    return site_list(file).rows


def site_list(file: Path, ids_made: bool = False) -> SiteList:
    """Read a list of sites, CSV or a workbook's first sheet; ends the command when it is no such list.

    Cells come in NFC, without the blanks around them, missing ones empty; figures in ASCII, kinds in our words. With
    ``ids_made`` a row without an id gets one made of its English name.
    """
    found: list[tuple[int, Row]] = []
    taken: set[str] = set()
    lines = _lines(file)
    above, heading = _heading(lines)
    names = [_column(cell) for cell in heading]
    _check_heading(file, above, names, NEEDED - {"id"} if ids_made else NEEDED)
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            raise _wrong(file, line, _too_long(len(cells), len(names)))
        if len(found) == MOST_ROWS:
            said = message("is row {row:,}. Expected at most {most:,}", row=MOST_ROWS + 1, most=MOST_ROWS)
            raise _wrong(file, line, said)
        given = dict(zip(names, cells, strict=False))
        row = {column: _cell(column, given.get(column, "")) for column in COLUMNS}
        if ids_made and not row["id"]:
            row["id"] = new_id(row["name_en"], taken)
        taken.add(row["id"])
        found.append((line, row))
    if not found:
        raise _wrong(file, 0, message("has no rows. Expected a heading and a site on each line"))
    return SiteList(dict(zip(heading, names, strict=True)), found)


def _heading(lines: Iterator[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    """Return the line of the headings: the first that names two columns, as a title may stand above; else the first."""
    first: tuple[int, list[str]] | None = None
    for line, cells in islice(lines, MOST_ABOVE):
        if len({_column(cell) for cell in cells} & {*COLUMNS}) > 1:
            return line, cells
        first = first or (line, cells)
    return first or (1, [])


def _lines(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line, the heading's first."""
    try:
        content = read_bounded(file, LIST_BYTES)
    except PlainFileError as error:
        raise _wrong(file, 0, message("{why}. Expected a CSV file or a workbook", why=said_by(error))) from None
    if not content.startswith(WORKBOOKS):
        yield from _csv_lines(file, _decoded(file, content))
        return
    try:
        yield from workbook_lines(content)
    except WorkbookFault as fault:
        raise _wrong(
            file, 0, message("{why}. Expected a workbook of Excel or LibreOffice", why=said_by(fault))
        ) from None


def _first_with_delimiter(text: str) -> str:
    """Return the first line that has a delimiter: a title above the headings has none."""
    lines = islice(StringIO(text), MOST_ABOVE)
    return next((line for line in lines if any(delimiter in line for delimiter in DELIMITERS)), "")


def _csv_lines(file: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    first, _, rest = text.partition("\n")
    named = re.fullmatch(r"sep=(.)\s*", first)  # the separator's declaration for Excel
    if named:
        text = rest
    delimiter = named[1] if named else max(DELIMITERS, key=_first_with_delimiter(text).count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    above = 1 if named else 0
    line = above + 1
    try:
        for cells in reader:
            yield line, cells
            line = above + reader.line_num + 1
    except csv.Error as error:
        raise _wrong(file, line, message("is no CSV: {why}", why=str(error))) from None


def _wrong(file: Path, line: int, fault: Message) -> Failure:
    where = f"{file}:{line}" if line else str(file)
    return Failure(message("{where}: {fault}", where=where, fault=fault), BAD_INPUT)


def _too_long(cells: int, columns: int) -> Message:
    return messages(
        "{cells} cells where the heading has {count} column. Expected no more cells than columns",
        "{cells} cells where the heading has {count} columns. Expected no more cells than columns",
        columns,
        cells=cells,
    )


def spoilt(cell: str) -> bool:
    """Tell whether ``cell`` was Bangla before a program saved it in an encoding that has none, or read it as one.

    Of the first '?' are left; of the second 'à¦' and 'à§', which is how Windows shows Bangla's bytes in UTF-8.
    """
    if cell.isascii() and "?" not in cell:
        return False
    nothing_else = "?" in cell and not any(character.isalnum() for character in cell)
    return nothing_else or any(sign in cell for sign in ("\ufffd", "??", "à¦", "à§"))


def _decoded(file: Path, written: bytes) -> str:
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
        raise _wrong(file, line, message("is no UTF-8. Expected CSV saved as UTF-8 or UTF-16")) from None


def _column(heading: str) -> str:
    """Return our name of a column, or the heading as it is, in lower case."""
    plain = _plain(heading)
    for column, names in HEADINGS.items():
        if plain == _plain(column) or plain in _accepted("heading", names):
            return column
    words = plain.split()
    for column, names in WORDS.items():
        for each in _accepted("word of a heading", names):
            if any(word == each or (word.startswith(each) and not each.isascii()) for word in words):
                return column
    return comparison_key(heading)


@cache
def _accepted(context: str, names: str) -> frozenset[str]:
    """Return what a list may have for ``names``, in every language that there is."""
    of_all = (lookup(lang, names, context=context) for lang in languages())
    return frozenset(_plain(name) for text in of_all for name in text.split("|"))


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[()\[\]_.:/-]", " ", comparison_key(heading)).split())


def _check_heading(file: Path, line: int, names: list[str], needed: AbstractSet[str]) -> None:
    names = [name for name in names if name]
    missing, strange = needed - set(names), sorted({name for name in names if name not in COLUMNS})
    lacking, odd = sorted(missing), repr(strange[0][:60]) if strange else ""
    if missing and strange:
        said = message("the heading lacks {columns}; {odd} is none of them", columns=lacking, odd=odd)
    elif missing:
        said = message("the heading lacks {columns}", columns=lacking)
    elif strange:
        said = message("the heading has the unknown column {odd}", odd=odd)
    elif len(set(names)) < len(names):
        said = message("the heading has a column twice")
    else:
        return
    raise _wrong(file, line, message("{fault}. Expected columns of: {known}", fault=said, known=COLUMNS))


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
        if solid == kind or plain in _accepted("kind of site", names):
            return kind
    return written


def circles(rows: Sequence[tuple[int, Row]]) -> Iterator[tuple[int, str]]:
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
