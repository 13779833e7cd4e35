"""Why something that a person asks for is not done. What is refused has changed nothing.

::

    Refused
    ├── BadInput       what was given cannot be meant; ``field`` says which part of it
    ├── NotAllowed     there is no such thing, or it stands where that cannot be done
    ├── ClockWrong     by this machine's clock nothing can be dated
    └── StaleVersion   it is no longer what the person saw
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


class Refused(Exception):
    """The message says why, and what was expected."""


class BadInput(Refused):
    """``field``: the argument of the act that is wrong, empty for all together; the message goes on from its name."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NotAllowed(Refused):
    """It does not exist, or does not allow the act."""


class ClockWrong(Refused):
    """The machine's clock says a time that cannot be."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One version of a ticket, an outage or a plan: its number, and its content where that is known."""

    version: int
    content: Mapping[str, object] = field(default_factory=dict)


class StaleVersion(Refused):
    """``seen`` is what the person decided by, ``now`` what there is."""

    def __init__(self, name: str, seen: Seen, now: Seen) -> None:
        super().__init__(
            f"{name} has changed: it was seen at version {seen.version}, and is at version {now.version} now. "
            "Look at it once more"
        )
        self.seen, self.now = seen, now


def refuse_stale(name: str, seen: Seen | None, version: int, content: Callable[[], Mapping[str, object]]) -> None:
    """Raises StaleVersion when another version was seen; an act that says nothing of that goes by what there is.

    ``version``: the present one; ``content``: reads what it says.
    """
    if seen is not None and seen.version != version:
        raise StaleVersion(name, seen, Seen(version, content()))
