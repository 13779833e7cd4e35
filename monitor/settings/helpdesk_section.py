"""[helpdesk] of config/monitor.toml: an outside help desk that every ticket is mirrored to."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from monitor.domain.message import message
from monitor.settings.base import PlainPath, SecretFile
from monitor.settings.hosts import has_credentials_or_query, is_unencrypted, page_fault
from monitor.settings.of_kind import OfKind
from monitor.settings.problems import all_of

NEEDED = ("url", "token_file", "queue")


class Helpdesk(OfKind):
    """[helpdesk], of whichever kind (`monitor.alerts.helpdesks`); nothing is mirrored while ``kind`` is empty."""

    kind: str = ""
    """Which help desk it is; empty: none."""
    url: Annotated[str, Field(max_length=300)] = ""
    """As its front page has it."""
    allow_http: bool = False
    """true sends the token in the clear."""
    user: Annotated[str, Field(max_length=200)] = ""
    """With it, `token_file` holds this user's password (Basic authentication); without it, an access token."""
    token_file: SecretFile | None = None
    """A file (mode 0600) with nothing but the token in it."""
    queue: Annotated[str, Field(max_length=200)] = ""
    """Where tickets go."""
    ca_file: PlainPath | None = None
    """A file with the help desk's certificate authority, when it is not a public one."""
    poll_s: Annotated[float, Field(ge=5, le=86_400)] = 60.0
    """How often each ticket there is looked at, in seconds."""
    timeout_s: Annotated[float, Field(ge=0.2, le=120)] = 20.0
    """A request that takes longer is given up, in seconds."""

    @property
    def configured(self) -> bool:
        """Return whether there is a help desk at all."""
        return bool(self.kind)

    @property
    def key(self) -> str:
        """Return the key that distinguishes this help desk from all others; '' where there is none."""
        return f"{self.kind} {self.url}" if self.kind else ""

    @property
    def secrets(self) -> tuple[tuple[str, Path], ...]:
        return () if self.token_file is None else (("token_file", self.token_file),)

    @classmethod
    def prepared(cls, entry: dict[str, Any], model: type[OfKind], models: Mapping[str, type[OfKind]]) -> Any:
        """Accept any keys of a help desk that is switched off (``kind`` is empty)."""
        if model is not cls:
            return entry
        known = {key for each in models.values() for key in each.model_fields} - set(cls.model_fields)
        return {key: value for key, value in entry.items() if key not in known}

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not value:
            return value
        if fault := page_fault(value):
            raise ValueError(fault)
        if has_credentials_or_query(value):
            raise ValueError(
                message("carries more than an address. Expected https://HOST/PATH; secrets stand in 'token_file'")
            )
        return value.rstrip("/")

    @model_validator(mode="after")
    def _whole(self) -> "Helpdesk":
        if not self.kind:
            return self
        missing = [name for name in NEEDED if not getattr(self, name)]
        if missing:
            raise ValueError(
                message(
                    'kind = "{kind}" needs {names} as well',
                    kind=self.kind,
                    names=all_of(missing),
                )
            )
        if is_unencrypted(self.url) and not self.allow_http:
            raise ValueError(
                message("over http:// the token would travel in the clear. Expected https://…, or allow_http = true")
            )
        return self


def served_by(sections: Iterable[tuple[str, Helpdesk]]) -> dict[Helpdesk, list[str]]:
    """Return the help desks that are configured, each once, with the offices whose tickets go there. Pure.

    ``sections``: each office's id with its section; those that name the same one share it.
    """
    found: dict[Helpdesk, list[str]] = {}
    for office, section in sections:
        if section.configured:
            found.setdefault(section, []).append(office)
    return found
