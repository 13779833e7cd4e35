"""Cores of processes that we start: none has the memory in it, whoever raises the limit."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.waiting import patient

CANARY = "canary-in-memory"
CHILD = "import os, sys; kept = [sys.stdin.readline() for _ in range(3)]; os.abort()"
PARENT = """
import resource, subprocess, sys
from pathlib import Path
from monitor.cli import memory
wanted, folder = sys.argv[1:]
if wanted == "kept out":
    memory.keep_out_of_cores()
child = subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE, cwd=folder)
resource.prlimit(child.pid, resource.RLIMIT_CORE, (-1, -1))
child.communicate(b"canary-in-memory\\n" * 3)
"""


def core_of_a_child(folder: Path, wanted: str) -> bytes:
    """The core of a process that one of ours started and somebody gave any limit, after it has read the canary."""
    parent = PARENT.replace("CHILD", repr(CHILD))
    subprocess.run([sys.executable, "-c", parent, wanted, str(folder)], timeout=patient(60), check=True)
    return b"".join(file.read_bytes() for file in folder.glob("core*"))


def test_what_a_child_of_ours_was_told_is_in_no_core_of_it(tmp_path: Path) -> None:
    if CANARY.encode() not in core_of_a_child(tmp_path, "as others do"):
        pytest.skip("this machine writes no cores into the folder")
    for file in tmp_path.glob("core*"):
        file.unlink()

    assert CANARY.encode() not in core_of_a_child(tmp_path, "kept out")


LIMITS = """
import json, resource
from pathlib import Path
from unittest.mock import patch
from monitor.cli import main
with patch("sys.argv", ["upazila-monitor", "version"]):
    try:
        main()
    except SystemExit:
        pass
print(json.dumps([resource.getrlimit(resource.RLIMIT_CORE)[0], Path("/proc/self/coredump_filter").read_text()]))
"""


def test_every_command_keeps_out_of_cores() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
    done = subprocess.run(
        [sys.executable, "-c", LIMITS], capture_output=True, text=True, timeout=patient(60), check=True
    )
    limit, kept = json.loads(done.stdout.splitlines()[-1])
    assert (limit, int(kept, 16)) == (0, 0)
