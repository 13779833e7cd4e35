"""`import`: a spreadsheet becomes sites, or every fault in it is told with its line."""

import os
import subprocess
import time
import tomllib
from pathlib import Path

import pytest

from monitor.cli.errors import Failure
from monitor.cli.spreadsheet import Row, circles, site_list, spoilt
from monitor.settings.fleet import Fleet
from monitor.settings.sites_file import SitesFile
from tests.cli.typed import Done, do
from tests.lab.daemon import program
from tests.lab.waiting import patient

HEADING = "id,kind,name_bn,name_en,union,latitude,longitude,parent,operator,address,snmp\n"
GOOD = (
    'udc-new,udc,"নতুন ""ডিজিটাল"" কেন্দ্র",New centre,dharampur,24.05,88.99,backbone-north,,127.78.0.1,\n'
    "\n"
    'lab-new,lab,ল্যাব,"Lab, with a comma",,,,udc-new,BTCL,fd78::1,\n'
)


def imported(tmp_path: Path, text: str, encoding: str = "utf-8") -> Done:
    file = tmp_path / "sites.csv"
    file.write_bytes(text.encode(encoding))
    return do("import", str(file))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_rows_become_sites(tmp_path: Path, encoding: str) -> None:
    done = imported(tmp_path, HEADING + GOOD, encoding)

    assert done.returncode == 0, done.stderr
    sites = Fleet.of(SitesFile.model_validate(tomllib.loads(done.stdout))).sites
    assert sites["udc-new"].name_bn == 'নতুন "ডিজিটাল" কেন্দ্র'
    assert (sites["udc-new"].position, sites["udc-new"].parent) == ((24.05, 88.99), "backbone-north")
    assert (sites["lab-new"].name_en, sites["lab-new"].operator) == ("Lab, with a comma", "BTCL")


def test_semicolons_and_another_order_of_columns_are_understood(tmp_path: Path) -> None:
    done = imported(tmp_path, "address;id;kind;name_en;name_bn\r\n127.78.0.9;office-9;office;Office;কার্যালয়\r\n")

    assert done.returncode == 0, done.stderr
    assert tomllib.loads(done.stdout)["sites"]["office-9"]["address"] == "127.78.0.9"


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ("A B,udc,ক,K,,,,,,127.78.0.1,\n", ["2: id: 'A B' is no id"]),
        ("office-ict,udc,ক,K,,,,,,127.78.0.1,\n", ["2: id: 'office-ict' is there already"]),
        ("a,shop,ক,K,,,,,,127.78.0.1,\n", ["2: kind: "]),
        ("a,udc,,K,,,,,,127.78.0.1,\n", ["2: name_bn: "]),
        ("a,udc,ক,K,,91,88,,,127.78.0.1,\n", ["2: latitude: found 91.0. Expected 90 or less"]),
        ("a,udc,ক,K,,24,,,,127.78.0.1,\n", ["2: longitude: found a text. Expected a number"]),
        ("a,udc,ক,K,,24,nan,,,127.78.0.1,\n", ["2: longitude: found a text. Expected a number"]),
        ('a,udc,"ক\nখ",K,,,,,,127.78.0.1,\n', ["2: name_bn: has a line break"]),
        ("a,udc,ক\0,K,,,,,,127.78.0.1,\n", ["2: name_bn: has a line break"]),
        ("a,udc,ক,K,,,,nobody,,127.78.0.1,\n", ["2: parent: no site 'nobody'"]),
        ("a,udc,ক,K,,,,,,somewhere,\n", ["2: address: this text is not an address"]),
        ("a,udc,ক,K,,,,,,127.77.0.1,\n", ["2: address: 127.77.0.1 is there already"]),
        ("a,udc,ক,K,,,,,,127.78.0.1,core\n", ["2: snmp: monitor.toml has no credentials of that name"]),
        (
            "a,udc,ক,K,,,,b,,127.78.0.1,\nb,udc,ক,K,,,,a,,127.78.0.2,\n",
            ["2: parent: 'a' is its own ancestor", "3: parent: 'b' is its own ancestor"],
        ),
        (
            '"a","udc","ক\nখ",K,,,,,,127.78.0.1,\na,udc,ক,K,,,,,,127.78.0.1,\n',
            ["4: id: 'a' is there already", "4: address: 127.78.0.1 is there already"],
        ),
        ("a,udc,ক,K,,,,,,127.78.0.1,,,x\n", ["2: 13 cells where the heading has 11 columns"]),
        ('a,"udc,ক,K\n', ["2: is no CSV"]),
        ("", ["has no rows"]),
        (
            '"a\x1b]0;x\x07",udc,ক,K,,,,"b\n7: id: forged",,127.78.0.1,\n',
            ["2: id: 'a\\x1b]0;x\\x07' is no id", "2: parent: no site 'b\\n7: id: forged'"],
        ),
    ],
)
def test_each_fault_is_told_with_its_line_and_nothing_is_imported(tmp_path: Path, rows: str, faults: list[str]) -> None:
    done = imported(tmp_path, HEADING + rows)

    assert (done.returncode, done.stdout) == (2, "")
    for fault in faults:
        assert fault in done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    ("heading", "fault"),
    [
        ("id,kind\n", ":1: the heading lacks address, name_bn, name_en"),
        ("id,kind,name_bn,name_en,address,colour\n", ":1: the heading has the unknown column 'colour'"),
        ("id,id,kind,name_bn,name_en,address\n", ":1: the heading has a column twice"),
    ],
)
def test_a_wrong_heading_is_told(tmp_path: Path, heading: str, fault: str) -> None:
    done = imported(tmp_path, heading + "x\n")

    assert done.returncode == 2
    assert fault in done.stderr


