"""[helpdesk] of config/monitor.toml: an outside help desk that every ticket is mirrored to."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from monitor.settings.base import Model, PlainPath, SecretFile
from monitor.settings.hosts import page_fault

NEEDED = ("url", "token_file", "queue")


class Helpdesk(Model):
    """Nothing is mirrored while ``kind`` is empty.

    ``queue``: where tickets go: the queue's name (rt), the group's name (zammad), the entity's number (glpi).
    ``user``: with it, ``token_file`` holds a password for Basic authentication; without it, an access token.
    """

    kind: Literal["", "rt", "zammad", "glpi"] = ""
    url: Annotated[str, Field(max_length=300)] = ""
    allow_http: bool = False
    user: Annotated[str, Field(max_length=200)] = ""
    token_file: SecretFile | None = None
    app_token_file: SecretFile | None = None
    queue: Annotated[str, Field(max_length=200)] = ""
    ca_file: PlainPath | None = None
    poll_s: Annotated[float, Field(ge=5, le=86_400)] = 60.0
    timeout_s: Annotated[float, Field(ge=0.2, le=120)] = 20.0

    @property
    def configured(self) -> bool:
        """Whether there is a help desk at all."""
        return bool(self.kind)

    @property
    def secrets(self) -> tuple[tuple[str, Path], ...]:
        """The keys of the files that must be there for it to work, with the files."""
        files = (("token_file", self.token_file), ("app_token_file", self.app_token_file))
        return tuple((key, file) for key, file in files if file)

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not value:
            return value
        if fault := page_fault(value):
            raise ValueError(fault)
        parts = urlsplit(value)
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("carries more than an address. Expected https://HOST/PATH; secrets stand in 'token_file'")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _whole(self) -> "Helpdesk":
        if not self.kind:
            return self
        missing = [name for name in NEEDED if not getattr(self, name)]
        if missing:
            raise ValueError(f'kind = "{self.kind}" needs {" and ".join(repr(name) for name in missing)} as well')
        if urlsplit(self.url).scheme == "http" and not (self.allow_http or _is_loopback(self.url)):
            raise ValueError(
                "over http:// the token would travel in the clear. Expected https://…, or allow_http = true"
            )
        if self.kind == "glpi" and not (self.queue.isascii() and self.queue.isdigit()):
            raise ValueError("'queue' is no number. Expected that of a GLPI entity, in quotes, such as \"0\"")
        if self.app_token_file and self.kind != "glpi":
            raise ValueError("'app_token_file' belongs to GLPI. Expected it only with kind = \"glpi\"")
        return self


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
