"""What counts as an e-mail address."""

import re

from monitor.settings.hosts import is_host_name

FLAGS = re.ASCII | re.IGNORECASE
LONGEST, LONGEST_LOCAL = 254, 64  # octets (RFC 5321, 4.5.3.1)

_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@((?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z][a-z\d-]*[a-z\d])", FLAGS)


def is_mail_address(text: str) -> bool:
    """Whether ``text`` can stand in a mail's To: one plain ASCII address, name@domain, that could ever be found."""
    found = _ADDRESS.fullmatch(text) if len(text) <= LONGEST else None
    return found is not None and len(found.group(1)) <= LONGEST_LOCAL and is_host_name(found.group(2))
