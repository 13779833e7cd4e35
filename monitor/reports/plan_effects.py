"""Say what planned work covers, and what is worth a second look before it is planned. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.charter.calendar import Calendar
from monitor.charter.downtimes import covered, windows_of
from monitor.charter.office import Office
from monitor.domain.clock import DHAKA
from monitor.domain.message import N_, Message, Said, message, messages
from monitor.settings.maintenance_section import Maintenance

LONG = timedelta(hours=12)
LOOKS_AHEAD_DAYS = 21
LONGEST_DAYS = 9  # days on which a window may have begun that still lasts


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One stretch of planned work."""

    begins_utc: datetime
    ends_utc: datetime

    @property
    def length(self) -> timedelta:
        return self.ends_utc - self.begins_utc


@dataclass(frozen=True, slots=True)
class PlanEffects:
    """What planned work does. ``sites``: whom it covers; ``first``: when it is done first; None: never from now on."""

    sites: tuple[str, ...]
    first: Occurrence | None
    warnings: tuple[Said, ...]


def effects(office: Office, window: Maintenance, now_utc: datetime) -> PlanEffects:
    """Return what that work does, were it planned now."""
    sites = tuple(covered(office, window))
    first = next(occurrences(window, now_utc, LOOKS_AHEAD_DAYS), None)
    return PlanEffects(sites, first, tuple(_warnings(office, window, sites, first, now_utc)))


def occurrences(window: Maintenance, now_utc: datetime, days: int) -> Iterator[Occurrence]:
    """Yield the stretches of it that are not over, of those that begin within so many days; work done once always."""
    today = now_utc.astimezone(DHAKA).date()
    seen = set[datetime]()
    for offset in range(-LONGEST_DAYS, days + 1):
        for begins_utc, ends_utc in windows_of(window, today + timedelta(days=offset)):
            if ends_utc > now_utc and begins_utc not in seen:
                seen.add(begins_utc)
                yield Occurrence(begins_utc, ends_utc)


def _warnings(
    office: Office, window: Maintenance, sites: Sequence[str], first: Occurrence | None, now_utc: datetime
) -> Iterator[Said]:
    if first is None:
        return
    if first.length > LONG:
        yield message("It lasts {length}: longer than half a day.", length=first.length)
    if _touches_hours(office.calendar, first):
        yield message("It falls into the hours of the office.")
    mine = set(sites)
    for group in office.fleet.groups.values():
        way = {group.behind, *office.fleet.ancestors(group.behind)} if group.behind else set[str]()
        if way & mine:
            text = N_("The monitor looks through {site} at others: it sees nothing behind it meanwhile.")
            yield Message(text, {"site": group.behind})
    for planned in office.maintenance.values():
        both = mine.intersection(covered(office, planned))
        if both and any(_overlap(first, each) for each in occurrences(planned, now_utc, LOOKS_AHEAD_DAYS)):
            yield messages(
                "At the same time '{other}' is planned at {count} of these sites.",
                "At the same time '{other}' is planned at {count} of these sites.",
                len(both),
                other=planned.text,
            )


def _overlap(one: Occurrence, other: Occurrence) -> bool:
    return one.begins_utc < other.ends_utc and other.begins_utc < one.ends_utc


def _touches_hours(calendar: Calendar, done: Occurrence) -> bool:
    """Return whether the office is open at some time of it."""
    day = done.begins_utc.astimezone(DHAKA).date()
    last = done.ends_utc.astimezone(DHAKA).date()
    while day <= last:
        found = calendar.day(day)
        opens, closes = found.opens, found.closes
        if opens is not None and closes is not None and opens < done.ends_utc and done.begins_utc < closes:
            return True
        day += timedelta(days=1)
    return False
