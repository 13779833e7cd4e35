"""The code by which a requester follows a request, beside its number: random, short enough to be read out.

Without vowels it spells no word, and none of its letters is taken for a digit.
"""

import hmac
import secrets

from monitor.domain.text import ascii_digits, clean

ALPHABET = "23456789CDFGHJKMNPQRTVWX"
LENGTH = 8  # 24^8 codes, more than 10^11


def new_code() -> str:
    """Return a random code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """Write a code as it is read out: 'CDFG-2345'."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}" if code else ""


def read(typed: str) -> str:
    """Return the code that was typed: in small letters, in Bangla digits, with blanks or hyphens; '' if it is none."""
    code = ascii_digits(clean(typed, 40)).upper().replace("-", "").replace(" ", "")
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def matches(typed: str, code: str) -> bool:
    """Return whether ``typed`` is that code, in the same time whatever was typed; never for a ticket without one."""
    given = read(typed)
    return hmac.compare_digest(given.encode(), code.encode()) and bool(code)
