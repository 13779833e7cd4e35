"""Examine the mail server from greeting to recipient: everything that a letter needs, and no letter (RFC 5321)."""

import smtplib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.alerts.channels.email import NO_CONVERSATION, conversation, fault_of
from monitor.charter.office import Office
from monitor.charter.offices import Offices
from monitor.doctor.check import Check, Pace, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.message import N_, Said, messages
from monitor.domain.text import clean
from monitor.i18n.reasons import reason_message
from monitor.net.smtp import Conversation
from monitor.net.tls import Certificate
from monitor.settings.monitor_file import Mail
from monitor.settings.secrets import SecretError

TAKEN = frozenset({250, 251})
CERTIFICATE_DAYS = 14.0
SENDERS_A_SESSION = 20  # servers slow a session down that takes back a hundred letters

OK = Kind("mail.ok", Level.OK, N_("{server} takes mail from {sender} to {count} recipients; none was sent"))
NONE = Kind("mail.none", Level.OK, N_("no mail server is configured that could be asked"))
AWAY = Kind(
    "mail.away",
    Level.ERROR,
    N_("{server} cannot be used: {why}"),
    N_("monitor.toml: [mail] host, port, security and ca_file: correct what does not fit this server"),
)
NO_PASSWORD = Kind(
    "mail.no-password",
    Level.ERROR,
    N_("the password for {server} cannot be read: {why}"),
    N_("Write it into the file that [mail] password_file in monitor.toml names, with mode 0600"),
)
LOGIN_REFUSED = Kind(
    "mail.login-refused",
    Level.ERROR,
    N_("{server} refuses the login: {why}"),
    N_("monitor.toml: [mail] username, and the first line of the file that password_file names"),
)
SENDER_REFUSED = Kind(
    "mail.sender-refused",
    Level.ERROR,
    N_("{server} refuses the sender {sender}: {why}"),
    N_("monitor.toml: [mail] sender: an address that this server lets us write from, or the login that it wants"),
)
RECIPIENT_REFUSED = Kind(
    "mail.recipient-refused",
    Level.ERROR,
    N_("{server} refuses the recipient {address}: {why}"),
    N_("charter.toml: correct that address; if it is right, ask who keeps the mail server"),
)
CERTIFICATE = Kind(
    "mail.certificate",
    Level.WARNING,
    N_("{server}: {why}"),
    N_("Ask who keeps the mail server for a new certificate"),
)
KINDS = (OK, NONE, AWAY, NO_PASSWORD, LOGIN_REFUSED, SENDER_REFUSED, RECIPIENT_REFUSED, CERTIFICATE)


@dataclass(frozen=True)
class Seen:
    """What the server said. ``fault``: the kind of finding that ended the session, and its words; None: none did.

    ``tried``: the addresses asked for, by sender; ``refused_senders``, ``refused``: senders, and addresses among those,
    that it does not take, with its words.
    """

    mail: Mail
    tried: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fault: tuple[Kind, Said] | None = None
    refused_senders: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    certificates: Sequence[Certificate] = ()


def letters_of(offices: Offices) -> Mapping[str, Sequence[str]]:
    """Return the addresses that the server is asked for, by sender: each office has its own, or the installation's."""
    found: dict[str, dict[str, None]] = {}
    for office in offices.by_id.values():
        found.setdefault(office.mail.sender, {}).update(dict.fromkeys(recipients(office)))
    return {sender: list(addresses) for sender, addresses in found.items()}


def recipients(office: Office) -> list[str]:
    """Return the addresses that the server is asked for: the officers', once these are the office's own.

    Until then, and where no officer has one, our own sender's.
    """
    officers = [each.email for each in office.charter.officers.values() if each.email]
    return list(dict.fromkeys(officers if office.sends_mail and officers else [office.mail.sender]))


def _gather(place: Place) -> Seen:
    mail = place.settings.monitor.mail
    if not mail.configured:
        return Seen(mail)
    seen = Seen(mail, letters_of(place.offices))
    each = list(seen.tried.items())
    try:
        for first in range(0, len(each), SENDERS_A_SESSION):
            with conversation(mail, place.settings.home, place.cancellation) as smtp:
                _rehearse(smtp, each[first : first + SENDERS_A_SESSION], seen)
                seen = replace(seen, certificates=smtp.certificates)
        return seen
    except SecretError as error:
        fault = NO_PASSWORD, fault_of(error)
    except smtplib.SMTPAuthenticationError as error:
        fault = LOGIN_REFUSED, _said(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError, *NO_CONVERSATION) as error:
        fault = AWAY, fault_of(error)
    return replace(seen, fault=fault)


def _rehearse(smtp: Conversation, letters: Iterable[tuple[str, Sequence[str]]], seen: Seen) -> None:
    """Ask for each sender and its recipients, then take it back (RSET): no message is begun.

    What the server refuses is added to ``seen``.
    """
    smtp.ehlo_or_helo_if_needed()
    for sender, addresses in letters:
        code, said = smtp.mail(sender)
        if code != 250:
            seen.refused_senders[sender] = _said(code, said)
        for address in addresses if code == 250 else ():
            code, said = smtp.rcpt(address)
            if code not in TAKEN:
                seen.refused[address] = _said(code, said)
        smtp.rset()
    smtp.quit_session()


def _said(code: int, answer: bytes | str) -> str:
    return f"{code} {clean(answer.decode('utf-8', 'replace') if isinstance(answer, bytes) else answer)}"


def _judge(seen: Seen, now_utc: datetime) -> Iterator[Finding]:
    mail = seen.mail
    if not mail.configured:
        yield found(NONE)
        return
    server = f"{mail.host}:{mail.port}"
    if seen.fault is not None:
        kind, why = seen.fault
        yield found(kind, server=server, why=why)
    for sender, said in seen.refused_senders.items():
        yield found(SENDER_REFUSED, server=server, why=said, sender=sender)
    for address, said in seen.refused.items():
        yield found(RECIPIENT_REFUSED, server=server, address=address, why=said)
    for certificate in seen.certificates:
        if ageing := certificate.ageing(now_utc, CERTIFICATE_DAYS, mail.host):
            yield found(CERTIFICATE, server=server, why=reason_message(ageing))
    if seen.fault is None and not (seen.refused_senders or seen.refused):
        senders = list(seen.tried)
        of = senders[0] if len(senders) == 1 else messages("{count} sender", "{count} senders", len(senders))
        yield found(OK, server=server, sender=of, count=len({each for tried in seen.tried.values() for each in tried}))


MAIL = Check(
    "mail",
    N_("Mail server"),
    "A session with the server of `[mail]`: greeting, STARTTLS, login, each office's sender, and each officer's "
    "address (our own sender's until the officers are confirmed); then it is taken back (RSET). No letter is sent.",
    _gather,
    _judge,
    KINDS,
    Pace.OUTSIDE,
)