def test_a_file_of_another_encoding_is_refused(tmp_path: Path) -> None:
    done = imported(tmp_path, HEADING + "é", "latin-1")

    assert done.returncode == 2
    assert "is no UTF-8" in done.stderr


def test_a_list_that_a_spreadsheet_saved_as_utf_16_is_read(tmp_path: Path) -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        done = imported(tmp_path, HEADING.replace(",", "\t") + "a\tudc\tক\tK\t\t\t\t\t\t127.78.0.1\t\r\n", encoding)
        assert done.returncode == 0, done.stderr
        assert tomllib.loads(done.stdout)["sites"]["a"]["name_bn"] == "ক"


BANGLA = (
    "আইডি;ধরন;নাম (বাংলা);নাম (ইংরেজি);ইউনিয়ন;অক্ষাংশ;দ্রাঘিমাংশ;আইপি ঠিকানা\r\n"
    "udc-৬;Digital Centre;বা\u09dcি;House;ধরমপুর;২৪,০৫;৮৮,৯৯;১২৭.৭৮.০.৬\r\n"
    "lab-7;ল্যাব;র\u200d্যাব;Lab;;24.05;88.99;127.78.0.7\r\n"
)


def test_bangla_headings_digits_kinds_and_decimal_commas_are_understood(tmp_path: Path) -> None:
    for text in (BANGLA, "sep=;\r\n" + BANGLA, BANGLA.replace("য়", "\u09df")):
        done = imported(tmp_path, text, "utf-8-sig")
        assert done.returncode == 0, done.stderr
        sites = tomllib.loads(done.stdout)["sites"]
        assert (sites["udc-6"]["kind"], sites["udc-6"]["address"]) == ("udc", "127.78.0.6")
        assert sites["udc-6"]["position"] == sites["lab-7"]["position"] == [24.05, 88.99]
        assert sites["udc-6"]["name_bn"] == "বা\u09a1\u09bcি", "normalised"
        assert (sites["lab-7"]["kind"], sites["lab-7"]["name_bn"]) == ("lab", "র\u200d্যাব")


@pytest.mark.parametrize("name", ["????? ???????", "?", "?? (?)", "\ufffd\ufffd"])
def test_a_name_of_question_marks_alone_is_refused(tmp_path: Path, name: str) -> None:
    done = imported(tmp_path, HEADING + f"a,udc,{name},K,,,,,,127.78.0.1,\n")
    assert done.returncode == 2
    assert ":2: name_bn: has '?' or 'à¦' where Bangla was" in done.stderr
    assert imported(tmp_path, HEADING + "a,udc,কেন?,Why?,,,,,,127.78.0.1,\n").returncode == 0


def test_what_turns_the_writing_is_refused(tmp_path: Path) -> None:
    done = imported(tmp_path, HEADING + "a,udc,ক\u202eখ,K,,,,,,127.78.0.1,\n")
    assert done.returncode == 2
    assert "name_bn: has a line break or an invisible letter" in done.stderr


