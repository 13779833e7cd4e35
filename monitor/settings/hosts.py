"""Names of hosts, told from what a resolver would take for an address in one of the old short forms."""

import re
from ipaddress import ip_address
from unicodedata import normalize
from urllib.parse import urlsplit

_ENDS_WITH_A_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)\.?", re.IGNORECASE | re.DOTALL)

_NAME = re.compile(r"(?=.{1,253}\Z)(?:[^.\s:/?#@\[\]\\]{1,63}\.)*[^.\s:/?#@\[\]\\]{1,63}\.?")


def is_web_address(url: str) -> bool:
    """Tell whether ``url`` is http:// or https:// with a host, and a port that can be."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, half an IPv6 address
        return False


def is_short_address(name: str) -> bool:
    """Whether it is an IPv4 address in short, octal or hexadecimal: '1.2' means 1.0.0.2, and seldom is what was meant.

    No name ends with a number (RFC 1123, 2.1). Resolvers know other letters for digits and dots as well (RFC 3490).
    """
    return _ENDS_WITH_A_NUMBER.fullmatch(normalize("NFKC", name).replace("\u3002", ".").strip()) is not None


def a_host(text: str) -> str:
    """A host's name or its bare address, without a port; raises ValueError."""
    bare = text.strip()
    try:
        ip_address(bare)
    except ValueError:
        if not _NAME.fullmatch(bare) or is_short_address(bare):
            raise ValueError(
                "is not a host. Expected a name or an address, without a port, such as monitor.example.org"
            ) from None
    return bare
