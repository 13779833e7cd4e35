"""Compiling the catalogues, at set-up and in packages."""

import os
import re
import subprocess
import sys
from pathlib import Path

from monitor.i18n.compiling import compile_catalogues
from tests.places import ROOT

PO = 'msgid ""\nmsgstr "Language: bn\\n"\n\nmsgid "up"\nmsgstr "{up}"\n'


def test_what_is_missing_or_older_than_its_source_is_compiled_and_nothing_else(tmp_path: Path) -> None:
    source = tmp_path / "bn" / "LC_MESSAGES" / "monitor.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO)
    compiled = source.with_suffix(".mo")
    assert compile_catalogues(tmp_path) == [compiled]
    assert compile_catalogues(tmp_path) == []
    os.utime(source, ns=(0, compiled.stat().st_mtime_ns + 1))
    assert compile_catalogues(tmp_path) == [compiled]


def test_a_package_holds_the_compiled_catalogue(tmp_path: Path) -> None:
    words = ["-q", "build_py", "--build-lib", str(tmp_path)]
    done = subprocess.run([sys.executable, "setup.py", *words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "monitor/i18n/locale/bn/LC_MESSAGES/monitor.mo").stat().st_size > 1_000


def test_a_compiled_catalogue_bears_no_date_of_the_compiling(tmp_path: Path) -> None:
    source = tmp_path / "bn" / "LC_MESSAGES" / "monitor.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO)

    (compiled,) = compile_catalogues(tmp_path)

    dates = re.findall(rb"(?:POT-Creation|PO-Revision)-Date: (\S+)", compiled.read_bytes())
    assert set(dates) == {b"1970-01-01"}
