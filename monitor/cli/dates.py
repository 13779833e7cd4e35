"""Parse times that people type, by the office's clock unless they give a zone, and format times for people."""

from datetime import UTC, datetime, timedelta

from monitor.cli.errors import BAD_INPUT, Failure
from monitor.cli.language import _, lang
from monitor.domain.clock import DHAKA
from monitor.domain.message import message
from monitor.domain.text import ascii_digits
from monitor.i18n.formats import digits

YEARS = (2000, 2100)


def moment_of(option: str, text: str) -> datetime:
    """Parse a time into UTC; ends the command when it is none."""
    try:
        found = datetime.fromisoformat(ascii_digits(text.strip()))
    except ValueError:
        no_time = message(
            "{option}: '{text}' is not a time. Expected one such as 2026-12-24T10:00", option=option, text=text
        )
        raise Failure(no_time, BAD_INPUT) from None
    if not YEARS[0] <= found.year < YEARS[1]:
        first, last = YEARS
        too_far = message(
            "{option}: '{text}' is too far away. Expected a year from {first} to {last}",
            option=option,
            text=text,
            first=first,
            last=last,
        )
        raise Failure(too_far, BAD_INPUT)
    return (found if found.tzinfo else found.replace(tzinfo=DHAKA)).astimezone(UTC)


def local(iso: str | None) -> str:
    """Format a stored time by the office's clock, in the language's digits; empty for none."""
    return digits(f"{datetime.fromisoformat(iso).astimezone(DHAKA):%Y-%m-%d %H:%M:%S}", lang()) if iso else ""


def age(since: str | None, until: str | None = None) -> str:
    """Format the length between two stored times, or until now, in the language's words and digits: '2 d 03:15:00'."""
    if since is None:
        return ""
    end = datetime.fromisoformat(until) if until else datetime.now(UTC)
    seconds = max(0, int((end - datetime.fromisoformat(since)) / timedelta(seconds=1)))
    days, seconds = divmod(seconds, 86_400)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return _("{days} d {clock}", days=days, clock=digits(clock, lang())) if days else digits(clock, lang())
