"""A mail server that keeps what it gets: the office's mail server and everybody's letter box in one.

It listens on one of the lab's own hosts, so that it can be cut off like any other, and speaks real SMTP through
aiosmtpd: in the clear, or with STARTTLS and a login. It can be told to refuse, for a while or for good.
"""

import asyncio
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.lab.namespace import LabError, Namespace
from tests.lab.waiting import until

MAIL_HOST, MAIL_PORT = "10.77.100.25", 2525


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived. ``sender`` and ``recipients`` are the envelope's, not the header's."""

    arrived_utc: datetime
    sender: str
    recipients: tuple[str, ...]
    over_tls: bool
    login: str | None
    content: bytes

    @cached_property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.content, policy=policy.default)

    def header(self, name: str) -> str:
        """A header's text; empty when there is none."""
        return str(self.message[name] or "")

    def text(self) -> str:
        """What a reader without HTML sees."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()).replace("\r\n", "\n") if body is not None else ""

    def __str__(self) -> str:
        return f"to {', '.join(self.recipients)}: {self.header('Subject')}"


@dataclass(frozen=True)
class Certificate:
    """A certificate that nobody but its maker trusts."""

    certificate: Path
    key: Path

    @classmethod
    def made_in(cls, folder: Path, address: str = MAIL_HOST) -> Self:
        """A fresh one for ``address``, good for two days."""
        if shutil.which("openssl") is None:
            raise LabError("the lab's mail server needs openssl for its certificate: apt-get install openssl")
        made = cls(folder / "mail-server.crt", folder / "mail-server.key")
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=lab"
        extensions = [f"subjectAltName=IP:{address}", "keyUsage=digitalSignature,keyCertSign"]
        words = [*command.split(), "-out", str(made.certificate), "-keyout", str(made.key)]
        for extension in extensions:
            words += ["-addext", extension]
        subprocess.run(words, check=True, capture_output=True)
        return made


class MailCatcher:
    """The server; ``with MailCatcher.on(lab.hosts) as mails`` starts and stops it. It runs in a thread of its own."""

    def __init__(
        self,
        listener: socket.socket,
        certificate: Certificate | ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
        on_mail: Callable[[Mail], None] | None = None,
        *,
        tls_at_once: bool = False,
    ) -> None:
        self._listener = listener
        self._login = login
        self._tls = _server_context(certificate) if isinstance(certificate, Certificate) else certificate
        self._tls_at_once = tls_at_once
        self._on_mail = on_mail
        self._refusal: str | None = None
        self._unknown: set[str] = set()
        self._tries = 0
        self._mails: list[Mail] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail catcher", daemon=True)

    @classmethod
    def on(
        cls,
        namespace: Namespace,
        certificate: Certificate | None = None,
        login: tuple[str, str] | None = None,
        on_mail: Callable[[Mail], None] | None = None,
    ) -> Self:
        """A catcher on the lab's mail host."""
        listener = namespace.open_socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((MAIL_HOST, MAIL_PORT))
        return cls(listener, certificate, login, on_mail)

    def __enter__(self) -> Self:
        self._thread.start()
        at_once = self._tls if self._tls_at_once else None
        starting = self._loop.create_server(self._session, sock=self._listener, ssl=at_once)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(timeout=10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        sessions = asyncio.all_tasks() - {asyncio.current_task()}
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)

    def _session(self) -> Any:
        options: dict[str, Any] = {"hostname": "mail.lab", "loop": self._loop}
        if self._tls is not None and not self._tls_at_once:
            options |= {"tls_context": self._tls, "require_starttls": True}
        if self._login is not None:
            options |= {
                "authenticator": self._authenticate,
                "auth_required": True,
                "auth_require_tls": self._tls is not None,
            }
        return SMTP(self, **options)

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> Any:
        name, password = self._login or ("", "")
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (name.encode(), password.encode())
        return AuthResult(success=right, handled=False, auth_data=name if right else None)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        """aiosmtpd's hook for a sender: the place to refuse."""
        self._tries += 1
        if self._refusal is not None:
            return self._refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        """aiosmtpd's hook for a recipient: whom this server does not know."""
        if address in self._unknown:
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """aiosmtpd's hook for a whole mail."""
        mail = Mail(
            arrived_utc=datetime.now(UTC),
            sender=envelope.mail_from,
            recipients=tuple(envelope.rcpt_tos),
            over_tls=session.ssl is not None,
            login=session.auth_data if session.authenticated else None,
            content=envelope.content,
        )
        self._mails.append(mail)
        if self._on_mail is not None:
            self._on_mail(mail)
        return f"250 2.0.0 Ok: queued as LAB{len(self._mails):06}"

    def refuse(self, answer: str = "451 4.3.0 The mail server is busy. Try again later") -> None:
        """Answers every sender so from now on: 4xx for a while, 5xx for good."""
        self._refusal = answer

    def forget(self, address: str) -> None:
        """Knows this recipient no more: mails to him are refused for good."""
        self._unknown.add(address)

    def accept(self) -> None:
        """Takes mails again."""
        self._refusal = None

    @property
    def tries(self) -> int:
        """How many mails somebody began to hand over, the refused ones included."""
        return self._tries

    @property
    def mails(self) -> list[Mail]:
        """All that arrived, in order."""
        return list(self._mails)

    def wait_for(self, count: int, within_s: float) -> list[Mail]:
        """All mails, as soon as there are at least so many."""
        until(lambda: len(self._mails) >= count, f"{count} mails ({len(self._mails)} at first)", within_s)
        return self.mails


def _server_context(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    return context
