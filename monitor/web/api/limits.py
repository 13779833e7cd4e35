"""Bound what one caller may ask for: requests a second, bytes of a body, depth of JSON. Pure."""

import re
from collections.abc import Hashable
from dataclasses import dataclass

from monitor.domain.clock import NS_PER_S

RATE_PER_S = 10.0
MOST_BODY_BYTES = 1024 * 1024
DEEPEST = 20
MOST_CALLERS = 10_000  # whose rate is remembered; more than a database has tokens

_BRACKETS_OUTSIDE_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)|([\[{])|([\]}])', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many requests a caller has left at a time of the monotonic clock."""

    left: float
    at_mono_ns: int


def take(bucket: Bucket | None, now_mono_ns: int, rate_per_s: float) -> tuple[Bucket, float]:
    """Take one request out of a bucket that holds ``rate_per_s`` and is filled at that rate.

    Returns it as it is then, and for how many seconds the caller must wait: 0 if the request may pass.
    """
    left = rate_per_s
    if bucket is not None:
        refilled = max(now_mono_ns - bucket.at_mono_ns, 0) / NS_PER_S * rate_per_s
        left = min(bucket.left + refilled, rate_per_s)
    if left >= 1:
        return Bucket(left - 1, now_mono_ns), 0.0
    return Bucket(left, now_mono_ns), (1 - left) / rate_per_s


class Rates:
    """The buckets of all callers, on the event loop."""

    def __init__(self, rate_per_s: float = RATE_PER_S) -> None:
        self._rate_per_s = rate_per_s
        self._buckets: dict[Hashable, Bucket] = {}

    def wait_s(self, caller: Hashable, now_mono_ns: int) -> float:
        """Count a request; returns for how long the caller must wait instead, or 0."""
        if caller not in self._buckets and len(self._buckets) >= MOST_CALLERS:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[caller], wait_s = take(self._buckets.get(caller), now_mono_ns, self._rate_per_s)
        return wait_s


def is_too_deep(text: bytes, deepest: int = DEEPEST) -> bool:
    """Return whether the brackets of a JSON text are nested deeper than that; those in texts do not count."""
    depth = 0
    for found in _BRACKETS_OUTSIDE_TEXTS.finditer(text):
        if found[1]:
            depth += 1
            if depth > deepest:
                return True
        elif found[2]:
            depth -= 1
    return False
