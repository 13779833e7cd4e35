"""Define what the process that makes reports is given, and what it gives back; both are pickled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.charter.office import Office
from monitor.charter.offices import ALONE
from monitor.domain.reasons import Reason
from monitor.i18n.languages import Lang
from monitor.settings.history_section import History
from monitor.settings.offices_file import Node
from monitor.settings.storage_section import Place


@dataclass(frozen=True, slots=True)
class Job:
    """An edition to be made, as the process that makes it needs it. ``last``: number and value of the one before.

    ``database``: where it is; ``kept_since_utc``: what ended before that is deleted; ``history``: what is kept of
    samples. ``page``: the address of the public page. ``stored_as``: the office whose rows are read, '' for all.
    ``offices``: those of the tree that a report of a place is about, by id, and ``place`` what that is called.
    """

    edition: int
    database: Place
    office: Office
    period_kind: str
    period_code: str
    scope_kind: str
    scope_id: str
    official: str
    files: tuple[str, ...]
    now_utc: datetime
    kept_since_utc: datetime
    last: tuple[int, bytes] | None = None
    history: History = field(default_factory=History)
    page: str = ""
    stored_as: str = ALONE
    offices: Mapping[str, Office] = field(default_factory=dict)
    place: Node | None = None


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file of a report: what it is called, its media type (RFC 6838), and its contents."""

    filename: str
    media: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MadeReport:
    """What came of a job. ``value``: what the report says, packed; ``value_hash``: SHA-256 of it as JSON.

    ``is_same``: all of it stands in the edition before. ``different``: how many figures that one had otherwise;
    ``differences``: the first of them. ``titles``, ``summaries``: by language.
    ``lacking``: the files that could not be made, each with why.
    """

    number: int
    value: bytes
    value_hash: str
    as_of_utc: datetime
    titles: Mapping[Lang, str]
    summaries: Mapping[Lang, str]
    is_same: bool = False
    differences: Sequence[Mapping[str, str]] = ()
    different: int = 0
    files: Mapping[str, MadeFile] = field(default_factory=dict)
    lacking: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Render:
    """A file to be made of what an edition says. ``value``: packed; ``form``: the format."""

    value: bytes
    lang: Lang
    form: str


@dataclass(frozen=True, slots=True)
class NotMade:
    """Why nothing was made."""

    why: Reason
