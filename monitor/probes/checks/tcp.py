"""Check TCP: whether a port accepts connections, and how long the handshake takes."""

from typing import Literal, Self

from pydantic import model_validator

from monitor.domain.message import message
from monitor.net.connect import connect
from monitor.net.deadline import Deadline
from monitor.probes.checks.base import ByHand, CheckKind, Outcome, host_and_port
from monitor.settings.services_section import HostName, Port, ServiceCheck, refuse_no_host


class TcpCheck(ServiceCheck):
    """A check of ``port`` of ``host``."""

    kind: Literal["tcp"] = "tcp"
    host: HostName = ""
    """A name or an address; the site's gateway, if it is left out."""
    port: Port | None = None
    """The port, which must be given."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.port:
            raise ValueError(message("a check of kind tcp needs 'port'. Expected a number from 1 to 65535"))
        refuse_no_host("host", self.host)
        return self

    def at(self, gateway: str) -> Self:
        return self if self.host else self.model_copy(update={"host": gateway})


def check(wanted: TcpCheck, deadline: Deadline) -> Outcome:
    """Connect to whichever address of the host answers first, and close; nothing is sent."""
    assert wanted.port is not None
    begun_ns = deadline.mono_ns()
    with connect(wanted.host, wanted.port, deadline).socket:
        return Outcome(deadline.mono_ns() - begun_ns)


TCP = CheckKind(
    TcpCheck,
    check,
    ByHand(
        "Open a TCP connection and show how long that took.",
        "HOST:PORT",
        lambda target, _: host_and_port(target),
        target_says="IPv6 as [ADDRESS]:PORT.",
    ),
    title="Ports",
    doc="""\
A connection is opened and closed again; nothing is said. How long that took is its response time.""",
)
