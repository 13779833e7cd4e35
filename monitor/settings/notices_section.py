"""Model [notices], [recipients.NAME] and [channels.NAME] of monitor.toml: how many notices, when, to whom."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from monitor.domain.message import N_, Message, message
from monitor.domain.notice_kinds import DIGEST, NoticeKind, Severity
from monitor.i18n.languages import languages
from monitor.settings.base import Model, matching
from monitor.settings.of_kind import OfKind, fault
from monitor.settings.problems import did_you_mean, hinted, no_such, one_of
from monitor.settings.sites_file import Kind

ChannelName = str
"""A name of `monitor.alerts.channels.registry.CHANNELS`."""


def _one_of_the(known: tuple[str, ...]) -> AfterValidator:
    def check(value: str) -> str:
        if value not in known:
            raise ValueError(no_such("language", value, known))
        return value

    return AfterValidator(check)


KnownLanguage = Annotated[str, _one_of_the(languages())]
Languages = Annotated[str, _one_of_the(("both", *languages()))]
"""A language, or 'both': Bangla, and English below."""
RecipientName = Annotated[
    str,
    matching(r"[a-z][a-z0-9_-]{0,31}", N_("small letters, digits, '_' and '-', 32 at most, a letter first")),
]
Role = RecipientName
KINDS = tuple(kind for kind in NoticeKind if kind != DIGEST)  # a digest goes to whom what is in it goes


def _wanted_kind(value: object) -> NoticeKind:
    if value in KINDS:
        return NoticeKind(str(value))
    expected = ", ".join(f"'{kind}'" for kind in KINDS[:-1]) + f" or '{KINDS[-1]}'"
    raise PydanticCustomError("literal_error", "Input should be {expected}", {"expected": expected})


WantedKind = Annotated[NoticeKind, PlainValidator(_wanted_kind)]


class Notices(Model):
    """How notices are sent: the hourly cap, quiet hours, the briefs, and when the mail path counts as late."""

    most_per_hour: Annotated[int, Field(ge=5, le=10_000)] = 20
    """Letters to one reader in an hour; what is more comes in one digest."""
    digest_every_s: Annotated[float, Field(ge=60, le=86_400)] = 900.0
    """Between two digests to one reader, in seconds."""
    quiet_hours: bool = True
    """Reminders and stage notices wait for the office to open; what is urgent goes at once."""
    morning: tuple[Role, ...] = ("responsible",)
    """Who gets the morning brief on working days: officers of charter.toml or recipients."""
    weekly: tuple[Role, ...] = ("grievance",)
    """Who gets the weekly brief on the first working day of the week."""
    busy_link: Annotated[float, Field(gt=0, le=1)] = 0.7
    """Share of its speed from which the morning brief names a link."""
    late_after_s: Annotated[float, Field(ge=60, le=86_400)] = 3_600.0
    """A notice that was not delivered for so long is shown by the page, `status` and a metric, in seconds."""

    @property
    def digests_per_hour(self) -> int:
        """Return how many of an hour's notices are reserved for digests, at least one."""
        return min(max(round(3_600 / self.digest_every_s), 1), self.most_per_hour // 2)


class RecipientEntry(OfKind):
    """A further recipient of notices: address, language, and which tickets. Empty lists mean all.

    ``reached_by``: the key with the address; a channel's model (`monitor.alerts.channels`) has it, and may need more.
    """

    chosen_by: ClassVar[str] = "channel"
    reached_by: ClassVar[str] = ""

    channel: ChannelName = "email"
    """How it is reached."""
    name: Annotated[str, Field(max_length=200)] = ""
    """What it is called in letters; the NAME of the section, if left out."""
    lang: Languages = "both"
    """In which language."""
    kinds: tuple[WantedKind, ...] = ()
    """Which kinds of notices; all, if left out."""
    severities: tuple[Severity, ...] = ()
    """Of which severity: urgent (opened, reopened, breach), routine, good (resolved, restored, withdrawn)."""
    stages: tuple[Annotated[int, Field(ge=0, le=9)], ...] = ()
    """At which stages of the grievance chain; 0: before it."""
    site_kinds: tuple[Kind, ...] = ()
    """About which kinds of sites."""
    hours: Literal["as_due", "always", "office"] = "as_due"
    """As officers hear of it, at once, or only while the office is open."""
    timeout_s: Annotated[float, Field(ge=1, le=120)] = 20.0
    """A delivery that takes longer is given up, in seconds."""

    @property
    def address(self) -> str:
        """Return the address for its channel."""
        return str(getattr(self, self.reached_by))

    @property
    def shown_address(self) -> str:
        """Return the address for people: secrets stay in their files."""
        return self.address

    def faults(self) -> Iterator[Message]:
        """Yield what keeps this machine from reaching it, for `check`."""
        yield from ()

    @classmethod
    def prepared(cls, entry: dict[str, Any], model: type[OfKind], models: Mapping[str, type[OfKind]]) -> Any:
        ways = dict.fromkeys(each.reached_by for each in models.values() if issubclass(each, RecipientEntry))
        given = [way for way in ways if entry.get(way)]
        assert issubclass(model, RecipientEntry)
        if given != [model.reached_by]:
            channel = entry.get(cls.chosen_by, cls.model_fields[cls.chosen_by].default)
            found = [f"'{way}'" for way in given] or message("none of them")
            raise ValueError(
                message(
                    "a recipient by {channel} is reached by its '{reached_by}' alone; found {found}",
                    channel=channel,
                    reached_by=model.reached_by,
                    found=found,
                )
            )
        return {key: value for key, value in entry.items() if key not in ways or value}


class ChannelSection(OfKind):
    """[channels.NAME] of monitor.toml: the settings of a channel itself."""

    chosen_by: ClassVar[str] = "channel"
    channel: ChannelName

    def faults(self, home: Path) -> Iterator[Message]:
        """Yield what keeps the channel from working on this machine, for `check`.

        ``home``: where relative paths start.
        """
        yield from ()


def by_their_names(value: Any, info: ValidationInfo) -> Any:
    """Return each table of [channels] with its name inside, which chooses its model; raises ValidationError."""
    known = (info.context or {}).get(ChannelSection, {})
    if not isinstance(value, dict):
        return value
    for name in value:
        if name not in known:
            said = message("no channel of that name has a section.")
            whole = hinted(said, did_you_mean(name, known) or one_of(known))
            raise fault(name, "value_error", {"error": ValueError(whole)})
    return {name: {**table, "channel": name} if isinstance(table, dict) else table for name, table in value.items()}


Channels = Annotated[dict[str, ChannelSection], BeforeValidator(by_their_names)]
