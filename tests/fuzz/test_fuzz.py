"""Parsers of what comes from the network, under a fuzzer that looks for new ways through them."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris has no build for this Python or machine"
)

NAMES = {"icmp": 1, "snmp": 1, "snmp_v3": 1, "traps": 1, "reading": 30}  # and how much one input costs
A_FEW, MANY = 10_000, 3_000_000


def fuzz(name: str, runs: int, folder: Path) -> None:
    """So many inputs; whatever breaks the target is in the message."""
    runs //= NAMES[name]
    words = [sys.executable, "-m", "tests.fuzz.harness", name, f"-runs={runs}", f"-artifact_prefix={folder}/"]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", errors="replace", timeout=1_400, check=False)
    assert done.returncode == 0, done.stderr[-3_000:]
    assert f"Done {runs} runs" in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_no_bytes_break_a_parser(name: str, tmp_path: Path) -> None:
    fuzz(name, A_FEW, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1_500)
@pytest.mark.parametrize("name", NAMES)
def test_no_bytes_of_a_long_search_break_a_parser(name: str, tmp_path: Path) -> None:
    fuzz(name, MANY, tmp_path)