@pytest.mark.parametrize("place", ["/dev/zero", "/", "pipe", "huge"])
def test_what_is_no_list_is_refused_at_once(tmp_path: Path, place: str) -> None:
    file = tmp_path / "sites.csv"
    if place == "pipe":
        os.mkfifo(file)
    elif place == "huge":
        with file.open("wb") as empty:
            empty.truncate(10**12)
    else:
        file.symlink_to(place)
    done = subprocess.run([program(), "import", str(file)], capture_output=True, encoding="utf-8", timeout=30)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith("Expected a CSV file or a workbook\n")


def test_long_chains_of_parents_take_no_time() -> None:
    chain: list[tuple[int, Row]] = [(n, {"id": f"s{n}", "parent": f"s{n + 1}"}) for n in range(50_000)]
    began = time.perf_counter()
    assert list(circles(chain)) == []
    assert [id_ for _, id_ in circles([*chain, (50_000, {"id": "s50000", "parent": "s49998"})])] == [
        "s49998",
        "s49999",
        "s50000",
    ]
    assert time.perf_counter() - began < patient(5)


ONE = {"id": "lab-x", "kind": "lab", "name_bn": "ল্যাব", "name_en": "Lab", "address": "127.9.9.9"}


@pytest.mark.parametrize(
    "heading",
    [
        "আইডি,ধরন,বাংলায় নাম,ইংরেজিতে নাম,আইপি অ্যাড্রেস",
        "সাইট আইডি,সাইটের ধরন,প্রতিষ্ঠানের নাম,প্রতিষ্ঠানের নাম (ইংরেজি),আইপি এড্রেস",
        "Site ID,Site type,Name (Bangla),Name (English),IP addr.",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16", "utf-32"])
def test_headings_in_words_of_an_office_are_understood_in_any_encoding(
    tmp_path: Path, heading: str, encoding: str
) -> None:
    file = tmp_path / "sites.csv"
    file.write_bytes(f"{heading}\r\nlab-x,ল্যাব,ল্যাব,Lab,১২৭.৯.৯.৯\r\n".encode(encoding))
    ((line, row),) = site_list(file).rows
    assert line == 2
    assert {column: cell for column, cell in row.items() if cell} == ONE


def test_a_running_number_is_left_out_and_what_a_heading_does_not_mean_is_named(tmp_path: Path) -> None:
    file = tmp_path / "sites.csv"
    file.write_text("ক্রমিক নং,id,kind,name_bn,name_en,address,\n১,lab-x,lab,ল্যাব,Lab,127.9.9.9,\n", encoding="utf-8")
    assert site_list(file).rows[0][1]["id"] == "lab-x"
    file.write_text("id,kind,name_bn,name_en,মোবাইল\n", encoding="utf-8")
    with pytest.raises(Failure, match="the heading lacks address; 'মোবাইল' is none of them"):
        site_list(file)


@pytest.mark.parametrize("start", [b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")])
def test_a_workbook_that_cannot_be_read_is_refused_as_one(tmp_path: Path, start: bytes) -> None:
    (tmp_path / "sites.xlsx").write_bytes(start + b"\0" * 100)
    with pytest.raises(Failure, match="Expected a workbook of Excel or LibreOffice"):
        site_list(tmp_path / "sites.xlsx")


def test_a_name_that_another_encoding_spoilt_is_seen() -> None:
    bangla = "জুনিয়াদহ বালিকা বিদ্যালয়"
    as_ascii = bangla.encode("cp1252", "replace").decode("cp1252")
    as_windows = bangla.encode().decode("cp1252", "replace")
    as_latin = bangla.encode().decode("latin-1")
    for name in (as_ascii, f"{as_ascii} (1)", f"{as_ascii} ICT", as_windows, as_latin, "\ufffd"):
        assert spoilt(name), name
    for name in (bangla, "Café", "Is it?", "", "ICT"):
        assert not spoilt(name), name


def test_a_secret_in_the_column_of_credentials_is_not_told(tmp_path: Path) -> None:
    done = imported(tmp_path, HEADING + "a,udc,ক,K,,,,,,127.78.0.1,hunter2-canary\n")
    assert "snmp: monitor.toml has no credentials of that name" in done.stderr
    assert "hunter2" not in done.stderr
