"""Describe a value that was found, without showing what may be a secret in the wrong place."""

import datetime as dt
import re
from collections.abc import Iterable

from monitor.domain.message import N_, Said, message
from monitor.settings.problems import nearest

LONGEST_NUMBER = 24
UNSHOWN = N_("this text")
_FIGURES = re.compile(
    r"[0-9\u09e6-\u09ef]{1,12}( ?[AaPp]\.?[Mm]\.?)?"
    r"|(?=.*[.:/ T-])[0-9\u09e6-\u09ef.:,/+TZ -]{1,40}"
    r"|[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f.]{0,15}){2,8}(/[0-9]+)?"  # IPv6
    r"|[^\n]{0,40}[\u0980-\u09ff][^\n]{0,40}"
)


def found(value: object, known: Iterable[str] = ()) -> Said:
    """Describe ``value`` as TOML writes it, cut.

    A text is shown only if it is but figures (a number, an address, a date), resembles one of ``known``, or is in
    Bangla. Else it is 'this text'.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, str):
        return repr(value) if _FIGURES.fullmatch(value) or nearest(value, known) else message(UNSHOWN)
    if isinstance(value, list | tuple):
        return message("a list")
    return message("a table") if isinstance(value, dict) else message("something else")


def _number(value: float) -> Said:
    if isinstance(value, int) and value.bit_length() > 64:
        return message("a number beyond 64 bits")
    text = repr(value)
    return text if len(text) <= LONGEST_NUMBER else f"{text[: LONGEST_NUMBER - 1]}…"
