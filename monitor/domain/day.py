"""Represent the end of a day as a time of day: 24:00, which Python's times lack."""

from datetime import UTC, date, datetime, time, timedelta

from monitor.domain.clock import DHAKA

END_OF_DAY = time.max  # 24:00; later than every other time of day, and still of its day


def clock_text(clock: time) -> str:
    """Return a time of day as text: '09:00', '24:00'."""
    return "24:00" if clock.replace(tzinfo=None) == END_OF_DAY else f"{clock:%H:%M}"


def at_dhaka(day: date, clock: time) -> datetime:
    """Return that day and time of Dhaka's clocks in UTC; `END_OF_DAY` is the start of the next day."""
    return exact(datetime.combine(day, clock, DHAKA)).astimezone(UTC)


def exact(closes: datetime) -> datetime:
    """Return the moment of closing: what closes at 24:00 does with the first moment of the next day."""
    return closes + timedelta(microseconds=1) if closes.time() == END_OF_DAY else closes
