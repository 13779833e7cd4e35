"""Times that people type: by the office's clock where they give no zone."""

from datetime import UTC, datetime

from monitor.cli.errors import BAD_INPUT, Failure
from monitor.domain.text import ascii_digits

YEARS = (2000, 2100)


def moment_of(option: str, text: str) -> datetime:
    """A time in UTC; ends the command when it is none."""
    from monitor.i18n.formats import DHAKA

    try:
        found = datetime.fromisoformat(ascii_digits(text.strip()))
    except ValueError:
        raise Failure(f"{option}: '{text}' is not a time. Expected one such as 2026-12-24T10:00", BAD_INPUT) from None
    if not YEARS[0] <= found.year < YEARS[1]:
        raise Failure(f"{option}: '{text}' is too far away. Expected a year from {YEARS[0]} to {YEARS[1]}", BAD_INPUT)
    return (found if found.tzinfo else found.replace(tzinfo=DHAKA)).astimezone(UTC)
