"""Started in somebody else's folder, the program and its own processes import our code and nothing of theirs."""

import ast
import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.alerts.cases.edition_jobs import NotMade, Render
from monitor.alerts.channels import apprise
from monitor.configuration import load_installation
from monitor.domain.reasons import ReasonCode, reason
from monitor.own_code import identity
from monitor.reports import edition_process
from monitor.runtime import subprocess_load, tracing
from monitor.runtime.report_process import in_process
from monitor.runtime.subprocess_load import load_in_subprocess
from monitor.settings.problems import ConfigError
from tests.places import MONITOR, SHIPPED

PROGRAM = Path(sys.executable).parent / "upazila-monitor"


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The mark that is left by the modules of the folder we stand in, which are called like ours and those we use."""
    mark = tmp_path / "imported"
    leave = f"open({str(mark)!r}, 'w').close()\n"
    (tmp_path / "monitor").mkdir()
    for name in ("monitor/__init__.py", "typer.py", "pydantic.py", "apprise.py", "json.py", "sitecustomize.py"):
        (tmp_path / name).write_text(leave)
    monkeypatch.chdir(tmp_path)
    return mark


def test_the_configuration_is_read_again_by_our_own_code(trap: Path) -> None:
    installation, _ = asyncio.run(load_in_subprocess(SHIPPED))
    assert installation.host.fleet.sites
    assert not trap.exists()


@pytest.mark.parametrize("words", [[*tracing.TRACE, "127.0.0.1"], apprise.COMMAND, [str(PROGRAM), "version"]])
def test_our_processes_run_our_own_code(trap: Path, words: list[str]) -> None:
    job = '{"url": "", "title": "", "body": "", "kind": ""}'  # Apprise sends nothing to nowhere
    subprocess.run(words, input=job.encode(), capture_output=True, timeout=60, check=False)
    assert not trap.exists()


def test_files_are_others_once_one_of_them_was_written_again_or_has_gone(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    files = [tmp_path / "a.py", tmp_path / "below" / "b.py"]
    for file in files:
        file.write_text("x = 1\n")
    before = identity(tmp_path)
    assert identity(tmp_path) == before
    os.utime(files[1], ns=(1, 1))
    assert (written := identity(tmp_path)) != before
    files[0].unlink()
    assert identity(tmp_path) not in {before, written}


async def test_after_an_upgrade_the_daemon_at_work_reads_no_configuration_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installation = load_installation(SHIPPED)
    monkeypatch.setattr(subprocess_load, "IDENTITY", "of the files before")
    with pytest.raises(ConfigError, match=r"have been exchanged since it was started\. Restart it"):
        await subprocess_load.load_again(SHIPPED, installation, subprocess_load.Known())


async def test_after_an_upgrade_the_daemon_at_work_makes_no_report_and_says_why() -> None:
    command = (*edition_process.COMMAND[:-1], "of the files before")
    made = await in_process(command, Render(b"", "bn", "csv"), 60)
    assert made == NotMade(reason(ReasonCode.PROGRAM_EXCHANGED))


def test_every_process_of_ours_is_started_so() -> None:
    """The list above may be too short one day: wherever our interpreter is named, -P comes next."""
    found = 0
    for file in MONITOR.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.List | ast.Tuple):
                parts = [ast.unparse(part) for part in node.elts]
                if "sys.executable" in parts:
                    found += 1
                    assert parts[parts.index("sys.executable") + 1] == "'-P'", f"{file}:{node.lineno}"
    assert found >= 3
