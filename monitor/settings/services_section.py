"""Model [sites.ID.services.NAME] of config/sites.toml: a service of a site, and how to check it.

The keys beside ``kind`` are defined by that kind of check (`monitor.probes.checks`).
"""

from typing import Annotated, Self

from pydantic import Field

from monitor.domain.message import N_, message
from monitor.settings.base import matching
from monitor.settings.found import found
from monitor.settings.hosts import host_fault
from monitor.settings.of_kind import OfKind

HostName = Annotated[str, matching(r"[^\s/?#@\[\]\\]{0,253}", N_("a host's name or an address"))]
Port = Annotated[int, Field(ge=1, le=65_535)]
CertificateDays = Annotated[int, Field(ge=0, le=365)]


class ServiceCheck(OfKind):
    """One check, of whichever kind."""

    kind: str
    """How it is checked."""

    def at(self, gateway: str) -> Self:
        """Return the check at a site whose gateway has that address, which fills in what was left out."""
        return self


def refuse_no_host(key: str, host: str) -> None:
    """Raise ValueError where ``key`` is no host that one can connect to; an empty ``host`` is allowed."""
    if host and (fault := host_fault(host)):
        raise ValueError(message("'{key}': {found} {fault}", key=key, found=found(host), fault=fault))
