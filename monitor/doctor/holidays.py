"""Examine the calendar: the notified holidays, and the hours of Ramadan, of this year and the coming one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.doctor.check import Check, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.message import N_

OK = Kind("holidays.ok", Level.OK, N_("the holidays of {years} are listed"))
MISSING = Kind(
    "holidays.missing",
    Level.WARNING,
    N_("no list of public holidays for {year}: its deadlines are estimates"),
    N_("holidays.toml: the list that the government has notified for {year}"),
)
COMING = Kind(
    "holidays.coming",
    Level.INFO,
    N_("no list of public holidays for the coming year, {year}, yet"),
    N_("holidays.toml: the list for {year}, when the government notifies it, in October or November"),
)
NO_RAMADAN = Kind(
    "holidays.no-ramadan",
    Level.WARNING,
    N_("no dates of Ramadan for {year}: its office hours are estimates"),
    N_("calendar.toml: the first and last day of Ramadan {year}, and its hours"),
)


@dataclass(frozen=True)
class Seen:
    """Which years are listed, which should be and are not; ``year``: this one."""

    year: int
    listed: frozenset[int]
    missing: tuple[int, ...]
    without_ramadan: tuple[int, ...]


def _gather(place: Place) -> Seen:
    calendar = place.office.calendar
    today = calendar.local(place.clock.utc()).date()
    missing, without_ramadan = calendar.missing_years(today), calendar.missing_ramadans(today)
    return Seen(today.year, calendar.listed_years, missing, without_ramadan)


def _judge(seen: Seen, _: datetime) -> Iterator[Finding]:
    for year in seen.missing:
        yield found(MISSING, year=year)
    coming = seen.year + 1
    if coming not in seen.listed and coming not in seen.missing:
        yield found(COMING, year=coming)
    for year in seen.without_ramadan:
        yield found(NO_RAMADAN, year=year)
    if not seen.missing:
        yield found(OK, years=[year for year in (seen.year, coming) if year in seen.listed])


HOLIDAYS = Check(
    "holidays",
    N_("Holidays"),
    "Whether holidays.toml has the notified list of this year and, from November on, of the coming one; the same for "
    "Ramadan in calendar.toml.",
    _gather,
    _judge,
    (OK, MISSING, COMING, NO_RAMADAN),
)
