"""Deliver e-mail over SMTP (RFC 5321), or as .eml files while the office has no mail server or recipient yet.

A server that cannot be reached, does not speak SMTP, or refuses our login or our sender is unavailable for all letters;
only its answers about the recipient or the message itself concern that letter alone.

The Message-ID is the letter's own and never changes, so that a letter delivered twice (a crash between the server's
answer and our note of it) is one message to the reader's mail program. In-Reply-To and References name the first
message that the same recipient got about the ticket (RFC 5322, 3.6.4).
"""

import logging
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.encoders import encode_base64
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from monitor.alerts.channels.base import (
    AttachedFile,
    ChannelContext,
    ChannelKind,
    ChannelUnavailable,
    Letter,
    PermanentFailure,
    Recipient,
    Rendered,
    TemporaryFailure,
)
from monitor.alerts.channels.smtp_replies import Fate, Step, classify
from monitor.domain.log_events import LogEvent
from monitor.domain.message import Said, message, said_by_system
from monitor.domain.notice_kinds import FILE_PROOF
from monitor.domain.text import clean
from monitor.durable import write_durably
from monitor.logs.emit import emit
from monitor.net import tls
from monitor.net.deadline import Cancellation, Deadline
from monitor.net.names import NamesBusy
from monitor.net.smtp import Conversation, NoSmtp, talk
from monitor.net.stream import TooMuch
from monitor.settings.mail_address import is_mail_address
from monitor.settings.monitor_file import Mail
from monitor.settings.notices_section import RecipientEntry
from monitor.settings.secrets import SecretError, read_secret

log = logging.getLogger(__name__)

UNKNOWN_SENDER = "upazila-monitor@upazila-monitor.invalid"
UNKNOWN_RECIPIENT = "not-filled-in@upazila-monitor.invalid"
ON_THE_WIRE = compat32.clone(linesep="\r\n")
WHOLE_CONVERSATION = 1.5  # times timeout_s, over all addresses of the server
NO_CONVERSATION = (NoSmtp, TooMuch, NamesBusy, tls.NoAuthority, SecretError)
OUTBOX_FOLDER = "outbox"


class EmailRecipient(RecipientEntry):
    """A recipient with an e-mail address."""

    reached_by: ClassVar[str] = "email"
    channel: Literal["email"] = "email"
    email: str
    """The e-mail address."""

    @model_validator(mode="after")
    def _is_an_address(self) -> Self:
        if not is_mail_address(self.email):
            raise ValueError(message("'email' is not an e-mail address. Expected one such as officer@example.org"))
        return self


class EmailChannel:
    """The channel, by ``mail``'s server; writes to ``folder`` what cannot be sent because an address is missing.

    ``to_files``: everything is written to ``folder``, whatever addresses there are.
    """

    def __init__(self, mail: Mail, folder: Path, home: Path, *, to_files: bool = False) -> None:
        self._to_files = to_files
        self._mail = mail
        self._folder = folder
        self._home = home
        self._cancellation = Cancellation()

    def abort(self) -> None:
        """Cancel the session under way, and begin none any more."""
        self._cancellation.cancel()

    def deliver(self, letter: Letter, recipient: Recipient, rendered: Rendered) -> str:
        """Send; return the server's answer to DATA, or the file's name. Takes up to WHOLE_CONVERSATION × timeout_s."""
        composed = compose(letter, recipient, rendered, self._mail)
        if self._to_files or not self._mail.configured or recipient.address is None:
            return self._to_file(letter, composed)
        try:
            with conversation(self._mail, self._home, self._cancellation) as smtp:
                return _hand_over(smtp, self._mail.sender, recipient.address, composed)
        except (smtplib.SMTPException, OSError, *NO_CONVERSATION) as error:
            server = f"{self._mail.host}:{self._mail.port}"
            raise ChannelUnavailable(message("{url}: {fault}", url=server, fault=fault_of(error))) from error

    def _to_file(self, letter: Letter, composed: Message) -> str:
        """Write the file whole or not at all, under a name that is the same for the same letter."""
        path = self._folder / f"{letter.message_id.strip('<>').partition('@')[0]}.eml"
        try:
            self._folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            write_durably(path, composed.as_bytes(policy=ON_THE_WIRE))
        except OSError as error:
            raise TemporaryFailure(message("{url}: {fault}", url=path, fault=said_by_system(error))) from error
        text, to = "no mail is sent to %s yet, which `upazila-monitor check` explains: %s", letter.recipient
        emit(log, LogEvent.NOTICE_TO_FILE, text, to, path, recipient=to, ticket=letter.ticket, path=str(path))
        return f"{FILE_PROOF}{path.name}"


@contextmanager
def conversation(mail: Mail, home: Path, cancellation: Cancellation) -> Iterator[Conversation]:
    """Open a session with ``mail``'s server, logged in; raises smtplib's errors, OSError and NO_CONVERSATION.

    Takes up to WHOLE_CONVERSATION × timeout_s.
    """
    authority = home / mail.ca_file if mail.ca_file else None
    deadline = Deadline.after(mail.timeout_s * WHOLE_CONVERSATION, cancellation)
    with talk(mail.host, mail.port, mail.security, deadline, helo=mail.helo, ca_file=authority) as smtp:
        if mail.username and mail.password_file:
            secret = read_secret(home / mail.password_file, "mail.password_file")
            smtp.log_in(mail.username, secret.reveal())
        yield smtp


