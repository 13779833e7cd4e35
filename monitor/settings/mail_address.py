"""Validate e-mail addresses."""

import re

from monitor.settings.hosts import is_host_name

FLAGS = re.ASCII | re.IGNORECASE
LONGEST, LONGEST_LOCAL = 254, 64  # octets (RFC 5321, 4.5.3.1)

_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@((?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z][a-z\d-]*[a-z\d])", FLAGS)


def is_mail_address(text: str) -> bool:
    """Return whether ``text`` can stand in a mail's To.

    It is one plain ASCII address, name@domain, with a possible domain.
    """
    found = _ADDRESS.fullmatch(text) if len(text) <= LONGEST else None
    return found is not None and len(found.group(1)) <= LONGEST_LOCAL and is_host_name(found.group(2))
