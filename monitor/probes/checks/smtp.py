"""Check SMTP: whether a mail server greets, secures the connection, and how long its certificate is valid."""

import smtplib
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.text import clean, nfc
from monitor.net.deadline import Deadline
from monitor.net.smtp import Conversation, NoSmtp, Security, talk
from monitor.net.stream import TooMuch
from monitor.net.tls import NoAuthority
from monitor.probes.checks.base import ByHand, CheckKind, Outcome, host_and_port
from monitor.settings.base import PlainPath
from monitor.settings.services_section import CertificateDays, HostName, Port, ServiceCheck, refuse_no_host

PORTS = {"tls": 465}  # RFC 8314, 3.3
PORT = 25


class SmtpCheck(ServiceCheck):
    """A check of the mail server at ``port`` of ``host``."""

    kind: Literal["smtp"] = "smtp"
    host: HostName = ""
    """A name or an address; the site's gateway, if it is left out."""
    port: Port | None = None
    """The port; 465 with security = "tls", otherwise 25, if it is left out."""
    security: Security = "starttls"
    """STARTTLS must be offered and work; or work if it is offered; or TLS from the first byte; or all in the clear."""
    banner: Annotated[str, Field(max_length=200)] = ""
    """What the greeting must say."""
    verify: bool = True
    """false believes any certificate."""
    ca_file: PlainPath | None = None
    """The authority of the server's certificate."""
    certificate_days: CertificateDays = 14
    """Warn when the certificate expires sooner, in days."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        refuse_no_host("host", self.host)
        return self

    def at(self, gateway: str) -> Self:
        return self if self.host else self.model_copy(update={"host": gateway})


def check(wanted: SmtpCheck, deadline: Deadline) -> Outcome:
    """Connect, greet (EHLO), over TLS where that is wanted, and quit; no mail is sent."""
    begun_ns = deadline.mono_ns()
    port = wanted.port or PORTS.get(wanted.security, PORT)
    try:
        with talk(
            wanted.host, port, wanted.security, deadline, ca_file=wanted.ca_file, verify=wanted.verify
        ) as conversation:
            conversation.ehlo_or_helo_if_needed()
            if wanted.security == "none":
                conversation.supports_starttls()
            took_ns = deadline.mono_ns() - begun_ns
            conversation.quit_session()
    except NoAuthority as error:
        return Outcome(own_fault=reason(ReasonCode.NO_AUTHORITY, fault=str(error)))
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error
        words = clean(said.decode("utf-8", "replace") if isinstance(said, bytes) else said, 150)
        return Outcome(reason=reason(ReasonCode.SMTP_SAYS, smtp_code=error.smtp_code, said=words))
    except NoSmtp as error:
        return Outcome(reason=error.reason)
    except TooMuch as error:
        return Outcome(reason=reason(ReasonCode.ANSWER_TOO_LONG, kib=error.kib))
    return _outcome(wanted, conversation, took_ns, datetime.now(UTC))


def _outcome(wanted: SmtpCheck, found: Conversation, took_ns: int, now_utc: datetime) -> Outcome:
    details: dict[str, object] = {"banner": found.greeting}
    if found.offers_starttls is not None:
        details["starttls"] = "offered" if found.offers_starttls else "not offered"
    first = min(found.certificates, key=lambda each: each.expires_utc, default=None)
    if first is not None:
        details["certificate_expires"] = first.expires_utc.isoformat()
    if nfc(wanted.banner) not in nfc(found.greeting):
        return Outcome(took_ns, reason=reason(ReasonCode.SMTP_GREETING_LACKS, wanted=wanted.banner), details=details)
    poor = None if first is None else first.ageing(now_utc, wanted.certificate_days)
    return Outcome(took_ns, poor=poor, details=details)


def _typed(target: str, options: dict[str, Any]) -> dict[str, Any]:
    return {**host_and_port(target, PORTS.get(options["security"], PORT)), **options}


SMTP = CheckKind(
    SmtpCheck,
    check,
    ByHand(
        "Ask a mail server for its greeting and STARTTLS, and how long its certificate is valid.",
        "HOST[:PORT]",
        _typed,
        target_says="IPv6 as [ADDRESS]:PORT.",
        options={
            "security": "starttls, if_offered, tls or none.",
            **dict.fromkeys(("banner", "certificate_days", "ca_file"), ""),
        },
        unless={"verify": ("--insecure", "Accept any certificate.")},
        timeout_s=10.0,
    ),
    title="Mail servers",
    doc="""\
The server must greet with 220 and answer EHLO; we say QUIT then, and send no mail. Its greeting is shown (`banner`
looks for words in it), and whether it offers STARTTLS. With `security = "starttls"`, STARTTLS must be offered, and the
TLS behind it must work; with `"if_offered"` a server without it is right too; `"tls"` speaks TLS from the first byte
(port 465); `"none"` stays in the clear and only says whether STARTTLS is offered. Certificates are judged as those of
pages are: `host` must be the name that stands in them.""",
)
