"""Tune Python's garbage collector and the C heap for an event loop with a million objects alive.

Nearly everything here is freed by reference count. Young objects are collected as usual, but rarely; a full collection,
which takes up to a second with 20,000 devices, runs only at night.
"""

import ctypes
import gc
from contextlib import suppress

YOUNG, MIDDLE, NEVER = 20_000, 50, 1_000_000
M_ARENA_MAX = -8  # of glibc's mallopt(3)


def use_one_arena() -> None:
    """Make all threads allocate from one heap.

    Objects made in one thread and freed in another would fragment several.
    """
    with suppress(AttributeError):  # another C library has no such heaps
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def trim_heap() -> None:
    """Give free memory back to the system, after what needed much of it for a while.

    Who allocates meanwhile waits: tens of milliseconds with 20,000 sites.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def hold_off() -> None:
    """Collect nothing until `freeze_heap`: what the start makes stays, and each collection would walk over it."""
    gc.disable()


def set_apart() -> None:
    """Exclude from collections what has been loaded, as it is: there is no garbage in a configuration."""
    gc.freeze()


def freeze_heap() -> None:
    """Exclude objects made at the start from collections, and disable automatic full ones.

    What the start has left over is given back to the system.
    """
    gc.collect()
    trim_heap()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, NEVER)
    gc.enable()


def collect() -> object:
    """Run one full collection, and give back what the day has left over."""
    found = gc.collect()
    trim_heap()
    return found
