"""Times in which a silent site is nobody's fault: planned work, and hours in which it is not promised."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple

Kind = Literal["maintenance", "hours", "behind"]


class Pause(NamedTuple):
    """Why no outage of a site begins now, and until when at least; ``until_utc`` is None where no end is known."""

    kind: Kind
    why: str
    until_utc: datetime | None


Pauses = Callable[[str, datetime], Pause | None]
"""The pause that a site has at a time, if it has one."""


def never(_site: str, _at_utc: datetime) -> Pause | None:
    """Nothing is ever paused."""
    return None


def behind(root: str, pause: Pause) -> Pause:
    """The pause of a site that is silent behind one that has a pause."""
    return Pause("behind", f"behind '{root}': {pause.why}" if pause.kind != "behind" else pause.why, pause.until_utc)
