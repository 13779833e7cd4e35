"""HTTP and HTTPS: status, what the page says, and how long its certificate is good for."""

import asyncio
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import requests
import urllib3
from cryptography import x509

from monitor.probes.services.base import Outcome, plain
from monitor.settings.services_section import ServiceCheck

MOST_BYTES = 1024 * 1024
AGENT = "upazila-monitor"


async def check(wanted: ServiceCheck, timeout_s: float) -> Outcome:
    """Gets the page, in a thread because `requests` waits; follows redirects."""
    try:
        async with asyncio.timeout(timeout_s):
            return await asyncio.to_thread(_get, wanted, timeout_s, datetime.now(UTC))
    except TimeoutError:
        return Outcome(reason="timeout")


def _get(wanted: ServiceCheck, timeout_s: float, now_utc: datetime) -> Outcome:
    begun_ns = time.monotonic_ns()
    try:
        with requests.Session() as session:
            session.trust_env = False  # a proxy of this machine is not the way that citizens take
            verify: bool | str = str(wanted.ca_file) if wanted.ca_file else wanted.verify
            answer = session.get(
                wanted.url, timeout=timeout_s, stream=True, verify=verify, headers={"User-Agent": AGENT}
            )
            body = _body(answer) if wanted.body else b""
        took_ns = time.monotonic_ns() - begun_ns
        expires_utc = _expiry(wanted.url, timeout_s)
    except requests.exceptions.SSLError as error:
        return Outcome(reason=f"certificate: {_innermost(error)}")
    except requests.exceptions.Timeout:
        return Outcome(reason="timeout")
    except requests.exceptions.ConnectionError as error:
        return Outcome(reason=_innermost(error))
    except (requests.exceptions.RequestException, OSError, urllib3.exceptions.HTTPError, ValueError) as error:
        return Outcome(reason=plain(error))
    details: dict[str, object] = {"status": answer.status_code}
    if expires_utc is not None:
        details["certificate_expires"] = expires_utc.isoformat()
    if not _is_wanted(answer.status_code, wanted.status):
        return Outcome(took_ns, reason=f"status {answer.status_code}", details=details)
    if wanted.body and wanted.body.encode() not in body:
        return Outcome(took_ns, reason=f"the page does not say '{wanted.body}'", details=details)
    return Outcome(took_ns, poor=_ageing(expires_utc, wanted.certificate_days, now_utc), details=details)


def _is_wanted(status: int, wanted: int | None) -> bool:
    return status == wanted if wanted is not None else 200 <= status < 400


def _ageing(expires_utc: datetime | None, days: int, now_utc: datetime) -> str:
    if expires_utc is None or expires_utc - now_utc > timedelta(days=days):
        return ""
    return f"the certificate expires {expires_utc:%Y-%m-%d}"


def _expiry(url: str, timeout_s: float) -> datetime | None:
    """Until when the certificate of that page's server is good, whoever signed it; None without TLS.

    It takes a handshake of its own: `requests` has often let go of the connection when its answer is there.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname is None:
        return None
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((parts.hostname, parts.port or 443), timeout=timeout_s) as plain_socket,
        context.wrap_socket(plain_socket, server_hostname=parts.hostname) as secured,
    ):
        certificate = secured.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc if certificate else None


def _body(answer: requests.Response) -> bytes:
    found = b""
    for part in answer.iter_content(65_536):
        found += part
        if len(found) >= MOST_BYTES:
            break
    return found


def _innermost(error: BaseException) -> str:
    """The cause below the wrappings of requests and urllib3."""
    while True:
        inner = error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
        inner = inner or getattr(error, "reason", None) or error.__cause__ or error.__context__
        if not isinstance(inner, BaseException) or inner is error:
            return getattr(error, "verify_message", "") or plain(error)
        error = inner
