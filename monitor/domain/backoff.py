"""Compute the wait before a retry."""

from datetime import timedelta

MOST_DOUBLINGS = 20


def backoff(
    failures: int, jitter: float, first: timedelta, longest: timedelta, spread: tuple[float, float]
) -> timedelta:
    """Return the wait after so many failures in a row: ``first``, doubled with each further one up to ``longest``.

    ``jitter`` (0 to 1, drawn by the caller) chooses between the two shares of that length in ``spread``, so that jobs
    that failed together are not retried together.
    """
    doublings: int = 2 ** min(max(failures - 1, 0), MOST_DOUBLINGS)
    least, most = spread
    return min(first * doublings, longest) * (least + (most - least) * jitter)
