"""Memory: Python's garbage collector and the C library's heap, kept from standing in the way of a loop with a million
objects alive.

Nearly everything here is freed by reference count. What is young is looked through as ever, but rarely; all of it,
which takes up to a second with 20,000 devices, only at night.
"""

import ctypes
import gc
from contextlib import suppress

YOUNG, MIDDLE, NEVER = 20_000, 50, 1_000_000
M_ARENA_MAX = -8  # of glibc's mallopt(3)


def one_heap() -> None:
    """All threads take from one heap: what one of them makes and another one frees would leave holes in many."""
    with suppress(AttributeError):  # another C library has no such heaps
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def trim_heap() -> None:
    """Gives the system back what a replaced configuration has left free."""
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def freeze_heap() -> None:
    """Sets aside what was made at the start for good, and looks through the rest by itself no more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, NEVER)


def collect() -> object:
    """Looks through everything once."""
    return gc.collect()
