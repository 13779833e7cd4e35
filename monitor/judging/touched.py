"""Number what may have changed the state of a site, so that who counts states looks again at those sites alone."""

from collections import deque
from itertools import islice

KEPT = 4_000


class Touched:
    """A ring of ids, each of a site or of something of it that is judged; on the thread of the board."""

    def __init__(self) -> None:
        self._ring: deque[str] = deque(maxlen=KEPT)
        self._last = 0

    @property
    def last(self) -> int:
        """Return how many have been added since the beginning."""
        return self._last

    def add(self, id_: str) -> None:
        """Note that the state of this one, or of its site, may be another now."""
        self._last += 1
        self._ring.append(id_)

    def after(self, number: int) -> set[str] | None:
        """Return what was added after the first ``number``; None where the ring no longer holds all of it."""
        more = self._last - number
        return None if more > len(self._ring) else set(islice(reversed(self._ring), more))
