"""Load the certificate of the page's listener, and load it again when its files change.

A pair of files that cannot be used any more changes nothing: connections go on with the last one that could, and the
log says why, once. So a renewal that replaces first one file and then the other is no trouble.
"""

import asyncio
import logging
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.domain.log_events import LogEvent
from monitor.domain.message import Message, Said, message, said_by, said_by_system
from monitor.logs.emit import emit
from monitor.net.pool import Pool
from monitor.plain_file import PEM_BYTES, PlainFileError, open_plain, read_bounded
from monitor.settings.load import Settings
from monitor.settings.secrets import secret_path

log = logging.getLogger(__name__)

EXPECTED = message("Expected a certificate in PEM with the issuers behind it, and its private key without a password")

KEY = "web.key"

_Fingerprint = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """From when until when a certificate is valid, and the names and addresses that it ``covers``."""

    begins_utc: datetime
    expires_utc: datetime
    covers: tuple[str, ...]


class NoCertificate(Exception):
    """The certificate or its key cannot be used; the message names the file and says what was expected."""


class ServerCertificate:
    """A certificate and its key in PEM files; `context` may be called from any thread."""

    def __init__(self, path: Path, key_path: Path) -> None:
        self.path, self.key_path = path, key_path
        self._tried: _Fingerprint | None = None
        self._context: ssl.SSLContext | None = None
        self._loading = Pool("certificate", threads=1, backlog=1_000)

    async def loaded(self) -> ssl.SSLContext:
        """Return `context`, from a thread of its own where files are to be read; raises NoCertificate, PoolFull."""
        return await asyncio.wrap_future(self._loading.submit(self.context)) if self.is_stale else self.context()

    @property
    def is_stale(self) -> bool:
        """Return whether the files changed since they were last loaded; reads none of them."""
        return self._tried is None or self._fingerprint() != self._tried

    def context(self) -> ssl.SSLContext:
        """Return the context of the files as they are, or of the last ones that could be used.

        Raises NoCertificate while there were none.
        """
        found = self._context
        if found is None or self.is_stale:
            tried = self._fingerprint()
            try:
                found = self._context = load(self.path, self.key_path)
            except NoCertificate as fault:
                if found is None:
                    raise
                text = "the new certificate of the page is not used, the one before stays: %s"
                emit(log, LogEvent.CERTIFICATE_REFUSED, text, said_by(fault), path=str(self.path))
            self._tried = tried  # last: until then other threads take them for stale, and wait for the same load
        return found

    def expires_utc(self) -> datetime | None:
        """Return when the certificate expires; None if it cannot be read."""
        found = self.facts()
        return None if found is None else found.expires_utc

    def facts(self) -> "CertificateFacts | None":
        """Return what the certificate says; None if it cannot be read."""
        from cryptography import x509  # slow to import, and only needed with TLS

        try:
            found = x509.load_pem_x509_certificate(read_bounded(self.path, PEM_BYTES))
            names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except (PlainFileError, ValueError):
            return None
        except x509.ExtensionNotFound:
            return CertificateFacts(found.not_valid_before_utc, found.not_valid_after_utc, ())
        covers = (*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress)))
        return CertificateFacts(found.not_valid_before_utc, found.not_valid_after_utc, covers)

    def _fingerprint(self) -> _Fingerprint:
        return tuple(_fingerprint(file) for file in (self.path, self.key_path))


def certificate_of(settings: Settings) -> ServerCertificate | None:
    """Return the certificate that [web] names; None without one."""
    web = settings.monitor.web
    if web.certificate is None or web.key is None:
        return None
    return ServerCertificate(secret_path(settings.home, web.certificate), secret_path(settings.home, web.key))


def load(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return a server's context with the certificate and its key; raises NoCertificate.

    The key's path is not shown: it may be the key itself, in the wrong place.
    """
    for file, name in ((certificate, str(certificate)), (key, KEY)):
        try:
            open_plain(file, PEM_BYTES).close()  # OpenSSL would wait for a pipe's writer
        except PlainFileError as error:
            raise _no(name, said_by(error)) from None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise _no(KEY, message("is not the key of {certificate}", certificate=certificate)) from None
        raise _no(str(certificate), message("cannot be used with {key}", key=KEY)) from None
    except OSError as error:
        raise _no(str(certificate), said_by_system(error)) from None
    return context


def _no_password() -> str:
    """Answer OpenSSL's question for the password of a key, which it would otherwise put to the terminal."""
    return ""


def _no(file: str, fault: Said) -> NoCertificate:
    found: Message = message("{file}: {fault}. {expected}", file=file, fault=fault, expected=EXPECTED)
    return NoCertificate(found)


def _fingerprint(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except (OSError, ValueError):
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino
