"""Speak TLS with this machine's trust, and describe its errors for people."""

import os
import re
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.domain.text import clean
from monitor.i18n.reasons import reason_text
from monitor.plain_file import PEM_BYTES, PlainFileError, kind_fault, read_bounded

NOT_TLS, OWN_CERTIFICATE, TOO_OLD = "no_tls", "asks_certificate", "too_old"
NOTHING_COMMON, BROKEN_OFF, WRONG_NAME = "nothing_common", "broken_off", "wrong_name"
FAULTS = {
    "WRONG_VERSION_NUMBER": NOT_TLS,
    "HTTP_REQUEST": NOT_TLS,
    "PACKET_LENGTH_TOO_LONG": NOT_TLS,
    "UNKNOWN_PROTOCOL": NOT_TLS,
    "RECORD_LAYER_FAILURE": NOT_TLS,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": OWN_CERTIFICATE,
    "TLSV1_ALERT_PROTOCOL_VERSION": TOO_OLD,
    "UNSUPPORTED_PROTOCOL": TOO_OLD,
    "VERSION_TOO_LOW": TOO_OLD,
    "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED": TOO_OLD,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": NOTHING_COMMON,
    "SSLV3_ALERT_BAD_CERTIFICATE": OWN_CERTIFICATE,
    "UNEXPECTED_EOF_WHILE_READING": BROKEN_OFF,
    "TLSV1_UNRECOGNIZED_NAME": WRONG_NAME,
    "TLSV1_ALERT_UNRECOGNIZED_NAME": WRONG_NAME,
    "DH_KEY_TOO_SMALL": "weak_key",
}
"""OpenSSL's reasons, as codes of `i18n.terms.TLS_FAULTS`; others are shown in OpenSSL's own words."""
NOT_TRUSTED = {
    9: "not_yet_valid",
    10: "expired",
    18: "self_signed",
    19: "self_signed",
    2: "unknown_issuer",
    20: "unknown_issuer",
    21: "unknown_issuer",
    23: "revoked",
    62: "other_name",
    64: "other_address",
}
"""OpenSSL's results of a verification (X509_V_ERR_...), as codes of `i18n.terms.CERTIFICATE_FAULTS`."""


class NoAuthority(Exception):
    """A file of certificate authorities cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of a chain. ``subject``: its common name; ``is_own``: the server's own one."""

    subject: str
    expires_utc: datetime
    is_own: bool

    def ageing(self, now_utc: datetime, days: float, of: str = "") -> Reason | None:
        """Return the reason that it expires within ``days`` or has expired, else None. ``of``: whose it is."""
        if self.expires_utc - now_utc > timedelta(days=days):
            return None
        is_over = self.expires_utc <= now_utc
        parameters = {"host": of, "date": f"{self.expires_utc:%Y-%m-%d}"}
        if self.is_own:
            return reason(ReasonCode.CERTIFICATE_EXPIRED if is_over else ReasonCode.CERTIFICATE_EXPIRES, **parameters)
        code = ReasonCode.ISSUER_EXPIRED if is_over else ReasonCode.ISSUER_EXPIRES
        return reason(code, subject=self.subject, **parameters)


def preload() -> None:
    """Import what `chain` needs: for callers that cannot spare the time once a connection is open."""
    from cryptography import x509  # noqa: F401


def client_context(ca_file: Path | None = None, verify: bool = True) -> ssl.SSLContext:
    """Return a client context with the machine's authorities and those of ``ca_file``. Raises NoAuthority.

    ``verify=False`` accepts any certificate. One context serves all connections until one of the files changes, because
    reading the machine's authorities takes 20 ms and a megabyte.
    """
    paths = ssl.get_default_verify_paths()
    own = os.environ.get(paths.openssl_cafile_env, paths.openssl_cafile)
    if fault := kind_fault(Path(own)):
        raise NoAuthority(f"the machine's own authorities: {own} {fault}")  # OpenSSL would wait for a pipe's writer
    try:
        fingerprint = (_fingerprint(ca_file), *map(_fingerprint, _places_of_the_system()))
        return _made(ca_file, verify, fingerprint)
    except PlainFileError as error:
        raise NoAuthority(f"{ca_file}: {error}") from None
    except (OSError, ValueError) as error:  # ValueError: NUL in the path
        words = "holds no certificate in PEM" if isinstance(error, ssl.SSLError) else getattr(error, "strerror", error)
        raise NoAuthority(f"{ca_file}: {words}") from None


