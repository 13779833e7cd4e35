"""Write a positive quantity in 16 bits: by its logarithm, one per cent a step, so half a per cent off at most.

Round-trip times in microseconds and rates in bits per second span nine and twelve decades; nobody reads them to more
than two digits in a picture of a month.
"""

from functools import cache
from math import exp, log

NONE = 0xFFFF
_STEP = log(1.01)


def code_of(value: float | None) -> int:
    """Return the code of a quantity: 0 for what is below 1, NONE for None."""
    if value is None:
        return NONE
    return 0 if value < 1 else min(round(log(value) / _STEP) + 1, NONE - 1)


@cache  # a month's reading asks for the same few hundred, 26,000 times
def value_of(code: int) -> float | None:
    """Return the quantity of a code; None for NONE."""
    if code == NONE:
        return None
    return 0.0 if code == 0 else exp((code - 1) * _STEP)
