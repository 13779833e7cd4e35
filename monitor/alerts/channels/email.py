"""E-mail over SMTP (RFC 5321), or as .eml files while the office has no mail server or recipient yet.

A server that cannot be reached, does not speak, or does not want our login or our sender is away for everybody; only
what it says of the recipient or of the message itself is that letter's own fate.

The Message-ID is the letter's own and never changes, so that a letter handed over twice (a crash between the server's
answer and our note of it) is one message to the reader's mail program. In-Reply-To and References name the first
message that the same reader got about the ticket (RFC 5322, 3.6.4).
"""

import logging
import os
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from email.header import Header
from email.message import Message
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from pathlib import Path

from monitor.alerts.channels.base import ChannelAway, PermanentFailure, Recipient, Rendered, TemporaryFailure
from monitor.alerts.channels.smtp_replies import Fate, Step, fate
from monitor.alerts.outbox import Letter
from monitor.domain.text import clean
from monitor.settings.monitor_file import Mail
from monitor.settings.secrets import SecretError, read_secret

log = logging.getLogger(__name__)

UNKNOWN_SENDER = "upazila-monitor@upazila-monitor.invalid"
UNKNOWN_RECIPIENT = "not-filled-in@upazila-monitor.invalid"
ON_THE_WIRE = compat32.clone(linesep="\r\n")
WHOLE_CONVERSATION = 1.5  # times the time-out for one silence


