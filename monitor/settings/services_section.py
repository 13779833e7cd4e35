"""[sites.ID.services.NAME] of config/sites.toml: what a site serves, and how to see that it does."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from monitor.settings.base import Model, PlainPath, matching
from monitor.settings.found import found
from monitor.settings.hosts import host_fault, is_address, is_host_name, page_fault

RecordType = Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]
HostName = Annotated[str, matching(r"[^\s/?#@\[\]\\]{0,253}", "a host's name or an address")]


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
        if self.kind == "http" and (fault := page_fault(self.url)):
            raise ValueError(f"'url' {fault}")
        if self.kind == "dns" and not is_host_name(self.name):
            raise ValueError(
                f"'name': {found(self.name)} is not a name. Expected the name that is asked for, such as example.org"
            )
        if self.server and not is_address(self.server):
            raise ValueError(f"'server': {found(self.server)} is not an address. Expected that of a name server")
        for key, host in (("host", self.host), ("server", self.server)):
            if host and (fault := host_fault(host)):
                raise ValueError(f"'{key}': {found(host)} {fault}")
        return self
