"""Bound a whole exchange with an outside host: one deadline that every step of it asks for the time left.

::

    TimeoutError
    └── DeadlinePassed     the whole exchange took longer than it may
    OSError
    └── Cancelled          we stop it ourselves: `Cancellation.cancel` was called
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

NS_PER_S = 1_000_000_000


class DeadlinePassed(TimeoutError):
    """The exchange was not complete in time, even if parts of it arrived."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(f"no whole answer within {timeout_s:g} s")


class Cancelled(OSError):
    """The exchange was cancelled by us."""

    def __init__(self) -> None:
        super().__init__("given up: the program stops")


class Cancellation:
    """A switch that ends every exchange that carries it and lets no other begin. Thread-safe."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._cuts: set[Callable[[], None]] = set()
        self._lock = threading.Lock()

    def cancel(self) -> None:
        """Abort all exchanges under way."""
        self._cancelled.set()
        with self._lock:
            cuts = list(self._cuts)
        for cut in cuts:
            cut()

    @property
    def is_cancelled(self) -> bool:
        """Return whether `cancel` was called."""
        return self._cancelled.is_set()

    def on_cancel(self, cut: Callable[[], None]) -> None:
        """Call ``cut`` at `cancel`, in the thread that cancels; at once if it was called already."""
        with self._lock:
            self._cuts.add(cut)
        if self._cancelled.is_set():
            cut()

    def forget(self, cut: Callable[[], None]) -> None:
        """Undo `on_cancel`."""
        with self._lock:
            self._cuts.discard(cut)


@dataclass(frozen=True)
class Deadline:
    """The moment, on the monotonic clock, by which an exchange must be complete. Made by `Deadline.after`."""

    ends_mono_ns: int
    timeout_s: float
    cancellation: Cancellation = field(default_factory=Cancellation)
    mono_ns: Callable[[], int] = time.monotonic_ns

    @classmethod
    def after(
        cls,
        timeout_s: float,
        cancellation: Cancellation | None = None,
        mono_ns: Callable[[], int] = time.monotonic_ns,
    ) -> "Deadline":
        """Return a deadline ``timeout_s`` seconds from now."""
        return cls(mono_ns() + round(timeout_s * NS_PER_S), timeout_s, cancellation or Cancellation(), mono_ns)

    @property
    def left_s(self) -> float:
        """Return the seconds left; 0 when it has passed."""
        return max(0.0, (self.ends_mono_ns - self.mono_ns()) / NS_PER_S)

    def remaining_s(self) -> float:
        """Return the seconds left, more than 0; raises DeadlinePassed after it, and Cancelled when we stop."""
        if self.cancellation.is_cancelled:
            raise Cancelled
        left_s = self.left_s
        if left_s <= 0:
            raise DeadlinePassed(self.timeout_s)
        return left_s
