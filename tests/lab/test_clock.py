"""The clock of one process is stepped, and of that clock only the wall's face."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.lab.clock import WallClock

TELL = """
import sys, time
for _ in sys.stdin:
    print(time.time(), time.monotonic(), time.clock_gettime(time.CLOCK_BOOTTIME), flush=True)
"""


@pytest.mark.parametrize("step_s", [3_600, -3_600])
def test_a_step_moves_the_wall_clock_of_a_running_process_and_no_other(tmp_path: Path, step_s: int) -> None:
    clock = WallClock(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", TELL],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="ascii",
        env={**os.environ, **clock.environment},
    ) as process:

        def look() -> list[float]:
            """How far its clocks are ahead of ours: wall, monotonic, boot."""
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("?\n")
            process.stdin.flush()
            theirs = map(float, process.stdout.readline().split())
            ours = (time.time(), time.monotonic(), time.clock_gettime(time.CLOCK_BOOTTIME))
            return [their - our for their, our in zip(theirs, ours, strict=True)]

        before = look()
        clock.set(step_s)
        after = look()
        clock.set(0)
        back = look()

    assert before == pytest.approx([0, 0, 0], abs=2)
    assert after == pytest.approx([step_s, 0, 0], abs=2)
    assert back == pytest.approx([0, 0, 0], abs=2)
