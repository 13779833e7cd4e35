"""What is printed on paper, as typed: the letter about a ticket, and the sheet of the charter."""

import subprocess
import sys
from pathlib import Path

import pytest

from monitor.reports.export import typesetting
from tests.cli.typed import command, typed
from tests.desk import Desk
from tests.reports.export.pdf_text import facts_of, text_of, words_of

NUMBER = "BHR-2026-000001"
HOSTILE = '#panic() $x$ @a <b> "জুনিয়াদহ"'


@pytest.mark.parametrize("lang", ["bn", "en"])
def test_a_ticket_is_a_letter_with_its_request_its_count_and_its_history(
    home: Path, desk: Desk, tmp_path: Path, lang: str
) -> None:
    words = ("--service", "6", "--by", "phone", "--from", "Rahima", "--text", HOSTILE)
    number = typed(home, "--lang", "en", "ticket", "new", *words).stdout.split()[0].rstrip(":.")
    path = tmp_path / "letter.pdf"
    done = typed(home, "--lang", lang, "print", "ticket", number, "--out", str(path))
    assert (done.returncode, done.stdout) == (0, f"{path}\n"), done.stderr
    pdf = path.read_bytes()
    facts = facts_of(pdf)
    assert facts["Tagged"] == "yes"
    assert facts["Page size"].endswith("(A4)")
    assert number in facts["Title"]
    assert {number, "Rahima", "জুনিয়াদহ", "#panic()", "@a"} <= {word.strip('",.') for word in words_of(pdf)} | words_of(
        pdf
    )


@pytest.mark.parametrize(("paper", "width"), [("a3", "1190"), ("a4", "841")])
def test_the_charter_is_a_sheet_with_every_row_and_its_record(
    home: Path, desk: Desk, tmp_path: Path, paper: str, width: str
) -> None:
    path = tmp_path / "sheet.pdf"
    done = typed(home, "--lang", "bn", "print", "charter", "--paper", paper, "--out", str(path))
    assert (done.returncode, done.stdout) == (0, f"{path}\n"), done.stderr
    facts = facts_of(path.read_bytes())
    assert facts["Page size"].startswith(width)
    assert facts["Pages"] == "1"
    assert "".join(desk.office.charter.service("citizen:8").name("bn").split()) in "".join(
        text_of(path.read_bytes(), "-raw").split()
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("ticket", "BHR-2026-999999"), 1, "no ticket BHR-2026-999999"),
        (("charter", "--paper", "a5"), 2, "--paper: found 'a5'. Expected one of: a3, a4"),
        (("charter", "--span", "week"), 2, "--span: found 'week'."),
    ],
)
def test_what_cannot_be_printed_is_refused_in_one_line(
    home: Path, desk: Desk, words: tuple[str, ...], code: int, said: str
) -> None:
    done = typed(home, "--lang", "en", "print", *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_typst_no_file_is_left(home: Path, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "find_spec", lambda _: None)
    done = typed(home, "--lang", "en", "print", "charter", "--out", str(tmp_path / "sheet.pdf"))
    assert done.returncode == 3
    assert "upazila-monitor[reports]" in done.stderr
    assert not (tmp_path / "sheet.pdf").exists()


REFUSES_WRITABLE_CODE = """
import ctypes, mmap, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) != 0:  # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN
    sys.exit(77)
try:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    sys.exit("nothing is refused")
except PermissionError:
    from monitor.cli import main
    main()
"""


@pytest.mark.long
@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    "words", [["print", "charter"], ["report", "--month", "2026-11", "--format", "pdf"]], ids=["charter", "report"]
)
def test_paper_is_set_as_under_the_unit_where_no_memory_is_written_and_executed(
    home: Path, desk: Desk, tmp_path: Path, words: list[str]
) -> None:
    """MemoryDenyWriteExecute= refuses the same; who sets the pages is another process, which inherits it."""
    path = tmp_path / "paper.pdf"
    line = [sys.executable, "-c", REFUSES_WRITABLE_CODE, *command(home, *words, "--out", str(path))[1:]]
    done = subprocess.run(line, capture_output=True, text=True, timeout=150, check=False)
    if done.returncode == 77:
        pytest.skip("this kernel is older than 6.3")
    assert (done.returncode, done.stderr) == (0, "")
    (made,) = path.glob("*.pdf") if path.is_dir() else [path]
    assert made.read_bytes().startswith(b"%PDF-")
