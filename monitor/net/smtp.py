"""Talk to a mail server (RFC 5321): every step within the deadline, every reply within a size limit.

``smtplib`` speaks; the connection beneath it is ours: all addresses of the server are raced, TLS trusts this machine's
authorities and the configured one, and a slow, silent or endless server is left at the deadline.
"""

import smtplib
import socket
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from re import ASCII, fullmatch
from typing import Any, Literal

from monitor.domain.hiding import hide
from monitor.domain.reasons import Reason, ReasonCode, reason, text
from monitor.domain.text import clean
from monitor.i18n.reasons import reason_text
from monitor.net import tls
from monitor.net.connect import connect
from monitor.net.deadline import Deadline
from monitor.net.names import NAMES, Names, ascii_name
from monitor.net.stream import Stream, TooMuch

MOST_LINES = 100  # of one reply: EHLO's is the longest, with one for each extension
MOST_LINE_BYTES = 2_048  # RFC 5321, 4.5.3.1.5, asks for 512
MOST_BYTES = 131_072  # of all that the server says
GOODBYE_S = 2.0  # so long the server may take to answer QUIT, before the letter is recorded as sent


Security = Literal["starttls", "if_offered", "tls", "none"]
"""STARTTLS must be offered and work; it is used where it is offered; TLS from the first byte; in the clear."""


class NoSmtp(Exception):
    """The server does not speak SMTP; ``reason`` says what it does, the message is its English words."""

    def __init__(self, said: str | Reason) -> None:
        self.reason = said if isinstance(said, Reason) else text(said)
        super().__init__(reason_text(self.reason, "en"))


class Conversation(smtplib.SMTP):
    """A session made by `talk`. All methods raise as `Stream` does, NoSmtp, and what smtplib raises.

    ``greeting``: the server's first reply. ``offers_starttls``: whether it offered that in the clear; None while it was
    not asked. ``certificates``: those of the connection, none without TLS.
    """

    sock: Any
    file: Any

    def __init__(self, stream: Stream, host: str, helo: str) -> None:
        super().__init__(local_hostname=helo)
        self.sock, self._host = stream, host
        self._secrets: Collection[str] = ()
        self.greeting = ""
        self.offers_starttls: bool | None = None
        self.certificates: tuple[tls.Certificate, ...] = ()

    def greeted(self) -> None:
        """Wait for the server's greeting; raises SMTPResponseException when it refuses us."""
        code, said = self.getreply()
        if code != 220:
            raise smtplib.SMTPResponseException(code, said)
        self.greeting = clean(said.decode("utf-8", "replace"))

    def supports_starttls(self) -> bool:
        """Return whether the server offers STARTTLS, by EHLO in the clear."""
        self.ehlo_or_helo_if_needed()
        self.offers_starttls = self.has_extn("starttls")
        return self.offers_starttls

    def start_tls_by_command(self, context: ssl.SSLContext) -> None:
        """Start TLS (STARTTLS, RFC 3207); what was learned in the clear is discarded."""
        if not self.supports_starttls():
            raise NoSmtp(reason(ReasonCode.NO_STARTTLS))
        code, said = self.docmd("STARTTLS")
        if code != 220:
            raise smtplib.SMTPResponseException(code, said)
        self.secure(context)

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS from here on; raises ssl.SSLError."""
        self.certificates = tls.chain(self.sock.start_tls(context, self._host))
        self.file = None
        self.ehlo_resp = self.helo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def log_in(self, user: str, password: str) -> None:
        """Authenticate; raises NoSmtp as well where the server's challenges make no sense.

        The password is hidden in each reply from here on: some servers repeat what they refuse.
        """
        self._secrets = (password, f"\0{user}\0{password}")
        try:
            self.login(user, password)
        except UnicodeEncodeError:  # smtplib sends ASCII only
            raise NoSmtp("user name and password must be plain ASCII; mend them in the config") from None
        except ValueError as error:  # what should be Base64 is not
            raise NoSmtp(f"the server's question about the password cannot be read: {error}") from None

    def quit_session(self) -> None:
        """Send QUIT and wait for its reply, for GOODBYE_S at most; errors are ignored."""
        deadline = self.sock.deadline
        left_s = min(deadline.left_s, GOODBYE_S)
        self.sock.deadline = Deadline.after(left_s, deadline.cancellation, deadline.mono_ns)
        with suppress(smtplib.SMTPException, OSError, NoSmtp, TooMuch):
            self.quit()

    def send(self, s: Any) -> None:
        """Send as smtplib does, but raise the connection's own error."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the server closed the connection")
        self.sock.sendall(s.encode(self.command_encoding) if isinstance(s, str) else s)

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply, which may have several lines (RFC 5321, 4.2.1)."""
        if self.file is None:
            self.file = self.sock.makefile("rb")
        said = []
        for _ in range(MOST_LINES):
            line = self.file.readline(MOST_LINE_BYTES + 1)
            if len(line) > MOST_LINE_BYTES:
                raise NoSmtp(f"the server's reply has a line of more than {MOST_LINE_BYTES} bytes")
            line = hide(line.decode("latin-1"), self._secrets).encode("latin-1")  # a password is ASCII, or not sent
            if not line.endswith(b"\n"):
                self.close()
                raise smtplib.SMTPServerDisconnected("the server closed the connection")
            if not line[:3].isdigit() or line[3:4] not in b" -\r\n":
                raise NoSmtp(reason(ReasonCode.NOT_SMTP, said=clean(line[:60].decode("latin-1"))))
            said.append(line[4:].strip(b" \t\r\n"))
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(said)
        raise NoSmtp(f"the server's reply has more than {MOST_LINES} lines")


@contextmanager
def talk(
    host: str,
    port: int,
    security: Security,
    deadline: Deadline,
    *,
    helo: str = "",
    ca_file: Path | None = None,
    verify: bool = True,
    names: Names = NAMES,
) -> Iterator[Conversation]:
    """Open a session with a mail server, greeted and as secure as asked for; closed at the end of the block.

    Raises what `connect` and `tls.client_context` raise, too. ``helo``: our name; this machine's, if it is empty.
    ``ca_file``: trusted besides the machine's authorities.
    """
    context = tls.client_context(ca_file, verify) if security != "none" else None
    connected = connect(host, port, deadline, names).socket
    stream = Stream(connected, deadline, MOST_BYTES)
    try:
        conversation = Conversation(stream, _name_for_tls(host), helo or own_name(connected.getsockname()[0]))
        if context is not None and security == "tls":
            conversation.secure(context)
        conversation.greeted()
        goes_over = security == "starttls" or (security == "if_offered" and conversation.supports_starttls())
        if context is not None and goes_over:
            conversation.start_tls_by_command(context)
        yield conversation
    finally:
        with suppress(OSError):
            stream.close()


def _name_for_tls(host: str) -> str:
    with suppress(ValueError):
        return str(ip_address(host))
    return ascii_name(host)


def own_name(address: str) -> str:
    """Return our name for EHLO by default: this machine's full name, else its address.

    No resolver is asked: one that does not answer would delay every mail.
    """
    name = socket.gethostname()
    if "." in name and fullmatch(r"[A-Za-z0-9.-]{1,253}", name, ASCII):
        return name
    bare = ip_address(address.partition("%")[0])
    mapped = getattr(bare, "ipv4_mapped", None)
    return f"[{mapped or bare}]" if bare.version == 4 or mapped else f"[IPv6:{bare}]"
