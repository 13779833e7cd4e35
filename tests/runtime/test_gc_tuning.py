"""The start collects nothing; from then on young objects are collected, and what the start made is left alone."""

import subprocess
import sys

SEEN = """
import gc
from monitor.runtime import gc_tuning

gc_tuning.hold_off()
print(gc.isenabled())
made = [[number] for number in range(50_000)]
gc_tuning.freeze_heap()
print(gc.isenabled(), gc.get_freeze_count() > len(made), gc.get_threshold()[2] == gc_tuning.NEVER)
"""


def test_collections_are_held_off_while_the_daemon_is_built_and_go_on_without_what_was_built() -> None:
    done = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["False", "True True True"]
