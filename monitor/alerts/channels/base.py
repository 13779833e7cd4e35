"""Define a delivery channel: a mail in, a proof out, or one of three kinds of failure.

::

    DeliveryFailure
    ├── TemporaryFailure     this letter may get through later
    │   └── ChannelAway      nobody can be reached through this channel now: its other letters need not be tried
    └── PermanentFailure     another try would fail the same way
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from monitor.alerts.facts.stored import Stored
from monitor.charter.office import Office
from monitor.domain.text import clean
from monitor.settings.notices_section import ChannelSection, Languages, RecipientEntry


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that goes with a letter. ``media``: its type (RFC 6838)."""

    filename: str
    media: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A leased notice, detached from the database; ``facts`` as stored, of whichever version.

    ``is_sample``: nothing has happened, somebody wants to see a sample. ``files``: what goes with it; channels that
    carry no files leave them out. ``leased_by``, ``leased_until_utc``: its lease, by which alone what became of it is
    recorded; see `alerts.notices.outbox`.
    """

    id: int
    kind: str
    recipient: str
    message_id: str
    thread_id: str
    created_utc: datetime
    attempts: int
    facts: Stored
    is_sample: bool = False
    files: tuple[AttachedFile, ...] = ()
    leased_by: str = ""
    leased_until_utc: datetime | None = None

    @property
    def ticket(self) -> str:
        """Return the number of the ticket it is about; empty when it is about none, or several."""
        return str(self.facts.get("number", ""))

    def sample(self, run: str, number: int) -> "Letter":
        """Return the letter as a sample, under a Message-ID that no real one has, in a thread of its own."""
        domain = self.message_id.strip("<>").partition("@")[2]
        message_id = f"<sample-{run}.{number}.{self.kind}@{domain}>"
        return replace(self, message_id=message_id, thread_id=message_id, is_sample=True)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in a letter's HTML, named ``cid`` there."""

    cid: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """A letter in one line. Only ``place``, in the middle, may be cut: number, state and deadline must be readable."""

    before: str
    place: str
    after: str

    def within(self, fits: Callable[[str], bool]) -> str:
        """Return the line, with as much of the place as ``fits``, or at last as much of its beginning."""
        if fits(str(self)):
            return str(self)
        for most in range(len(self.place) - 1, 0, -1):
            if fits(cut := f"{self.before}{clean(self.place, most)}{self.after}"):
                return cut
        bare = f"{self.before}{self.after.lstrip(': ')}"
        return next((cut for most in range(len(bare), 0, -1) if fits(cut := clean(bare, most))), "")

    def __str__(self) -> str:
        return f"{self.before}{self.place}{self.after}"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in words.

    ``text`` and ``html`` are equivalent, ``short`` is for a small screen, ``line`` the shortest.
    """

    subject: str
    text: str
    html: str
    short: str = ""
    line: Line = Line("", "", "")
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient. ``address``: what the channel needs (an e-mail address, a URL, a file that holds one).

    None until the office has filled it in. ``lang``: the recipient's languages.
    """

    name: str
    address: str | None
    lang: Languages = "both"
    timeout_s: float = 20.0


class DeliveryFailure(Exception):
    """A letter was not delivered; the message says why."""


class TemporaryFailure(DeliveryFailure):
    """A later try may succeed."""


class ChannelUnavailable(TemporaryFailure):
    """The whole channel is unavailable: its server is down, refuses our login, or does not speak the protocol."""


class PermanentFailure(DeliveryFailure):
    """Another try would fail the same way."""


class Channel(Protocol):
    """One way of delivering. Each has a file of its own and a line in `registry`."""

    def deliver(self, letter: Letter, recipient: Recipient, rendered: Rendered) -> str:
        """Deliver the letter and return a proof; raises a DeliveryFailure.

        Must return or raise within 1.5 × ``recipient.timeout_s``.
        """

    def abort(self) -> None:
        """Cancel a delivery under way in another thread, if there is one: the daemon stops."""


@dataclass(frozen=True, slots=True)
class ChannelContext:
    """What a channel may need when it is opened.

    ``state``: the folder for data; ``home``: the folder at which relative paths in the configuration start.
    """

    office: Office
    state: Path
    home: Path

    def section(self, name: str) -> ChannelSection | None:
        """Return [channels.NAME]; None where the office has none."""
        return self.office.channels.get(name)


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """One channel, whole: a file of this package, and a line in `registry.CHANNELS`.

    ``recipient``: the model of [recipients.NAME] for its recipients; ``section``: the model of [channels.NAME], if the
    channel has settings of its own. Each key's docstring explains it in the docs. ``doc``: its section of
    docs/notices.md, in Markdown, without the heading ``title`` and the tables of keys.
    """

    recipient: type[RecipientEntry]
    open: Callable[[ChannelContext], Channel]
    title: str
    doc: str
    section: type[ChannelSection] | None = None
