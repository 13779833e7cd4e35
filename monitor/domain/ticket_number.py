"""Parse a ticket's number as people type it: whole, without the prefix, or only its place in the year."""

import re
from typing import NamedTuple

from monitor.domain.text import ascii_digits, clean

TYPED = re.compile(r"(?:(?P<prefix>[A-Z]+)-)?(?:(?P<year>\d{4})-)?(?P<seq>\d{1,9})", re.ASCII | re.IGNORECASE)


class TypedNumber(NamedTuple):
    """The parts that were typed; ``prefix``: '' without one."""

    prefix: str
    year: int
    seq: int


def read(text: str, this_year: int) -> TypedNumber | None:
    """Parse 'BHR-2026-000006', '2026-6' or '6' (of ``this_year``), also in Bangla digits.

    None for what is no number.
    """
    found = TYPED.fullmatch(ascii_digits(clean(text)))
    if found is None:
        return None
    year = this_year if found["year"] is None else int(found["year"])
    return TypedNumber((found["prefix"] or "").upper(), year, int(found["seq"]))
