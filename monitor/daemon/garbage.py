"""Python's garbage collector, kept from standing in the way of a loop with a million objects alive.

Nearly everything here is freed by reference count. What is young is looked through as ever, but rarely; all of it,
which takes up to a second with 20,000 devices, only at night.
"""

import gc

YOUNG, MIDDLE, NEVER = 20_000, 50, 1_000_000


def calm() -> None:
    """Sets aside what was made at the start for good, and looks through the rest by itself no more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, NEVER)


def collect() -> object:
    """Looks through everything once."""
    return gc.collect()
