"""Names of hosts and addresses of pages: what a resolver could find at all, and what it would take for something else.

A name that no resolver can ever find (an empty label, one of more than 63 octets, junk behind it) would fail only when
it is first needed, which for a mail server is the first outage.
"""

import re
from ipaddress import ip_address
from unicodedata import normalize
from urllib.parse import SplitResult, urlsplit

LONGEST_NAME = 253  # octets, as it is asked for (RFC 1035, 2.3.4)

_ENDS_WITH_A_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)\.?", re.IGNORECASE | re.DOTALL)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE | re.ASCII)


def is_short_address(name: str) -> bool:
    """Whether it is an IPv4 address in short, octal or hexadecimal: '1.2' means 1.0.0.2, and seldom is what was meant.

    No name ends with a number (RFC 1123, 2.1). Resolvers know other letters for digits and dots as well (RFC 3490).
    """
    return _ENDS_WITH_A_NUMBER.fullmatch(normalize("NFKC", name).replace("\u3002", ".").strip()) is not None


def is_host_name(text: str) -> bool:
    """Whether a resolver could find it: labels of 1 to 63 octets, 253 in all, a dot at the end or none (RFC 1123).

    Names in other scripts count as what is asked for in their place (IDNA).
    """
    if is_short_address(text):
        return False
    name = text.removesuffix(".")
    if not text.isascii():
        try:
            name = name.encode("idna").decode()
        except UnicodeError:
            return False
    return 0 < len(name) <= LONGEST_NAME and all(_LABEL.fullmatch(label) for label in name.split("."))


def is_record_name(text: str) -> bool:
    """Whether it can be asked for in the DNS: as a host's name, but records also stand under names such as '*.a'."""
    return is_host_name(text.removeprefix("*."))


def is_address(text: str) -> bool:
    """Whether it is a bare IPv4 or IPv6 address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def a_host(text: str) -> str:
    """A host's name or its bare address, without a port; raises ValueError."""
    bare = text.strip()
    if not (is_address(bare) or is_host_name(bare)):
        raise ValueError(
            f"'{text}' is not a host. Expected a name or an address, without a port, such as monitor.example.org"
        )
    return bare


def page_of(url: str) -> SplitResult | None:
    """The parts of an http:// or https:// address whose host could be found and whose port exists; else None."""
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    found = parts.scheme in {"http", "https"} and port != 0 and (is_address(host) or is_host_name(host))
    return parts if found else None
