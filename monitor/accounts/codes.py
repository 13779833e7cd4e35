"""Make secrets that people copy or type, and the hashes by which they are known again; pure but for the randomness.

A code of 16 characters has 80 random bits: nobody finds it by trying, so a plain SHA-256 of it may be stored.
"""

import hashlib
import secrets

from monitor.domain.text import ascii_digits

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter that is read as another
GROUP = 4
_MISREAD = str.maketrans({"o": "0", "i": "1", "l": "1"})


def new_code(groups: int) -> str:
    """Return a new code in that many groups of four characters (20 bits each), such as '7kq2-m9xd'."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(groups))


def as_typed(typed: str) -> str:
    """Return a typed code as `hash_of` wants it: small letters and ASCII digits alone; misread letters corrected.

    What stands between or behind them is left out: dashes, blanks, the mark that ends the sentence it was copied from.
    """
    return "".join(filter(str.isalnum, ascii_digits(typed).lower())).translate(_MISREAD)


def code_hash(typed: str) -> bytes:
    """Return the SHA-256 of a code, however it was typed."""
    return hash_of(as_typed(typed))


def hash_of(secret: str) -> bytes:
    """Return the SHA-256 of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