@lru_cache(maxsize=16)
def _made(ca_file: Path | None, verify: bool, _: object) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # some builds of Python leave that to a security level
    # Python 3.13 refuses what RFC 5280 forbids but browsers, curl and Python 3.11 take.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if ca_file is not None:
        context.load_verify_locations(cadata=read_bounded(ca_file, PEM_BYTES).decode("ascii", "ignore"))
    if not verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _places_of_the_system() -> list[Path]:
    paths = ssl.get_default_verify_paths()
    return [Path(place) for place in (paths.cafile, paths.capath) if place]


def _fingerprint(file: Path | None) -> tuple[int, int] | None:
    if file is None:
        return None
    found = file.stat()
    return found.st_mtime_ns, found.st_size


def words(error: ssl.SSLError) -> str:
    """Describe a TLS error in English."""
    return reason_text(fault_of(error), "en")


def fault_of(error: ssl.SSLError) -> Reason:
    """Return the reason of a TLS error; never by an errno, which OpenSSL sets wrongly."""
    if isinstance(error, ssl.SSLCertVerificationError):
        fault = NOT_TRUSTED.get(error.verify_code) or error.verify_message or "not_valid"
        return reason(ReasonCode.CERTIFICATE_REFUSED, fault=fault)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return reason(ReasonCode.TLS_FAILED, fault=BROKEN_OFF)
    code = error.reason or ""
    own = re.sub(r"^(TLSV1[0-3]?|SSLV3)_(ALERT_)?", "", code).replace("_", " ").lower()
    text = re.sub(r"^\[[^]]*\] *|\(_ssl\.c:\d+\)|error:[0-9A-Fa-f]+:", "", str(error.args[-1]) if error.args else "")
    return reason(ReasonCode.TLS_FAILED, fault=(FAULTS.get(code) or own or text.strip().lower() or "broken")[:200])


def chain(secured: ssl.SSLSocket) -> tuple[Certificate, ...]:
    """Return the certificates of this connection: the server's own, then its issuers, as far as known.

    With a verified connection, the chain that was verified; otherwise what the server sent. Python has had a public
    name for that since 3.13; before, the object beneath is asked.
    """
    verified = secured.context.verify_mode == ssl.CERT_REQUIRED
    own = secured.getpeercert(binary_form=True)
    found = [own] if own else []
    found += [each for each in _others(secured, verified) if each != own]
    read = [_read(der, der == own) for der in found]
    return tuple(each for each in read if each is not None)


def _others(secured: ssl.SSLSocket, verified: bool) -> list[bytes]:
    asked = "get_verified_chain" if verified else "get_unverified_chain"
    if (public := getattr(secured, asked, None)) is not None:
        return list(public())
    try:
        beneath = getattr(secured._sslobj, asked)() or []  # type: ignore[attr-defined]
        return [ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in beneath]
    except (AttributeError, ValueError):
        return []


def _read(der: bytes, is_own: bool) -> Certificate | None:
    from cryptography import x509  # slow to import, and only needed with TLS
    from cryptography.x509.oid import NameOID

    try:
        found = x509.load_der_x509_certificate(der)
        names = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME) or list(found.subject)
        subject = str(names[0].value) if names else ""
        return Certificate(clean(subject, 64), found.not_valid_after_utc, is_own)
    except (ValueError, TypeError, x509.InvalidVersion):
        return None  # OpenSSL could read it, we cannot: no date is shown then
