"""Examine what the configuration names: secrets, channels, recipients, positions that work only in part."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from monitor.doctor.check import Check, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.message import N_, Message
from monitor.runtime.startup_messages import faults_of_all, faulty_entries, summary, unreadable_secrets

OK = Kind("configuration.ok", Level.OK, N_("what the configuration names is there: {fleet}"))
FAULTY = Kind(
    "configuration.faulty",
    Level.WARNING,
    N_("{fault}"),
    N_("Correct it there, then: upazila-monitor check, upazila-monitor reload"),
)
REFUSED = Kind(
    "configuration.refused",
    Level.ERROR,
    N_("the configuration on disk was refused, the one before stays in force: {faults}"),
    N_("Correct what upazila-monitor check names, then: upazila-monitor reload"),
)
Seen = tuple[Sequence[Message], Sequence[Message | str], Message]


def _gather(place: Place) -> Seen:
    """Return what is faulty, why a later configuration was refused, and the fleet in numbers."""
    faulty = [
        *faults_of_all(place.installation, unreadable_secrets),
        *faults_of_all(place.installation, faulty_entries),
    ]
    daemon = place.daemon
    return faulty, daemon.refused if daemon is not None and daemon.lives else (), summary(place.settings)


def _judge(seen: Seen, _: datetime) -> Iterator[Finding]:
    faulty, refused, fleet = seen
    if refused:
        yield found(REFUSED, faults=list(refused))
    for fault in faulty:
        yield found(FAULTY, fault=fault)
    if not (faulty or refused):
        yield found(OK, fleet=fleet)


CONFIGURATION = Check(
    "configuration",
    N_("Configuration"),
    "Files with secrets, gateways, recipients and positions that the configuration names, and whether a running daemon "
    "refused a later configuration. What is wrong in the files themselves is said by `upazila-monitor check`.",
    _gather,
    _judge,
    (OK, FAULTY, REFUSED),
)
