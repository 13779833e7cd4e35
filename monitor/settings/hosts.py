"""Validate names of hosts, apart from old short forms of addresses that a resolver would accept."""

import re
from ipaddress import ip_address
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

import idna

from monitor.domain.message import Said, message
from monitor.domain.text import is_printable
from monitor.settings.found import found

_ENDS_WITH_A_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)\.?", re.IGNORECASE | re.DOTALL)
NOT_A_PAGE = message("is not the address of a page. Expected http://… or https://…")
_ASCII_NAME = re.compile(r"(?=.{1,253}\Z)(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}")
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)*{_LABEL}")


def is_short_address(name: str) -> bool:
    """Return whether it is an IPv4 address in short, octal or hexadecimal form.

    '1.2' means 1.0.0.2, seldom the intention.

    No name ends with a number (RFC 1123, 2.1). Resolvers accept other characters for digits and dots as well (RFC
    3490).
    """
    return _ENDS_WITH_A_NUMBER.fullmatch(normalize("NFKC", name).replace("\u3002", ".").strip()) is not None


def is_address(text: str) -> bool:
    """Return whether it is an IPv4 or IPv6 address, the latter with a zone or without."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def valid_host(text: str) -> str:
    """Validate a host's name or bare address, without a port; raises ValueError."""
    bare = text.strip()
    if not (is_address(bare) or is_host_name(bare)):
        raise ValueError(
            message("is not a host. Expected a name or an address, without a port, such as monitor.example.org")
        )
    return bare


def valid_ehlo_name(text: str) -> str:
    """Validate a host's name or, in brackets, an address (RFC 5321, 4.1.3), or nothing; raises ValueError."""
    literal = text.removeprefix("[").removesuffix("]")
    try:
        version = ip_address(literal.removeprefix("IPv6:")).version
    except ValueError:
        fits = _ASCII_NAME.fullmatch(text) is not None and not is_short_address(text)
    else:
        fits = text == (f"[{literal}]" if version == 4 else f"[IPv6:{literal.removeprefix('IPv6:')}]")
    if text and not fits:
        raise ValueError(
            message(
                "{found} is no name for EHLO. Expected one such as monitor.example.org, or [192.0.2.1]",
                found=found(text),
            )
        )
    return text


def is_host_name(text: str) -> bool:
    """Return whether it can be a host's name: labels of 1 to 63 characters, 253 in all (RFC 1035, 2.3.4).

    Names in other scripts count in their ASCII form (UTS 46, as browsers make it).
    """
    labels = re.split("[.\u3002\uff0e\uff61]", text.removesuffix("."))
    try:
        encoded = [label if label.isascii() else idna.encode(label, uts46=True).decode() for label in labels]
    except UnicodeError:
        return False
    whole = ".".join(encoded)
    fits = all(0 < len(label) <= 63 for label in encoded) and is_printable(whole)
    return fits and _NAME.fullmatch(whole) is not None and not is_short_address(text)


def host_fault(text: str) -> Said:
    """Return why one cannot connect to ``text`` as a host; '' if one can."""
    try:
        address = ip_address(text)
    except ValueError:
        return "" if is_host_name(text) else message("is not a host. Expected a name or an address")
    if address.version == 6 and address.is_link_local and not address.scope_id:
        return message("is a link-local address. Expected it with its zone, such as fe80::1%eth0")
    if address.is_multicast or address.is_unspecified or str(address) == "255.255.255.255":
        return message("is nobody's address. Expected that of one host")
    return ""


def page_fault(url: str) -> Said:
    """Return why ``url`` cannot be the URL of a page; '' if it can."""
    try:
        parts = urlsplit(url)
        host, port = unquote(parts.hostname or ""), parts.port
    except ValueError:  # a port that is none, half an IPv6 address
        return NOT_A_PAGE
    plain = is_printable(url) and " " not in url
    if parts.scheme not in {"http", "https"} or not host or port == 0 or not plain:
        return NOT_A_PAGE
    return host_fault(host) if is_address(host) or is_host_name(host) else NOT_A_PAGE


def has_credentials_or_query(url: str) -> bool:
    """Return whether a URL has a user, a password, a query or a fragment, in which secrets end up in logs."""
    parts = urlsplit(url)
    return bool(parts.username or parts.password or parts.query or parts.fragment)


def has_user(url: str) -> bool:
    """Return whether a URL has a user or a password."""
    return "@" in urlsplit(url).netloc


def is_unencrypted(url: str) -> bool:
    """Return whether requests to that URL could be read on the way: http://, and not on this machine itself."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    stays_here = ip_address(host).is_loopback if is_address(host) else host == "localhost"
    return parts.scheme == "http" and not stays_here
