"""The end of a whole exchange with the outside: one value that every step of it asks how much time is left.

::

    TimeoutError
    └── DeadlinePassed     the whole exchange took longer than it may
    OSError
    └── Cancelled          we ourselves stop: `Cancellation.cancel` was called
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

NS_PER_S = 1_000_000_000


class DeadlinePassed(TimeoutError):
    """No whole answer came in time, however lively its parts were."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(f"no whole answer within {timeout_s:g} s")


class Cancelled(OSError):
    """Somebody here wants the exchange to end now."""

    def __init__(self) -> None:
        super().__init__("given up: the program stops")


class Cancellation:
    """Ends every exchange that carries it, from any thread, and lets no other begin."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._cuts: set[Callable[[], None]] = set()
        self._lock = threading.Lock()

    def cancel(self) -> None:
        """Cuts what is under way."""
        self._cancelled.set()
        with self._lock:
            cuts = list(self._cuts)
        for cut in cuts:
            cut()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    def on_cancel(self, cut: Callable[[], None]) -> None:
        """Calls ``cut`` at `cancel`, or at once if that has been; from whichever thread cancels."""
        with self._lock:
            self._cuts.add(cut)
        if self._cancelled.is_set():
            cut()

    def forget(self, cut: Callable[[], None]) -> None:
        """Takes back `on_cancel`."""
        with self._lock:
            self._cuts.discard(cut)


@dataclass(frozen=True)
class Deadline:
    """When an exchange must be over, on the monotonic clock. `Deadline.after` makes one."""

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
        """Sets the end ``timeout_s`` seconds from now."""
        return cls(mono_ns() + round(timeout_s * NS_PER_S), timeout_s, cancellation or Cancellation(), mono_ns)

    @property
    def left_s(self) -> float:
        """Seconds until the end; 0 when it has passed."""
        return max(0.0, (self.ends_mono_ns - self.mono_ns()) / NS_PER_S)

    def remaining_s(self) -> float:
        """Seconds until the end, more than 0; raises DeadlinePassed after it, and Cancelled when we stop."""
        if self.cancellation.is_cancelled:
            raise Cancelled
        left_s = self.left_s
        if left_s <= 0:
            raise DeadlinePassed(self.timeout_s)
        return left_s
