"""Examine the page's certificate: its dates, the names it is for, and whether it can be used with its key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from monitor.doctor.check import Check, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.message import N_, Said, said_by
from monitor.runtime.server_certificate import CertificateFacts, NoCertificate, certificate_of, load
from monitor.runtime.startup_messages import EXPIRES_SOON

OK = Kind("tls.ok", Level.OK, N_("the page's certificate holds until {expires}"))
NONE = Kind("tls.none", Level.OK, N_("the page has no certificate of its own: {listen} needs none"))
UNUSABLE = Kind(
    "tls.unusable",
    Level.ERROR,
    N_("the page's certificate cannot be used: {why}"),
    N_("monitor.toml: [web] certificate and key: the files of a pair"),
)
EXPIRED = Kind(
    "tls.expired",
    Level.ERROR,
    N_("the page's certificate expired on {expires}: browsers refuse the page"),
    N_("Put a new one in its place, it is taken up at once: {file}"),
)
EXPIRES = Kind(
    "tls.expires",
    Level.WARNING,
    N_("the page's certificate expires on {expires}"),
    N_("Put a new one in its place, it is taken up at once: {file}"),
)
NOT_YET = Kind(
    "tls.not-yet-valid",
    Level.ERROR,
    N_("the page's certificate is valid from {begins} only"),
    N_("See that the clock is right (timedatectl), else wait, or put another in its place: {file}"),
)
OTHER_NAMES = Kind(
    "tls.other-names",
    Level.WARNING,
    N_("the page's certificate is not for {missing}, under which people open the page"),
    N_("Have one made for all names of [web] names in monitor.toml: {file}"),
)


@dataclass(frozen=True)
class Seen:
    """The certificate's ``file``, None without one. ``fault``: why it cannot be used; '' if it can.

    ``wanted``: the names under which people open the page.
    """

    listen: str
    file: Path | None = None
    fault: Said = ""
    facts: CertificateFacts | None = None
    wanted: Sequence[str] = ()


def _gather(place: Place) -> Seen:
    web, certificate = place.settings.monitor.web, certificate_of(place.settings)
    if certificate is None:
        return Seen(web.listen)
    try:
        load(certificate.path, certificate.key_path)
    except NoCertificate as error:
        return Seen(web.listen, certificate.path, said_by(error))
    facts = certificate.facts()
    if facts is None:  # it was replaced meanwhile
        return Seen(web.listen, certificate.path)
    return Seen(web.listen, certificate.path, "", facts, web.names)


def _judge(seen: Seen, now_utc: datetime) -> Iterator[Finding]:
    if seen.file is None:
        yield found(NONE, listen=seen.listen)
        return
    facts = seen.facts
    if facts is None:
        yield found(UNUSABLE, why=seen.fault)
        return
    file, begins, expires = str(seen.file), facts.begins_utc.date(), facts.expires_utc.date()
    is_well = False
    if now_utc < facts.begins_utc:
        yield found(NOT_YET, file=file, begins=begins)
    elif now_utc >= facts.expires_utc:
        yield found(EXPIRED, file=file, expires=expires)
    elif facts.expires_utc - now_utc < EXPIRES_SOON:
        yield found(EXPIRES, file=file, expires=expires)
    else:
        is_well = True
    missing = [name for name in seen.wanted if not is_covered(name, facts.covers)]
    if missing:
        yield found(OTHER_NAMES, file=file, missing=missing)
    elif is_well:
        yield found(OK, expires=expires)


def is_covered(name: str, covers: Sequence[str]) -> bool:
    """Return whether a certificate for ``covers`` is for ``name``; a star stands for one label (RFC 6125, 6.4.3)."""
    wanted = name.lower()
    return any(
        wanted == each.lower()
        or (each.startswith("*.") and each.count(".") == wanted.count(".") and fnmatchcase(wanted, each.lower()))
        for each in covers
    )


TLS = Check(
    "tls",
    N_("The page's certificate"),
    "The certificate and key of `[web]`: that they are a pair, from when until when it holds, and whether it is for "
    "every name in `[web] names`. A certificate at a proxy is not seen from here.",
    _gather,
    _judge,
    (OK, NONE, UNUSABLE, EXPIRED, EXPIRES, NOT_YET, OTHER_NAMES),
)