class _Smtp(smtplib.SMTP):
    """A conversation that can be cut off at any moment, a TLS handshake included, from another thread.

    ``tls``: speak it from the first byte on.
    """

    def __init__(self, timeout_s: float, tls: ssl.SSLContext | None) -> None:
        self._from_the_start = tls
        self._line: socket.socket | None = None
        # Left to itself smtplib asks the resolver who we are, for each mail, and waits when that is gone.
        name = socket.gethostname()
        super().__init__(timeout=timeout_s, local_hostname=name if "." in name else "[127.0.0.1]")

    def connect(self, host: str = "localhost", port: int = 0, source_address: object = None) -> tuple[int, bytes]:
        """As smtplib's, which forgets the server's name for TLS when it is not told in the constructor."""
        self._host = host
        return super().connect(host, port)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = socket.create_connection((host, port), timeout)
        self._line = line.dup()  # what TLS does to the first one does not touch this
        return self._from_the_start.wrap_socket(line, server_hostname=host) if self._from_the_start else line

    def cut(self) -> None:
        """Ends it for both sides; whoever waits in a read is woken."""
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Lets go of everything."""
        self.close()
        if self._line is not None:
            self._line.close()


class EmailChannel:
    """Sends through ``mail``'s server; writes to ``folder`` what cannot be sent because an address is missing.

    ``to_files``: everything is written to ``folder``, whatever addresses there are.
    """

    def __init__(self, mail: Mail, folder: Path, home: Path, *, to_files: bool = False) -> None:
        self._to_files = to_files
        self._mail = mail
        self._folder = folder
        self._home = home
        self._under_way: _Smtp | None = None

    def break_off(self) -> None:
        """Cuts the conversation that is under way."""
        if (smtp := self._under_way) is not None:
            smtp.cut()

    def deliver(self, letter: Letter, recipient: Recipient, rendered: Rendered) -> str:
        """Returns the server's answer to DATA, or the file's name."""
        message = compose(letter, recipient, rendered, self._mail)
        if self._to_files or not self._mail.configured or recipient.address is None:
            return self._to_file(letter, message)
        try:
            with self._connection() as smtp:
                return _hand_over(smtp, self._mail.sender, recipient.address, message)
        except smtplib.SMTPAuthenticationError as error:  # a wrong password is mended in the config, not in the mail
            raise ChannelAway(f"the login was refused: {error.smtp_code} {_text(error.smtp_error)}") from error
        except smtplib.SMTPResponseException as error:
            raise ChannelAway(f"{error.smtp_code} {_text(error.smtp_error)}") from error
        except UnicodeEncodeError as error:  # smtplib sends ASCII only
            raise ChannelAway("user name and password must be plain ASCII; mend them in the config") from error
        except SecretError as error:
            raise ChannelAway(str(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelAway(f"{type(error).__name__}: {error}") from error

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        mail = self._mail
        authority = str(self._home / mail.ca_file) if mail.ca_file else None
        tls = ssl.create_default_context(cafile=authority) if mail.security != "none" else None
        smtp = _Smtp(mail.timeout_s, tls if mail.security == "tls" else None)
        # A server that drips a byte now and then never runs into the time-out of a single read.
        limit = threading.Timer(mail.timeout_s * WHOLE_CONVERSATION, smtp.cut)
        limit.daemon = True
        limit.start()
        self._under_way = smtp
        try:
            code, greeting = smtp.connect(mail.host, mail.port)
            if code != 220:
                raise ChannelAway(f"{code} {_text(greeting)}")
            if mail.security == "starttls":
                smtp.starttls(context=tls)
            if mail.username and mail.password_file:
                secret = read_secret(self._home / mail.password_file, "mail.password_file")
                smtp.login(mail.username, secret.reveal())
            yield smtp
        finally:
            self._under_way = None
            limit.cancel()
            smtp.hang_up()

    def _to_file(self, letter: Letter, message: Message) -> str:
        """Writes whole or not at all, under a name that the same letter always gets."""
        self._folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        path = self._folder / f"{letter.message_id.strip('<>').partition('@')[0]}.eml"
        partial = path.with_suffix(".part")
        try:
            with partial.open("wb") as file:
                file.write(message.as_bytes(policy=ON_THE_WIRE))
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except OSError as error:
            raise TemporaryFailure(f"{path}: {error.strerror}") from error
        log.info("no mail goes out to %s yet, which `upazila-monitor check` explains: %s", letter.recipient, path)
        return f"file {path.name}"


def compose(letter: Letter, recipient: Recipient, rendered: Rendered, mail: Mail) -> Message:
    """The whole message, in ASCII on the wire. Header texts come clean: no name can break a header or add one.

    Made with the older interface of Python's email package: the newer one loses spaces between encoded words.
    """
    sender = mail.sender or UNKNOWN_SENDER
    message = MIMEMultipart("alternative")
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
    message.attach(MIMEText(rendered.text, "plain", "utf-8"))
    message.attach(_html(rendered))
    return message


def _html(rendered: Rendered) -> Message:
    """The HTML part, with its pictures beside it where it has any (RFC 2387): no mail program has to fetch one."""
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
    """'Name <address>' (RFC 5322, 3.4), the name encoded where it is not ASCII (RFC 2047)."""
    name = clean(name)
    if name.isascii():
        return formataddr((name, address))
    return f"{Header(name, 'utf-8', header_name='To').encode()} <{address}>"


def _hand_over(smtp: smtplib.SMTP, sender: str, recipient: str, message: Message) -> str:
    """As smtplib's send_message, but keeps what the server answers to DATA: its queue id is our proof."""
    smtp.ehlo_or_helo_if_needed()
    code, answer = smtp.mail(sender)
    if code != 250:
        raise ChannelAway(f"the sender {sender} is refused: {code} {_text(answer)}")
    code, answer = smtp.rcpt(recipient)
    if code not in {250, 251}:
        raise _failure(code, answer, "recipient")
    try:
        code, answer = smtp.data(message.as_bytes(policy=ON_THE_WIRE))
    except smtplib.SMTPDataError as error:
        raise _failure(error.smtp_code, error.smtp_error, "message") from error
    except (smtplib.SMTPException, OSError) as error:  # it may have arrived: the next try has the same Message-ID
        raise TemporaryFailure(f"the server left before it answered: {type(error).__name__}: {error}") from error
    if code != 250:
        raise _failure(code, answer, "message")
    with suppress(smtplib.SMTPException, OSError):  # it is handed over: how the server says goodbye changes nothing
        smtp.quit()
    return f"{code} {_text(answer)}"


def _failure(code: int, answer: bytes | str, step: Step) -> TemporaryFailure | PermanentFailure:
    said = _text(answer)
    kinds: Mapping[Fate, type[TemporaryFailure | PermanentFailure]] = {
        "away": ChannelAway,
        "later": TemporaryFailure,
        "dead": PermanentFailure,
    }
    return kinds[fate(code, said, step)](f"{code} {said}")


def _text(answer: bytes | str) -> str:
    """In one line: it is kept as the proof, and shown."""
    return clean(answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer)
