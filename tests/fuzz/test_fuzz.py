"""Parsers of what comes from the network, under a fuzzer that looks for new ways through them."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris has no build for this Python or machine"
)

NAMES = ["icmp", "snmp", "snmp_v3", "traps", "reading"]


def fuzz(name: str, runs: int, folder: Path) -> None:
    """So many inputs; whatever breaks the target is in the message."""
    words = [sys.executable, "-m", "tests.fuzz.harness", name, f"-runs={runs}", f"-artifact_prefix={folder}/"]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", errors="replace", timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-3_000:]
    assert f"Done {runs} runs" in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_no_bytes_break_a_parser(name: str, tmp_path: Path) -> None:
    fuzz(name, 20_000, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_no_bytes_of_a_long_search_break_a_parser(name: str, tmp_path: Path) -> None:
    fuzz(name, 3_000_000, tmp_path)
