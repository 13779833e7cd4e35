"""What the start makes is left alone by collections, and memory that lies free between what stays is given back."""

import gc
import os
import subprocess
import sys
from pathlib import Path

from monitor.runtime import gc_tuning

MB = 1 << 20
SEEN = """
import gc
from monitor.runtime import gc_tuning

gc_tuning.hold_off()
print(gc.isenabled())
gc_tuning.set_apart()
loaded = gc.get_freeze_count()
made = [[number] for number in range(50_000)]
gc_tuning.freeze_heap()
print(gc.isenabled(), gc.get_freeze_count() > len(made) + loaded > loaded > 0, gc.get_threshold()[2] == gc_tuning.NEVER)
"""


def rss() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_collection_gives_back_what_is_free_between_what_stays() -> None:
    blocks = [bytes(4_000) for _ in range(10_000)]  # too large for Python's own arenas
    stays = blocks[::100]
    del blocks
    gc.collect()
    held = rss()
    gc_tuning.collect()
    assert rss() < held - 20 * MB
    assert len(stays) == 100


def test_collections_are_held_off_while_the_daemon_is_built_and_go_on_without_what_was_built() -> None:
    done = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["False", "True True True"]
