"""Define a part of the daemon: opened, run, reconfigured, closed."""

import asyncio
from collections.abc import Iterable, Mapping

from monitor.domain.clock import NS_PER_S
from monitor.settings.fleet import Fleet
from monitor.settings.load import Settings

ALIVE_S = 45.0  # a part that has not turned for so long is stale


class Part:
    """A part that runs. Gets what it needs by constructor; all its methods are called on the event loop's thread.

    A part overrides the steps it needs. ``name``: what /healthz calls it.
    """

    name: str

    @property
    def last_turn_mono_ns(self) -> int | None:
        """Return when it last turned, monotonic ns; None for a part that may wait for outside I/O without limit.

        A part that has not turned for `ALIVE_S` is stale, and the process is restarted.
        """
        return None

    async def open(self) -> None:
        """Acquire what it needs of the system; raises OSError or NoSocket when the daemon cannot run without."""

    def reconfigure(self, settings: Settings) -> None:
        """Apply another configuration, which was found valid; raises nothing."""

    def watch(self, fleet: Fleet) -> None:
        """Go on with another part of the fleet of the same configuration; what stays is not begun again."""

    async def run(self) -> None:
        """Run until cancelled, or until nothing is left to do.

        Raises what makes it impossible for the daemon to go on.
        """
        await asyncio.Event().wait()

    async def close(self) -> None:
        """End what is under way and release what `open` acquired; `run` has ended by then."""


def ages_s(parts: Iterable[Part], now_mono_ns: int) -> dict[str, float]:
    """Return how many seconds ago each part that turns did so last, by its name."""
    turned = {part.name: part.last_turn_mono_ns for part in parts}
    return {name: max(now_mono_ns - at_ns, 0) / NS_PER_S for name, at_ns in turned.items() if at_ns is not None}


def stale(ages: Mapping[str, float]) -> list[str]:
    """Return the stale parts with the seconds since their last turn."""
    return [part for part, age_s in ages.items() if age_s >= ALIVE_S]
