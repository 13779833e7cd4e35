"""[sites.ID.services.NAME] of config/sites.toml: what a site serves, and how to see that it does.

What may stand there beside ``kind`` is said by that kind of check (`monitor.probes.checks`).
"""

from typing import Annotated, Self

from pydantic import Field

from monitor.settings.base import matching
from monitor.settings.found import found
from monitor.settings.hosts import host_fault
from monitor.settings.of_kind import OfKind

HostName = Annotated[str, matching(r"[^\s/?#@\[\]\\]{0,253}", "a host's name or an address")]
Port = Annotated[int, Field(ge=1, le=65_535)]
CertificateDays = Annotated[int, Field(ge=0, le=365)]


class ServiceCheck(OfKind):
    """One check, of whichever kind."""

    kind: str
    """How it is checked."""

    def at(self, gateway: str) -> Self:
        """The check at a site whose gateway has that address: what is left out may be there."""
        return self


def refuse_no_host(key: str, host: str) -> None:
    """Raises ValueError where ``key`` names what could never be connected to; an empty ``host`` may stand."""
    if host and (fault := host_fault(host)):
        raise ValueError(f"'{key}': {found(host)} {fault}")
