"""Read a workbook by hand: each cell exactly, with its formula. openpyxl rounds times to milliseconds."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from xml.etree import ElementTree as ET
from zipfile import ZipFile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
US_PER_DAY = 86_400_000_000


@dataclass(frozen=True)
class Found:
    """A cell. ``value``: a number or a text; ``formula``: '' for none."""

    value: float | str
    formula: str = ""

    @property
    def us(self) -> int:
        """The nearest microsecond, of a length in days."""
        return round(Fraction(float(self.value)) * US_PER_DAY)


Sheet = list[dict[str, Found]]


def sheets(book: bytes) -> Mapping[str, Sheet]:
    """All rows of each sheet, by the letters of their columns."""
    with ZipFile(io.BytesIO(book)) as packed:
        texts: list[str] = []
        if "xl/sharedStrings.xml" in packed.namelist():
            texts += map(_text, ET.fromstring(packed.read("xl/sharedStrings.xml")))
        targets = {
            one.attrib["Id"]: one.attrib["Target"].lstrip("/").removeprefix("xl/")
            for one in ET.fromstring(packed.read("xl/_rels/workbook.xml.rels"))
        }
        tabs = ET.fromstring(packed.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
        return {tab.attrib["name"]: _rows(packed.read(f"xl/{targets[tab.attrib[RELATION]]}"), texts) for tab in tabs}


def _rows(content: bytes, texts: list[str]) -> Sheet:
    found = []
    for row in ET.fromstring(content).iter(f"{MAIN}row"):
        cells = {}
        for cell in row:
            value, formula = cell.find(f"{MAIN}v"), cell.findtext(f"{MAIN}f", "")
            if value is None or value.text is None:
                continue
            kind = cell.attrib.get("t", "n")
            letters = re.sub(r"\d", "", cell.attrib["r"])
            if kind == "s":
                cells[letters] = Found(texts[int(value.text)], formula)
            else:
                cells[letters] = Found(float(value.text) if kind == "n" else value.text, formula)
        found.append(cells)
    return found


def _text(entry: ET.Element) -> str:
    whole = "".join(part.text or "" for part in entry.iter(f"{MAIN}t"))
    return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), whole)


def without_results(book: bytes) -> bytes:
    """The same workbook without the results of its formulas: whoever shows them must compute them."""
    made = io.BytesIO()
    with ZipFile(io.BytesIO(book)) as packed, ZipFile(made, "w") as other:
        for name in packed.namelist():
            content = packed.read(name)
            if name.startswith("xl/worksheets/"):
                content = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", content)
            other.writestr(name, content)
    return made.getvalue()
