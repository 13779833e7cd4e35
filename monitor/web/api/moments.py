"""Read times, months and periods as the API gets them. Pure.

A time without an offset is the office's, as on the command line.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator, WithJsonSchema

from monitor.domain.message import message
from monitor.domain.text import ascii_digits, clean
from monitor.i18n.formats import DHAKA
from monitor.web.api.problems import bad_parameter

FIRST_YEAR, LAST_YEAR = 2000, 2099
LONGEST = timedelta(days=1_100)  # three years: what one answer adds up

_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:[Zz]|[+-]\d\d:\d\d)?)?")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def moment(value: object) -> datetime:
    """Return the time of a text, in UTC; raises ValueError with what was expected."""
    text = ascii_digits(value).strip() if isinstance(value, str) else ""
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        found = datetime.fromisoformat(text)
        found = (found if found.tzinfo else found.replace(tzinfo=DHAKA)).astimezone(UTC)
    except (ValueError, OverflowError):
        shown = clean(str(value), 40)
        raise ValueError(
            message("'{text}' is not a time. Expected one such as 2026-11-23T16:30:00+06:00", text=shown)
        ) from None
    _refuse_year(found.year)
    return found


def month(text: str) -> date:
    """Return the first day of a month such as 2026-12; raises ValueError."""
    found = _MONTH.fullmatch(ascii_digits(text))
    if found is None:
        raise ValueError(message("'{text}' is not a month. Expected one such as 2026-12", text=clean(text, 40)))
    _refuse_year(int(found[1]))
    return date(int(found[1]), int(found[2]), 1)


def _refuse_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(
            message(
                "{year} is not in the calendar. Expected a year from {first} to {last}",
                year=year,
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        )


Moment = Annotated[datetime, BeforeValidator(moment), WithJsonSchema({"type": "string", "format": "date-time"})]
From = Annotated[Moment | None, Query(alias="from", description="From when; without an offset the office's time.")]
To = Annotated[Moment | None, Query(alias="to", description="Until when; without an offset the office's time.")]


def span(from_utc: datetime | None, to_utc: datetime | None, now_utc: datetime) -> tuple[datetime, datetime]:
    """Return the stretch between two times, by default this month until now; raises Problem."""
    first = now_utc.astimezone(DHAKA).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    begins, ends = from_utc or first.astimezone(UTC), to_utc or now_utc
    if begins >= ends:
        raise bad_parameter("from", message("is not before 'to'. Expected a stretch of time"))
    if ends - begins > LONGEST:
        raise bad_parameter("from", message("is too long before 'to'. Expected three years at most"))
    return begins, ends
