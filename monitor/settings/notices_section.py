"""[notices] and [recipients.NAME] of config/monitor.toml: how many notices, when, and who else hears of what."""

from typing import Annotated, Literal

from pydantic import Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from monitor.domain.notice_kinds import DIGEST, NoticeKind, Severity
from monitor.settings.base import Model, SecretFile, matching
from monitor.settings.hosts import page_fault
from monitor.settings.mail_address import is_mail_address
from monitor.settings.sites_file import Kind

ChannelName = Literal["email", "apprise", "alertmanager"]
Languages = Literal["both", "bn", "en"]
RecipientName = Annotated[
    str,
    matching(r"[a-z][a-z0-9_-]{0,31}", "small letters, digits, '_' and '-', 32 at most, a letter first"),
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
    """How notices travel: the cap of a storm, quiet hours, the briefs, and when the mail path counts as late."""

    most_per_hour: Annotated[int, Field(ge=5, le=10_000)] = 20
    digest_every_s: Annotated[float, Field(ge=60, le=86_400)] = 900.0
    quiet_hours: bool = True
    morning: tuple[Role, ...] = ("responsible",)
    weekly: tuple[Role, ...] = ("grievance",)
    busy_link: Annotated[float, Field(gt=0, le=1)] = 0.7
    late_after_s: Annotated[float, Field(ge=60, le=86_400)] = 3_600.0

    @property
    def digests_per_hour(self) -> int:
        """How many of an hour's letters are kept back for digests, at least one."""
        return min(max(round(3_600 / self.digest_every_s), 1), self.most_per_hour // 2)


class RecipientEntry(Model):
    """Somebody else who hears of tickets: where, in which language, and of which. Empty lists mean all."""

    channel: ChannelName = "email"
    name: Annotated[str, Field(max_length=200)] = ""
    email: str = ""
    url: str = ""
    url_file: SecretFile | None = None
    lang: Languages = "both"
    kinds: tuple[WantedKind, ...] = ()
    severities: tuple[Severity, ...] = ()
    stages: tuple[Annotated[int, Field(ge=0, le=9)], ...] = ()
    site_kinds: tuple[Kind, ...] = ()
    hours: Literal["as_due", "always", "office"] = "as_due"
    timeout_s: Annotated[float, Field(ge=1, le=120)] = 20.0

    @model_validator(mode="after")
    def _can_be_reached(self) -> "RecipientEntry":
        wanted = {"email": "email", "apprise": "url_file", "alertmanager": "url"}[self.channel]
        given = [key for key in ("email", "url", "url_file") if getattr(self, key)]
        if given != [wanted]:
            found = " and ".join(f"'{key}'" for key in given) or "none of them"
            raise ValueError(f"a recipient by {self.channel} is reached by its '{wanted}' alone; found {found}")
        if self.email and not is_mail_address(self.email):
            raise ValueError("'email' is not an e-mail address. Expected one such as officer@example.org")
        if self.url and (fault := page_fault(self.url)):
            raise ValueError(f"'url' {fault}")
        return self
