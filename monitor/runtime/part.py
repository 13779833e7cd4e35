"""What every moving part of the daemon is: opened, run, told of another configuration, closed."""

import asyncio
from collections.abc import Iterable, Mapping

from monitor.domain.clock import NS_PER_S
from monitor.settings.load import Settings

ALIVE_S = 45.0  # who has not turned for so long stands still


class Part:
    """Something that runs. Gets what it needs by constructor, on the thread of the event loop, and does all else there.

    A part overrides the steps at which it has something to do. ``name`` is what /healthz calls it.
    """

    name: str

    @property
    def last_turn_mono_ns(self) -> int | None:
        """When it last turned, by the monotonic clock; None for one that may wait for the outside as long as it likes.

        A part that turns and has not for `ALIVE_S` stands still, and the process with it is started afresh.
        """
        return None

    async def open(self) -> None:
        """Takes what it needs of the system; raises OSError or NoSocket when there is no going on without."""

    def reconfigure(self, settings: Settings) -> None:
        """Goes over to another configuration, which was found valid; raises nothing."""

    async def run(self) -> None:
        """Works until cancelled, or until nothing is left to do; raises what makes it impossible for all to go on."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Ends what is under way and gives back what `open` took; `run` has ended by then."""


def ages_s(parts: Iterable[Part], now_mono_ns: int) -> dict[str, float]:
    """How many seconds ago each part that turns did so last, by its name."""
    turned = {part.name: part.last_turn_mono_ns for part in parts}
    return {name: max(now_mono_ns - at_ns, 0) / NS_PER_S for name, at_ns in turned.items() if at_ns is not None}


def stale(ages: Mapping[str, float]) -> list[str]:
    """The parts that stand still, by how many seconds ago each turned last."""
    return [part for part, age_s in ages.items() if age_s >= ALIVE_S]
