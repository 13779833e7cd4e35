"""Define why an act of a person is refused. A refused act has changed nothing.

::

    Refused
    ├── BadInput       an argument is invalid; ``field`` says which
    ├── NotAllowed     it does not exist, or its state does not allow the act
    ├── ClockWrong     by this machine's clock nothing can be dated
    └── StaleVersion   it is no longer what the person saw
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from monitor.domain.message import N_, Message, Said


class Refused(Exception):
    """The act is refused; the message says why, and what was expected."""


class BadInput(Refused):
    """An argument is invalid. ``field``: which one, empty for all together; the message continues after its name."""

    def __init__(self, field: str, said: Said) -> None:
        super().__init__(said)
        self.field = field


class NotAllowed(Refused):
    """It does not exist, or does not allow the act."""


class ClockWrong(Refused):
    """The machine's clock shows an impossible time."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One version of a ticket, an outage or a plan: its number, and its content where that is known."""

    version: int
    content: Mapping[str, object] = field(default_factory=dict)


class StaleVersion(Refused):
    """The version changed: ``seen`` is what the person decided by, ``now`` the present one."""

    def __init__(self, name: str, seen: Seen, now: Seen) -> None:
        text = N_("{name} has changed: it was seen at version {seen}, and is at version {now} now. Look at it again")
        super().__init__(Message(text, {"name": name, "seen": seen.version, "now": now.version}))
        self.seen, self.now = seen, now


def refuse_stale(name: str, seen: Seen | None, version: int, content: Callable[[], Mapping[str, object]]) -> None:
    """Raise StaleVersion when another version was seen; an act without a version always passes.

    ``version``: the present one; ``content``: reads its content.
    """
    if seen is not None and seen.version != version:
        raise StaleVersion(name, seen, Seen(version, content()))
