"""What every delivery channel is: a letter in, a proof out, or one of two kinds of failure."""

from dataclasses import dataclass
from typing import Protocol

from monitor.alerts.outbox import Letter


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in words: plain text and HTML say the same."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person of the charter; ``address`` is None until the office has filled it in."""

    name: str
    address: str | None


class TemporaryFailure(Exception):
    """Another try later may do."""


class PermanentFailure(Exception):
    """Another try would fail the same way."""


class Channel(Protocol):
    """One way of reaching people."""

    def deliver(self, letter: Letter, recipient: Recipient, rendered: Rendered) -> str:
        """Hands the letter over and returns what proves it; raises TemporaryFailure or PermanentFailure."""
