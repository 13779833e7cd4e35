"""Check HTTP and HTTPS: status, content, and validity of the certificates on the way."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from monitor.domain import page_text
from monitor.domain.message import message
from monitor.domain.reasons import TIMEOUT, Reason, ReasonCode, reason
from monitor.net import http
from monitor.net.deadline import Deadline
from monitor.net.tls import Certificate
from monitor.probes.checks.base import ByHand, CheckKind, Outcome
from monitor.settings.base import PlainPath
from monitor.settings.hosts import page_fault
from monitor.settings.services_section import CertificateDays, ServiceCheck


class HttpCheck(ServiceCheck):
    """A check of the page at ``url``."""

    kind: Literal["http"] = "http"
    url: Annotated[str, Field(max_length=2_000)] = ""
    """Its address, http://… or https://…, which must be given."""
    status: Annotated[int, Field(ge=100, le=599)] | None = None
    """The status that is expected; any from 200 to 399, if left out."""
    body: Annotated[str, Field(max_length=1_000)] = ""
    """What the page must say."""
    verify: bool = True
    """false believes any certificate."""
    ca_file: PlainPath | None = None
    """The authority of the server's certificate."""
    certificate_days: CertificateDays = 14
    """Warn when the certificate expires sooner, in days."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if fault := page_fault(self.url):
            raise ValueError(message("'url' {fault}", fault=fault))
        return self


def check(wanted: HttpCheck, deadline: Deadline) -> Outcome:
    """Get the page as a browser would; redirects are followed, unless one of them is what is expected."""
    begun_ns = deadline.mono_ns()
    try:
        answer = http.request(
            "GET",
            wanted.url,
            deadline,
            most_bytes=http.MOST_BYTES if wanted.body else 0,
            redirects=0 if wanted.status in http.LEADS_ELSEWHERE else http.MOST_REDIRECTS,
            verify=wanted.verify,
            ca_file=wanted.ca_file,
        )
    except http.TooSlow:
        return Outcome(reason=TIMEOUT)
    except http.OwnFault as error:
        return Outcome(own_fault=error.reason)
    except http.HttpError as error:
        return Outcome(reason=error.reason)
    return _outcome(wanted, answer, deadline.mono_ns() - begun_ns, datetime.now(UTC))


def _outcome(wanted: HttpCheck, answer: http.Answer, took_ns: int, now_utc: datetime) -> Outcome:
    details: dict[str, object] = {"status": answer.status}
    first = min(_certificates(answer), key=lambda each: each[1].expires_utc, default=None)
    if first is not None:
        details["certificate_expires"] = first[1].expires_utc.isoformat()
    if not _is_wanted(answer.status, wanted.status):
        return Outcome(took_ns, reason=reason(ReasonCode.HTTP_STATUS, status=answer.status), details=details)
    if wanted.body:
        page = page_text.decoded(answer.body, answer.headers.get("Content-Type", ""))
        if not page_text.contains(page, wanted.body):
            lacks = reason(ReasonCode.PAGE_LACKS, wanted=wanted.body)
            if not answer.is_whole:
                lacks = reason(ReasonCode.PAGE_BEGINNING_LACKS, wanted=wanted.body, kib=http.MOST_BYTES >> 10)
            return Outcome(took_ns, reason=lacks, details=details)
    poor = None if first is None else _ageing(*first, wanted, now_utc)
    return Outcome(took_ns, poor=poor, details=details)


def _is_wanted(status: int, wanted: int | None) -> bool:
    return status == wanted if wanted is not None else 200 <= status < 400


def _certificates(answer: http.Answer) -> list[tuple[str, Certificate]]:
    """Return every certificate that secured a hop of the exchange, with that hop's address."""
    return [(hop.url, each) for hop in answer.hops for each in hop.certificates]


def _ageing(url: str, certificate: Certificate, wanted: HttpCheck, now_utc: datetime) -> Reason | None:
    """Return the certificate that expires first, if soon; else None."""
    elsewhere = urlsplit(url).netloc != urlsplit(wanted.url).netloc
    return certificate.ageing(now_utc, wanted.certificate_days, (urlsplit(url).hostname or "") if elsewhere else "")


HTTP = CheckKind(
    HttpCheck,
    check,
    ByHand(
        "Get a page: its status, its text, how long its certificate is valid.",
        "URL",
        lambda target, options: {"url": target, **options},
        options=dict.fromkeys(("status", "body", "certificate_days", "ca_file"), ""),
        unless={"verify": ("--insecure", "Accept any certificate.")},
        timeout_s=10.0,
    ),
    title="Pages",
    doc="""\
- **Status.** `status` if it is given, otherwise any from 200 to 399. Interim answers (103 Early Hints and the like) are
  passed over. Up to ten redirects are followed, with the cookies that they set; never to anything but http:// and
  https://. If `status` names a redirect (301, 302, 303, 307, 308), that is what is expected, and none is followed.
- **What the page says.** `body` is looked for in the first 1,024 KiB. The page is read in the letters that it names:
  by its byte order mark, the charset of Content-Type, its own `<meta charset>` or `<?xml encoding>`, otherwise UTF-8.
  Both spellings of the Bangla letters U+09DC, U+09DD and U+09DF are one (NFC), `&amp;` is `&`; capitals and small
  letters are told apart. What was packed (gzip, deflate) is unpacked, but never beyond those 1,024 KiB.
- **Certificates.** Trusted is whom this machine trusts (Debian: `/usr/local/share/ca-certificates` and
  `update-ca-certificates`), and `ca_file` besides. `verify = false` believes any. When a certificate expires within
  `certificate_days`, the site is degraded: the server's own or that of an issuer between it and the authority, of the
  page or of any redirect on the way to it, taken from the very connections that brought the page. Which one it is
  stands in the reason.
- **Trouble** is told in words: `TLS: the server answers without TLS`, `certificate: certificate has expired`, `this is
  no HTTP: …`, `no whole answer …` as `timeout`.
- **Secrets in the address**, its password and what stands behind the `?`, are in no reason, even if the server repeats
  them.
- No proxy of this machine's environment is used: citizens do not take that way.""",
)
