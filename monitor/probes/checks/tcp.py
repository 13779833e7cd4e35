"""TCP: whether a port accepts connections, and how long its handshake takes."""

from monitor.net.connect import connect
from monitor.net.deadline import Deadline
from monitor.probes.checks.base import Outcome
from monitor.settings.services_section import ServiceCheck


def check(wanted: ServiceCheck, deadline: Deadline) -> Outcome:
    """Opens a connection to whichever address of the host answers first, and closes it; nothing is said."""
    assert wanted.port is not None
    begun_ns = deadline.mono_ns()
    with connect(wanted.host, wanted.port, deadline).socket:
        return Outcome(deadline.mono_ns() - begun_ns)
