"""Waiting for what a real process does: never longer than needed, and with words when it did not come."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE_S = 0.05
BESIDE_OTHERS = 3.0


def patient(within_s: float) -> float:
    """What a limit for a quiet machine is where tests run side by side; exactly that where one runs at a time."""
    return within_s * BESIDE_OTHERS if "PYTEST_XDIST_WORKER" in os.environ else within_s


def until(found: Callable[[], T], what: str, within_s: float) -> T:
    """Asks again and again until ``found`` returns something true, and returns that; ``what`` names it in the error.

    ``within_s``: on a quiet machine.
    """
    limit_s = patient(within_s)
    give_up_mono_s = time.monotonic() + limit_s
    while True:
        answer = found()
        if answer:
            return answer
        if time.monotonic() > give_up_mono_s:
            raise AssertionError(f"{what}: not within {limit_s:g} s; last seen: {answer!r}")
        time.sleep(PAUSE_S)
