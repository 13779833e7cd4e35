"""Define the facts of a notice, as of when it is enqueued: one dataclass for each shape, and nothing else.

This is the one place that lists the keys of stored notices; `stored` writes them as JSON with their version and reads
those of every earlier version. Whoever changes a shape raises VERSION there and adds the upgrade from the one before.
Words are made of these values by `wording`, `brief_words` and `digests`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from monitor.charter.services import Section
from monitor.domain.evidence import NOTHING_SEEN, Evidence
from monitor.domain.reasons import Reason, as_json, from_json
from monitor.i18n.languages import Lang

StoredReason = Annotated[Reason | None, PlainValidator(from_json), PlainSerializer(as_json)]
"""A reason as a stored notice keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a report that goes with a letter: ``name`` of the file that is kept with that ``edition``.

    ``filename``: what it is called in the letter; ``media``: its type (RFC 6838); ``sha256``: by which it is known.
    """

    edition: int
    name: str
    filename: str
    media: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The facts of every letter: the office, the time, the page; ``head`` of the history is its proof.

    ``attachments``: files that go with it. ``office_id``: the office among several, '' for one that stands alone.
    """

    office_bn: str
    office_en: str
    page_url: str
    now: datetime
    number: str = ""
    head: str = ""
    attachments: tuple[Attachment, ...] = ()
    office_id: str = ""

    def office(self, lang: Lang) -> str:
        return self.office_bn if lang == "bn" else self.office_en

    def page(self, path: str = "") -> str:
        """Return the address of a page of the console; '' where the office has configured none.

        Among several offices it names the one that the letter is about, whichever its reader has chosen there.
        """
        if not self.page_url or not (path or self.office_id):
            return self.page_url
        home = f"{self.page_url.rstrip('/')}{path or '/'}"
        return f"{home}?office={self.office_id}" if self.office_id else home


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site; ``kind``: empty when it was removed from the configuration. Without an ``id`` it is a service's name."""

    id: str = ""
    name_bn: str
    name_en: str
    kind: str = ""

    def name(self, lang: Lang) -> str:
        return self.name_bn if lang == "bn" else self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A row of the charter and its target, in words."""

    section: Section
    number: int
    name_bn: str
    name_en: str
    target_bn: str
    target_en: str

    def name(self, lang: Lang) -> str:
        return self.name_bn if lang == "bn" else self.name_en

    def target(self, lang: Lang) -> str:
        return self.target_bn if lang == "bn" else self.target_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """The responsible officer as a citizen needs to know; all empty in notices of older versions."""

    name_bn: str = ""
    name_en: str = ""
    title_bn: str = ""
    title_en: str = ""
    phone: str = ""
    address_bn: str = ""
    address_en: str = ""

    def name(self, lang: Lang) -> str:
        return self.name_bn if lang == "bn" else self.name_en

    def title(self, lang: Lang) -> str:
        return self.title_bn if lang == "bn" else self.title_en

    def address(self, lang: Lang) -> str:
        return self.address_bn if lang == "bn" else self.address_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of the grievance chain: its holder, until when, and its length in words."""

    level: int
    lapses: datetime
    holder_bn: str
    holder_en: str
    disposal_bn: str
    disposal_en: str

    def holder(self, lang: Lang) -> str:
        return self.holder_bn if lang == "bn" else self.holder_en

    def disposal(self, lang: Lang) -> str:
        return self.disposal_bn if lang == "bn" else self.disposal_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request: who asked, how it came in ('phone', 'person', 'email', 'letter'), and its text.

    ``code``: by which the requester follows it, with its number; empty in notices of older versions.
    """

    name: str
    email: str
    way: str
    text: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """An outage. ``affected``: how many sites of each kind it affects; ``operator``: only while late.

    ``silent_since``: its first failed probe, where that was outside service hours.
    """

    started: datetime
    silent_since: datetime | None = None
    ended: datetime | None
    end_reason: str | None
    reason: StoredReason = None
    cause: str = ""
    cause_why: StoredReason = None
    evidence: Evidence = NOTHING_SEEN
    affected: Mapping[str, int] = field(default_factory=dict)
    operator: str = ""
    operator_due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts(Letterhead):
    """A ticket, or an outage that has none yet. ``event``: what its time counts from."""

    site: Site | None
    service: Service
    officer: Officer = Officer()
    event: datetime
    deadline: datetime
    overdue: bool
    explanation_bn: str
    explanation_en: str
    stage: Stage | None = None
    next_stage: Stage | None = None
    outage: Outage | None = None
    asked: Asked | None = None
    note: str = ""

    def explanation(self, lang: Lang) -> str:
        return self.explanation_bn if lang == "bn" else self.explanation_en

    @property
    def level(self) -> int:
        """Return the stage of the grievance chain; 0 before the first."""
        return self.stage.level if self.stage else 0
