"""Reports, as typed."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import is_zipfile

import pytest

from monitor.judging.decisions import SiteChanged
from monitor.judging.health import State
from monitor.reports.export import typesetting
from monitor.reports.export.formats import FORMATS
from monitor.store.history.file import HistoryFile
from tests.cli.typed import Done, typed
from tests.desk import Desk
from tests.reports.export.pdf_text import facts_of, text_of

LINK = "backbone-north"


@pytest.fixture
def november(desk: Desk, home: Path) -> Path:
    """An office whose link was down on the 24th of November for two hours."""
    desk.decide(SiteChanged(LINK, State.UP, datetime(2026, 10, 1, tzinfo=UTC)))
    desk.wait(hours=2)
    desk.comes_back(LINK)
    desk.wait(hours=1)
    return home


def report(home: Path, *words: str) -> Done:
    return typed(home, "--lang", "en", "report", *words)


def refused(home: Path, *words: str) -> str:
    """The one line in which a bad option is refused."""
    done = report(home, *words)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.removesuffix("\n")


@pytest.mark.usefixtures("november")
def test_json_alone_is_printed_and_says_what_happened(home: Path) -> None:
    done = report(home, "--month", "2026-11", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["period"] == {"kind": "month", "code": "2026-11", "begins": "2026-11-01", "ends": "2026-12-01"}
    (outage,) = found["outages"]
    assert (outage["site"], outage["started"]) == (LINK, "2026-11-24T09:59:45+06:00")
    assert outage["length_us"] == (timedelta(hours=2, seconds=15)) // timedelta(microseconds=1)
    assert found["tickets"]["citizen:10"]["resolved"] == 1


@pytest.mark.usefixtures("november")
def test_files_go_into_the_folder_that_is_named_and_are_the_same_again(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"
    words = ("--quarter", "2026-q4", "--site", LINK, "--format", "json", "--out", str(folder))
    done = report(home, *words)
    path = folder / f"report-2026-Q4-site-{LINK}.json"
    assert (done.returncode, done.stdout) == (0, f"{path}\n")
    before = json.loads(path.read_bytes())
    assert [site["site"] for site in before["sites"]] == [LINK]


@pytest.mark.usefixtures("november")
def test_tables_are_written_as_a_workbook_and_as_an_archive_of_csv(home: Path, tmp_path: Path) -> None:
    done = report(home, "--month", "2026-11", "--format", "csv,xlsx", "--lang", "bn", "--out", str(tmp_path / "made"))
    assert done.returncode == 0, done.stderr
    names = ["report-2026-11-bn.csv.zip", "report-2026-11-bn.xlsx"]
    assert [Path(line).name for line in done.stdout.splitlines()] == names
    assert all(is_zipfile(tmp_path / "made" / name) for name in names)


@pytest.mark.usefixtures("november")
def test_without_its_package_a_format_is_refused_with_what_to_install(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    done = report(home, "--month", "2026-11", "--format", "xlsx")
    assert (done.returncode, done.stdout) == (3, "")
    assert "pip install 'upazila-monitor[reports]'" in done.stderr


@pytest.mark.usefixtures("november")
def test_bangla_digits_and_the_fiscal_year_are_understood(home: Path) -> None:
    found = json.loads(report(home, "--fiscal", "২০২৬-২৭", "--format", "json", "--official", "২").stdout)
    assert (found["period"]["begins"], found["scope"]["official"]) == ("2026-07-01", "official:2")


@pytest.mark.usefixtures("november")
def test_any_days_are_a_period(home: Path) -> None:
    words = ("--from", "2026-11-24", "--to", "2026-11-24", "--kind", "backbone", "--format", "json")
    found = json.loads(report(home, *words).stdout)
    assert found["promised"]["window_us"] == 3 * 24 * 3_600_000_000


@pytest.mark.usefixtures("november")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--month 2026-13", "--month: '2026-13' is no such period. Expected one such as 2026-11, from 2000 to 2099"),
        ("--month 1999-12", "--month: '1999-12' is no such period. Expected one such as 2026-11, from 2000 to 2099"),
        ("--month 9999-12", "--month: '9999-12' is no such period. Expected one such as 2026-11, from 2000 to 2099"),
        ("--fiscal 2026-28", "--fiscal: '2026-28' is no such period. Expected one such as 2026-27, from 2000 to 2099"),
        ("--quarter 2026", "--quarter: '2026' is no such period. Expected one such as 2026-Q4, from 2000 to 2099"),
        ("--month 2026-11 --fiscal 2026-27", "--month and --fiscal are two periods. Expected one of them"),
        ("--to 2026-11-01", "--to: found no beginning. Expected --from too"),
        ("--from never", "--from: 'never' is no day. Expected one such as 2026-11-01, from 2000 to 2099"),
        (
            "--from 2026-11-02 --to 2026-11-01",
            "--to: 2026-11-01 is before --from. Expected that day or a later one",
        ),
        ("--month 2098-01", "--month: 2098-01 has not begun. Expected a period that has"),
        ("--site backbone-nort", "no site 'backbone-nort'. Did you mean 'backbone-north'?"),
        ("--union x --kind lab", "--union and --kind exclude each other. Expected one of them"),
        ("--kind bridge", "no site is of the kind 'bridge'. Expected one of: backbone, lab, office, udc"),
        ("--official 9", "no official service '9' in the charter. Expected one of: 1, 2, 3, 4"),
        ("--lang xx", "--lang: no language 'xx'. Expected one of: bn, en"),
    ],
)
def test_what_cannot_be_reported_is_refused_in_one_line(home: Path, words: str, said: str) -> None:
    assert refused(home, *words.split(), "--format", "json") == said


@pytest.mark.usefixtures("november")
def test_an_unknown_format_is_refused_with_those_there_are(home: Path) -> None:
    assert refused(home, "--format", "docx").startswith("--format: no format 'docx'. Expected one of: ")


@pytest.mark.usefixtures("november")
def test_a_file_in_the_folders_place_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x")
    for folder in (tmp_path / "there", tmp_path / "there" / "below"):
        said = refused(home, "--format", "json", "--month", "2026-11", "--out", str(folder))
        assert said == f"--out: {folder} is no folder. Expected one"


def test_before_the_daemon_ever_ran_there_is_nothing_to_report(home: Path) -> None:
    assert report(home, "--format", "json").returncode == 3


@pytest.mark.usefixtures("november")
def test_the_report_of_a_site_is_one_page_with_the_way_to_the_public_page(home: Path, tmp_path: Path) -> None:
    config = home / "config" / "monitor.toml"
    config.write_text(
        config.read_text().replace('url = ""                # where', 'url = "https://s.example/"  # where')
    )
    done = report(home, "--month", "2026-11", "--site", LINK, "--format", "pdf,html", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    pdf = tmp_path / f"report-2026-11-site-{LINK}-en.pdf"
    assert facts_of(pdf.read_bytes())["Pages"] == "1"
    assert "https://s.example/" in text_of(pdf.read_bytes())


@pytest.mark.usefixtures("november")
def test_a_pdf_that_cannot_be_made_is_one_line_and_no_file(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetting, "find_spec", lambda _: None)
    done = report(home, "--month", "2026-11", "--format", "pdf", "--out", str(tmp_path / "out"))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "PDF needs the package typst. Expected: pip install 'upazila-monitor[reports]'\n"
    assert [*(tmp_path / "out").iterdir()] == []


@pytest.mark.usefixtures("november")
@pytest.mark.parametrize("form", sorted(FORMATS))
def test_the_same_database_gives_the_same_file_on_another_day(
    home: Path, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for day in ("2026-12-02T09:00+06:00", "2027-03-15T16:00+06:00"):
        monkeypatch.setattr("monitor.cli.report.now_of", lambda _, day=day: datetime.fromisoformat(day))
        folder = tmp_path / day[:10]
        done = report(home, "--month", "2026-11", "--format", form, "--lang", "bn", "--out", str(folder))
        assert done.returncode == 0, done.stderr
        (path,) = folder.iterdir()
        made.append((path.name, path.read_bytes()))
    assert made[0] == made[1]


@pytest.mark.usefixtures("november")
def test_without_a_format_the_last_month_is_written_as_offices_use_it(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.cli.report.now_of", lambda _: datetime(2026, 12, 2, tzinfo=UTC))
    monkeypatch.chdir(tmp_path)
    done = report(home)
    assert done.returncode == 0, done.stderr
    written = [f"report-2026-11-en.{form}" for form in ("pdf", "xlsx") if form in FORMATS]
    assert done.stdout.split() == written
    assert (tmp_path / written[0]).read_bytes().startswith(b"%PDF-")


@pytest.mark.usefixtures("november")
def test_a_report_says_where_the_use_of_links_comes_from(home: Path) -> None:
    words = ("--month", "2026-11", "--format", "json")
    assert json.loads(report(home, *words).stdout)["history"] == "", "nothing is kept yet"
    HistoryFile(home / "var").open()
    assert json.loads(report(home, *words).stdout)["history"] == "history"
