"""HTTP and HTTPS: status, what the page says, and how long the certificates on the way to it are good for."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from monitor.domain import page_text
from monitor.net import http
from monitor.net.deadline import Deadline
from monitor.net.tls import Certificate
from monitor.probes.checks.base import Outcome
from monitor.settings.services_section import ServiceCheck


def check(wanted: ServiceCheck, deadline: Deadline) -> Outcome:
    """Gets the page as a browser would; redirects are followed, unless one of them is what is expected."""
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
        return Outcome(reason="timeout")
    except http.OwnFault as error:
        return Outcome(own_fault=str(error))
    except http.HttpError as error:
        return Outcome(reason=str(error))
    return _outcome(wanted, answer, deadline.mono_ns() - begun_ns, datetime.now(UTC))


def _outcome(wanted: ServiceCheck, answer: http.Answer, took_ns: int, now_utc: datetime) -> Outcome:
    details: dict[str, object] = {"status": answer.status}
    first = min(_certificates(answer), key=lambda each: each[1].expires_utc, default=None)
    if first is not None:
        details["certificate_expires"] = first[1].expires_utc.isoformat()
    if not _is_wanted(answer.status, wanted.status):
        return Outcome(took_ns, reason=f"status {answer.status}", details=details)
    if wanted.body:
        text = page_text.decoded(answer.body, answer.headers.get("Content-Type", ""))
        if not page_text.says(text, wanted.body):
            more = "" if answer.is_whole else f" in its first {http.MOST_BYTES >> 10} KiB"
            return Outcome(took_ns, reason=f"the page does not say '{wanted.body}'{more}", details=details)
    poor = "" if first is None else _ageing(*first, wanted, now_utc)
    return Outcome(took_ns, poor=poor, details=details)


def _is_wanted(status: int, wanted: int | None) -> bool:
    return status == wanted if wanted is not None else 200 <= status < 400


def _certificates(answer: http.Answer) -> list[tuple[str, Certificate]]:
    """Every certificate by which a hop of the exchange was secured, with that hop's address."""
    return [(hop.url, each) for hop in answer.hops for each in hop.certificates]


def _ageing(url: str, certificate: Certificate, wanted: ServiceCheck, now_utc: datetime) -> str:
    """Which certificate expires soon, if the first one to do so does; '' otherwise."""
    if certificate.expires_utc - now_utc > timedelta(days=wanted.certificate_days):
        return ""
    what = "the certificate" if certificate.is_own else f"the issuer's certificate '{certificate.subject}'"
    of = "" if urlsplit(url).netloc == urlsplit(wanted.url).netloc else f" of {urlsplit(url).hostname}"
    verb = "expires" if certificate.expires_utc > now_utc else "expired"
    return f"{what}{of} {verb} {certificate.expires_utc:%Y-%m-%d}"
