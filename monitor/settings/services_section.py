"""[sites.ID.services.NAME] of config/sites.toml: what a site serves, and how to see that it does."""

import re
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from monitor.settings.base import Model, PlainPath, matching
from monitor.settings.hosts import is_short_address

RecordType = Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]
HostName = Annotated[str, matching(r"[A-Za-z0-9._:%-]{0,253}", "a host's name or an address")]


class ServiceCheck(Model):
    """One check.

    ``tcp``: ``port`` of ``host`` (at a site: its gateway, if left out). ``http``: ``url``. ``dns``: ``name`` and
    ``type``, at ``server`` (this machine's, if left out).
    """

    kind: Literal["tcp", "http", "dns"]
    host: HostName = ""
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    url: Annotated[str, Field(max_length=2_000)] = ""
    status: Annotated[int, Field(ge=100, le=599)] | None = None
    body: Annotated[str, Field(max_length=1_000)] = ""
    verify: bool = True
    ca_file: PlainPath | None = None
    certificate_days: Annotated[int, Field(ge=0, le=365)] = 14
    name: Annotated[str, Field(max_length=253)] = ""
    type: RecordType = "A"
    server: HostName = ""
    expect: Annotated[str, Field(max_length=500)] = ""

    @model_validator(mode="after")
    def _whole(self) -> "ServiceCheck":
        if self.kind == "tcp" and not self.port:
            raise ValueError("a check of kind tcp needs 'port'. Expected a number from 1 to 65535")
        if self.kind == "http" and not _is_page(self.url):
            raise ValueError("'url' is not the address of a page. Expected http://… or https://…")
        if self.kind == "dns" and not _is_name(self.name):
            raise ValueError("'name' is not a name. Expected the name that is asked for, such as example.org")
        if self.server and not _is_address(self.server):
            raise ValueError("'server' is not an address. Expected that of a name server")
        if self.host and not (_is_name(self.host) or _is_address(self.host)):
            raise ValueError("'host' is not a host. Expected a name or an address")
        return self


def _is_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        plain = not any(letter.isspace() or not letter.isprintable() for letter in url)
        return parts.scheme in {"http", "https"} and (_is_name(host) or _is_address(host)) and parts.port != 0 and plain
    except ValueError:
        return False


def _is_name(text: str) -> bool:
    return re.fullmatch(r"([^.\s:\[\]]{1,63}\.)*[^.\s:\[\]]{1,63}\.?", text) is not None and not is_short_address(text)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
