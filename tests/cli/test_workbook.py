"""Lists of sites in workbooks, as Excel and LibreOffice save them."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from monitor.cli import workbook
from monitor.cli.errors import Failure
from monitor.cli.spreadsheet import site_list
from monitor.cli.workbook import WorkbookFault, workbook_lines

XLSX = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>',
}
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/'
    'vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
)
ROWS = (
    ("ক্রমিক", "ধরন", "নাম বাংলা", "Name (English)", "ইউনিয়ন", "IP"),
    (1.0, "lab", "স্কুল ল্যাব", "School lab", "juniadaha", "127.77.1.2"),
    (),
    (2.0, "udc", "কেন্দ্র", "Centre", "", "১২৭.৭৭.১.৩"),
)


def _cell(place: str, value: object) -> str:
    if isinstance(value, float):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def saved(file: Path, rows: tuple[tuple[object, ...], ...] = ROWS) -> Path:
    """A workbook as Excel saves it, with the rows in its first sheet."""
    written = "".join(
        f'<row r="{number}">'
        + "".join(_cell(f"{chr(65 + at)}{number}", value) for at, value in enumerate(row))
        + "</row>"
        for number, row in enumerate(rows, 1)
    )
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{written}</sheetData></worksheet>'
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, text in {**XLSX, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(name, text)
    return file


def saved_ods(file: Path) -> Path:
    """The same rows as LibreOffice saves them."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>' for value in row
        )
        + "</table:table-row>"
        for row in ROWS
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="a">'
        f"{cells}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", content)
    return file


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_a_workbook_is_read_as_a_csv_file_is(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"list.{suffix}"
    listed = site_list(saved(file) if suffix == "xlsx" else saved_ods(file), ids_made=True)
    assert [(line, row["id"], row["kind"], row["address"]) for line, row in listed.rows] == [
        (2, "school-lab", "lab", "127.77.1.2"),
        (4, "centre", "udc", "127.77.1.3"),
    ]
    assert listed.columns["নাম বাংলা"] == "name_bn"


def test_numbers_are_what_a_person_would_type(tmp_path: Path) -> None:
    lines = list(workbook_lines(saved(tmp_path / "a.xlsx", ((24.0, 24.5, "x"),)).read_bytes()))
    assert lines == [(1, ["24", "24.5", "x"])]


def test_an_archive_that_would_fill_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 100)
    with pytest.raises(WorkbookFault, match=r"it unpacks to .* bytes"):
        list(workbook_lines(saved(tmp_path / "a.xlsx").read_bytes()))


def test_a_sheet_that_is_wider_than_any_list_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_COLUMNS", 3)
    with pytest.raises(WorkbookFault, match="it has 6 columns"):
        list(workbook_lines(saved(tmp_path / "a.xlsx").read_bytes()))


def test_a_workbook_without_rows_or_that_is_spoilt_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"a\.xlsx: has no rows"):
        site_list(saved(tmp_path / "a.xlsx", (ROWS[0],)), ids_made=True)
    whole = saved(tmp_path / "b.xlsx").read_bytes()
    for cut in (10, 100, len(whole) // 2):
        (tmp_path / "b.xlsx").write_bytes(whole[:cut])
        with pytest.raises(Failure, match=r"b\.xlsx: .*Expected a workbook"):
            site_list(tmp_path / "b.xlsx", ids_made=True)
