"""How `run` ends when it cannot go on: in words on a terminal, as a critical event for programs."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.i18n.latin import latin_words
from tests.lab.network import alone
from tests.places import SHIPPED

# `run`, whose work raises what no one has foreseen.
FAULTY = """
import sys
from monitor.cli import daemon, main

def fails(directory, log_output, *, fresh):
    log_output.use("json", "info")
    raise ZeroDivisionError("a fault\\nof ours")

daemon._run = fails
main()
"""


KEYS = ("odd", "sites", "unions")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation whose database is none."""
    shutil.copytree(SHIPPED, tmp_path / "config")
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "monitor.db").write_bytes(b"no database" * 100)
    return tmp_path


def run(home: Path, code: str = "from monitor.cli import main; main()", lang: str = "en") -> tuple[int, str]:
    """Exit code of `run`, and what it wrote to standard error."""
    environment = {**os.environ, "UPAZILA_MONITOR_LANG": lang}
    words = [sys.executable, "-P", "-c", code, "--config", str(home / "config"), "run"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=environment)
    return done.returncode, done.stderr


def test_on_a_terminal_a_start_that_is_refused_says_why_as_every_command_does(home: Path) -> None:
    code, stderr = run(home)
    assert code == 3
    assert "monitor.db" in stderr
    assert "[cannot_run]" not in stderr


def test_a_start_that_is_refused_says_why_in_the_language_of_the_run(home: Path) -> None:
    (home / "config" / "sites.toml").write_text("odd = 1\n", encoding="utf-8")
    code, stderr = run(home, lang="bn")
    assert code == 2
    assert latin_words(stderr, KEYS) == []


@pytest.mark.parametrize("lang", ["en", "bn"])
def test_for_programs_a_start_that_is_refused_is_a_critical_event_in_english(home: Path, lang: str) -> None:
    monitor = home / "config" / "monitor.toml"
    text = monitor.read_text(encoding="utf-8")
    monitor.write_text(text.replace('format = "text"', 'format = "json"'), encoding="utf-8")
    code, stderr = run(home, lang=lang)
    lines = [json.loads(line) for line in stderr.splitlines()]
    assert code == 3
    assert {(line["event"], line["level"]) for line in lines} == {("cannot_run", "critical")}
    assert "monitor.db" in lines[0]["msg"]
    assert lines[0]["msg"].isascii()


def test_a_fault_of_the_program_is_one_critical_event_with_its_traceback(home: Path) -> None:
    code, stderr = run(home, FAULTY)
    (line,) = stderr.splitlines()
    found = json.loads(line)
    assert code == 3
    assert (found["event"], found["level"], found["msg"]) == (
        "daemon_failed",
        "critical",
        "the daemon ends: ZeroDivisionError",
    )
    assert found["traceback"].endswith("ZeroDivisionError: a fault\nof ours")


HANDED_IN = """import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
sys.argv = ["upazila-monitor", "run"]
from monitor.cli import main
main()
"""


def test_an_open_socket_that_is_handed_in_needs_a_secured_line_as_one_of_its_own_does(home: Path) -> None:
    with alone() as inside, inside.open_socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("0.0.0.0", 9786))
        listener.listen()
        words = [sys.executable, "-c", HANDED_IN, str(listener.fileno())]
        ended = subprocess.run(
            words, cwd=home, pass_fds=[listener.fileno()], capture_output=True, text=True, timeout=60, check=False
        )
    assert ended.returncode == 2
    told = ended.stdout + ended.stderr
    assert "monitor.toml: web: the socket that was handed in, 0.0.0.0, is open to other machines" in told
    assert "Expected 'certificate' and 'key' in [web], or 'behind_proxy'" in told


MEMORY = """
import ctypes, resource
from monitor.cli import memory
PR_GET_DUMPABLE = 3
dumpable = lambda: ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)
before = dumpable()
memory.close_to_others()
print(before, dumpable(), *resource.getrlimit(resource.RLIMIT_CORE))
"""


def test_neither_a_core_nor_another_program_of_its_user_gets_its_memory() -> None:
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["1", "0", "0", "0"]