def compose(letter: Letter, recipient: Recipient, rendered: Rendered, mail: Mail) -> Message:
    """Return the whole message, in ASCII on the wire. Header texts are cleaned: no name can break a header or add one.

    Uses the older interface of Python's email package: the newer one loses spaces between encoded words.
    """
    sender = mail.sender or UNKNOWN_SENDER
    words = MIMEMultipart("alternative")
    words.attach(MIMEText(rendered.text, "plain", "utf-8"))
    words.attach(_html(rendered))
    message: Message = words
    if letter.files:
        message = MIMEMultipart("mixed", _subparts=[words, *map(_attached, letter.files)])
    message["From"] = _mailbox("upazila-monitor", sender)
    message["To"] = _mailbox(recipient.name, recipient.address or UNKNOWN_RECIPIENT)
    message["Subject"] = Header(clean(rendered.subject), "utf-8", header_name="Subject").encode()
    message["Date"] = format_datetime(letter.created_utc)
    message["Message-ID"] = letter.message_id
    if letter.thread_id != letter.message_id:
        message["In-Reply-To"] = letter.thread_id
        message["References"] = letter.thread_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation answers, please
    message["List-Id"] = f"upazila-monitor <tickets.{sender.partition('@')[2]}>"
    return message


def _attached(file: AttachedFile) -> Message:
    """Return a file as a part of a mail (RFC 2183)."""
    main, _, sub = file.media.partition("/")
    part = MIMEBase(main, sub)
    part.set_payload(file.content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=file.filename)
    return part


def _html(rendered: Rendered) -> Message:
    """Return the HTML part, with its pictures beside it where it has any (RFC 2387).

    No mail program has to fetch one.
    """
    html = MIMEText(rendered.html, "html", "utf-8")
    if not rendered.images:
        return html
    related = MIMEMultipart("related", type="text/html")
    related.attach(html)
    for image in rendered.images:
        picture = MIMEImage(image.png, "png")
        picture["Content-ID"] = f"<{image.cid}>"
        picture["Content-Disposition"] = f'inline; filename="{image.cid}.png"'
        related.attach(picture)
    return related


def _mailbox(name: str, address: str) -> str:
    """Return 'Name <address>' (RFC 5322, 3.4), the name encoded where it is not ASCII (RFC 2047)."""
    name = clean(name)
    if name.isascii():
        return formataddr((name, address))
    return f"{Header(name, 'utf-8', header_name='To').encode()} <{address}>"


def _hand_over(smtp: Conversation, sender: str, recipient: str, composed: Message) -> str:
    """Send as smtplib's send_message does, but return the server's answer to DATA: its queue id is the proof."""
    smtp.ehlo_or_helo_if_needed()
    code, answer = smtp.mail(sender)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, answer, sender)
    code, answer = smtp.rcpt(recipient)
    if code not in {250, 251}:
        raise _failure(code, answer, "recipient")
    try:
        code, answer = smtp.data(composed.as_bytes(policy=ON_THE_WIRE))
    except smtplib.SMTPDataError as error:
        raise _failure(error.smtp_code, error.smtp_error, "message") from error
    except (smtplib.SMTPException, OSError, NoSmtp, TooMuch) as error:
        # It may have arrived: the next try has the same Message-ID.
        raise TemporaryFailure(message("the server left before it answered: {fault}", fault=fault_of(error))) from error
    if code != 250:
        raise _failure(code, answer, "message")
    smtp.quit_session()  # it is handed over, however the server answers that
    return f"{code} {_text(answer)}"


def fault_of(error: Exception) -> Said:
    """Return what is wrong with the server, in words."""
    match error:
        case smtplib.SMTPSenderRefused():
            said = f"{error.smtp_code} {_text(error.smtp_error)}"
            return message("the sender {sender} is refused: {said}", sender=error.sender, said=said)
        case smtplib.SMTPAuthenticationError():  # a wrong password is mended in the config, not in the mail
            return message("the login was refused: {said}", said=f"{error.smtp_code} {_text(error.smtp_error)}")
        case smtplib.SMTPResponseException():
            return f"{error.smtp_code} {_text(error.smtp_error)}"
        case ssl.SSLError():
            return tls.words(error)
        case OSError() if error.strerror:
            return said_by_system(error)
    return _text(str(error)) or type(error).__name__


def _failure(code: int, answer: bytes | str, step: Step) -> TemporaryFailure | PermanentFailure:
    said = _text(answer)
    kinds: Mapping[Fate, type[TemporaryFailure | PermanentFailure]] = {
        "away": ChannelUnavailable,
        "later": TemporaryFailure,
        "dead": PermanentFailure,
    }
    return kinds[classify(code, said, step)](f"{code} {said}")


def _text(answer: bytes | str) -> str:
    """Return the answer in one line: it is stored as the proof, and shown."""
    return clean(answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer)


def _open(around: ChannelContext) -> EmailChannel:
    office = around.office
    return EmailChannel(office.mail, around.state / OUTBOX_FOLDER, around.home, to_files=not office.sends_mail)


EMAIL = ChannelKind(
    EmailRecipient,
    _open,
    title="E-mail",
    doc="""\
Through the server of `[mail]`, which officers and citizens are reached by as well. SMTP tells that a server took a
letter, not that somebody read it.""",
)
