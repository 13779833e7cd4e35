"""Memory that lies free between what stays is given back."""

import gc
import os
from pathlib import Path

from monitor.runtime import gc_tuning

MB = 1 << 20


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
