"""Examine whether letters can reach anybody, as far as the configuration says; no machine is asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.charter.office import Office
from monitor.doctor.check import Check, Place
from monitor.doctor.finding import Finding, Kind, Level, found, found_of_all
from monitor.domain.message import N_
from monitor.settings.monitor_file import Mail
from monitor.settings.web_section import is_loopback

OK = Kind("letters.ok", Level.OK, N_("letters are sent, and each officer has an address"))
NO_SERVER = Kind(
    "letters.no-server",
    Level.WARNING,
    N_("no mail server: letters are written to files and reach nobody"),
    N_("monitor.toml: [mail] host, sender and what the server wants"),
)
NOT_CONFIRMED = Kind(
    "letters.not-confirmed",
    Level.WARNING,
    N_("the officers are not confirmed as this office's own: letters are written to files and reach nobody"),
    N_("charter.toml: [office] officers_confirmed = true, when names and addresses are right"),
)
NO_ADDRESS = Kind(
    "letters.no-address",
    Level.WARNING,
    N_("officers without an e-mail address: {roles}"),
    N_("charter.toml: email of these officers"),
)
IN_THE_CLEAR = Kind(
    "letters.in-the-clear",
    Level.WARNING,
    N_("letters travel to {server} in the clear: whoever is on the way can read them"),
    N_('monitor.toml: [mail] security = "starttls"'),
)


@dataclass(frozen=True)
class Seen:
    """How letters are sent. ``without_address``: the roles of officers that have none."""

    mail: Mail
    confirmed: bool
    without_address: Sequence[str]


def _gather(place: Place) -> Mapping[str, Seen]:
    """Return how the letters of each office are sent, by its id."""
    return {id_: _seen(office) for id_, office in place.offices.by_id.items()}


def _seen(office: Office) -> Seen:
    roles = [officer.role for officer in office.charter.without_email()]
    return Seen(office.mail, office.charter.officers_confirmed, roles)


def _judge(seen: Mapping[str, Seen], _: datetime) -> Iterator[Finding]:
    faults = found_of_all({id_: _faults(each) for id_, each in seen.items()})
    yield from faults or [found(OK)]


def _faults(seen: Seen) -> Iterator[Finding]:
    mail = seen.mail
    if not mail.configured:
        yield found(NO_SERVER)
    if not seen.confirmed:
        yield found(NOT_CONFIRMED)
    if seen.without_address:
        yield found(NO_ADDRESS, roles=list(seen.without_address))
    if mail.configured and mail.security == "none" and not is_loopback(mail.host):
        yield found(IN_THE_CLEAR, server=f"{mail.host}:{mail.port}")


LETTERS = Check(
    "letters",
    N_("Letters"),
    "Whether a mail server is configured, each office's officers are confirmed as its own, and each has an address.",
    _gather,
    _judge,
    (OK, NO_SERVER, NOT_CONFIRMED, NO_ADDRESS, IN_THE_CLEAR),
)
