"""Waiting for what a real process does: never longer than needed, and with words when it did not come."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE_S = 0.05


def until(found: Callable[[], T], what: str, within_s: float) -> T:
    """Asks again and again until ``found`` returns something true, and returns that; ``what`` names it in the error."""
    give_up_mono_s = time.monotonic() + within_s
    while True:
        answer = found()
        if answer:
            return answer
        if time.monotonic() > give_up_mono_s:
            raise AssertionError(f"{what}: not within {within_s:g} s; last seen: {answer!r}")
        time.sleep(PAUSE_S)
