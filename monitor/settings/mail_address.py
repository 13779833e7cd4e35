"""What counts as an e-mail address."""

import re

FLAGS = re.ASCII | re.IGNORECASE


def is_mail_address(text: str) -> bool:
    """Whether ``text`` can stand in a mail's To: one plain ASCII address, name@domain (RFC 5321, 254 characters)."""
    return (
        len(text) <= 254
        and re.fullmatch(r"[\w.!#$%&'*+/=?^`{|}~-]+@([a-z\d]([a-z\d-]*[a-z\d])?\.)+[a-z]{2,}", text, FLAGS) is not None
    )
