"""Have LibreOffice compute a workbook anew, and compare what it finds with the results that we wrote."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.reports.export.workbooks import sheets, without_results

SOFFICE = shutil.which("soffice")
NEEDED = pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice Calc (apt-get install libreoffice-calc-nogui)")


def computes_the_same(books: dict[str, bytes], folder: Path) -> int:
    """Compare every formula of the workbooks, by their names; return how many there were."""
    for name, ours in books.items():
        (folder / f"{name}.xlsx").write_bytes(without_results(ours))
    subprocess.run(
        [
            str(SOFFICE),
            "--headless",
            "--norestore",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(folder / "computed"),
            *(str(folder / f"{name}.xlsx") for name in books),
        ],
        check=True,
        capture_output=True,
        timeout=600,
    )
    compared = 0
    for name, ours in books.items():
        theirs = sheets((folder / "computed" / f"{name}.xlsx").read_bytes())
        for tab, rows in sheets(ours).items():
            for at, row in enumerate(rows):
                for column, cell in row.items():
                    if cell.formula:
                        computed = theirs[tab][at][column]
                        compared += 1
                        if isinstance(cell.value, str):
                            assert computed.value == cell.value
                        else:
                            assert float(computed.value) == pytest.approx(cell.value, rel=1e-14), (tab, at, column)
                            if cell.formula.startswith("SUM") and cell.value % 1:
                                assert computed.us == cell.us
    return compared
