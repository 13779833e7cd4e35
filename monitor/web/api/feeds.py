"""Make the calendar feeds of the office (RFC 5545, 7986): deadlines, planned work, holidays. Pure.

A deadline is a task and an event, as telephones ignore tasks; both stand at the time at which it is due, also when that
is past. Ids stay the same for ever, and the number of a change (SEQUENCE) grows with each version.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from icalendar import Calendar, Component, Event, Timezone, Todo, vRecur

from monitor.charter.calendar import WEEKDAYS
from monitor.charter.office import Office
from monitor.domain.day import at_dhaka
from monitor.i18n import formats
from monitor.i18n.catalogue import render, tr
from monitor.i18n.languages import Lang
from monitor.settings.maintenance_section import Maintenance
from monitor.store.queries import TicketView

MEDIA_TYPE = "text/calendar; charset=utf-8"
REFRESH = timedelta(hours=1)
ZONE = "Asia/Dhaka"
SHOWN_BEFORE = timedelta(minutes=30)  # so long is the event that ends at a deadline
DAY_CODES = {
    **{"sunday": "SU", "monday": "MO", "tuesday": "TU", "wednesday": "WE"},
    **{"thursday": "TH", "friday": "FR", "saturday": "SA"},
}
_BREAKS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def deadlines(office: Office, tickets: Iterable[TicketView], now_utc: datetime, lang: Lang) -> bytes:
    """Return the deadlines of unsettled tickets, without who asked and what was written."""
    calendar = _calendar(office, tr(lang, "Deadlines"), lang)
    for ticket in tickets:
        site = office.fleet.sites.get(ticket.site or "")
        service = office.charter.service(ticket.service).name(lang)
        place = "" if site is None else site.name_bn if lang == "bn" else site.name_en
        about = {"number": ticket.number, "service": service, "place": place}
        summary = tr(lang, "{number}: {service}{place:, }", **about)
        due = ticket.deadline_utc.astimezone(formats.DHAKA)
        todo, event = Todo(), Event()
        todo.add("due", due)
        event.add("dtstart", due - SHOWN_BEFORE)
        event.add("dtend", due)
        for component, kind in ((todo, "task"), (event, "deadline")):
            _entry(component, office, f"{ticket.number}.{kind}", summary, ticket.version, now_utc)
            calendar.add_component(component)
    return bytes(calendar.to_ical())


def planned_work(
    office: Office,
    plans: Mapping[str, Maintenance],
    versions: Mapping[str, int],
    now_utc: datetime,
    lang: Lang,
) -> bytes:
    """Return planned work; what was called off before it began is in it, cancelled."""
    calendar = _calendar(office, tr(lang, "Planned work"), lang)
    for name, window in plans.items():
        event = Event()
        if window.begins_utc is not None and window.ends_utc is not None:
            begins, ends = window.begins_utc, window.ends_utc
            is_off = window.until_utc is not None and window.until_utc <= begins
            ends = ends if window.until_utc is None or is_off else min(ends, window.until_utc)
        else:
            begins, ends = _first_of(window, now_utc)
            is_off = window.until_utc is not None and window.until_utc <= begins
            rule: dict[str, object] = {"freq": "weekly", "byday": [DAY_CODES[day] for day in window.days]}
            if window.until_utc is not None:
                rule["until"] = window.until_utc
            event.add("rrule", vRecur(rule))
        event.add("dtstart", begins.astimezone(formats.DHAKA))
        event.add("dtend", ends.astimezone(formats.DHAKA))
        event.add("status", "CANCELLED" if is_off else "CONFIRMED")
        summary = tr(lang, "Planned work: {text}", text=window.text)
        _entry(event, office, f"{name}.work", summary, versions.get(name, 1), now_utc)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def holidays(office: Office, now_utc: datetime, lang: Lang) -> bytes:
    """Return the days of this year and the next on which the office is off, weekends apart, and worked weekends."""
    calendar = _calendar(office, tr(lang, "Holidays"), lang)
    year = now_utc.astimezone(formats.DHAKA).year
    day = date(year, 1, 1)
    while day.year <= year + 1:
        found = office.calendar.day(day)
        if found.kind in {"holiday", "order"} or (day in office.calendar.rulings and found.working):
            event = Event()
            event.add("dtstart", day)
            event.add("dtend", day + timedelta(days=1))
            event.add("transp", "TRANSPARENT")
            _entry(event, office, f"{day}.day", render(found.why, lang), 0, now_utc)
            calendar.add_component(event)
        day += timedelta(days=1)
    return bytes(calendar.to_ical())


def _calendar(office: Office, title: str, lang: Lang) -> Calendar:
    name = office.charter.name_bn if lang == "bn" else office.charter.name_en
    calendar = Calendar()
    calendar.add("prodid", "-//upazila-monitor//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", _one_line(f"{title}, {name}"))
    calendar.add("x-wr-calname", _one_line(f"{title}, {name}"))
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add_component(Timezone.from_tzid(ZONE))
    return calendar


def _entry(component: Component, office: Office, id_: str, summary: str, version: int, now_utc: datetime) -> None:
    component.add("uid", f"{id_}@{office.id}.{office.mail_domain}")
    component.add("dtstamp", now_utc)
    component.add("sequence", version)
    component.add("summary", _one_line(summary))


def _first_of(window: Maintenance, now_utc: datetime) -> tuple[datetime, datetime]:
    """Return the first stretch of weekly work in this year: a series must begin on one of its days, always the same."""
    assert window.opens is not None
    day = date(now_utc.astimezone(formats.DHAKA).year, 1, 1)
    while WEEKDAYS[day.weekday()] not in window.days:
        day += timedelta(days=1)
    begins = at_dhaka(day, window.opens)
    if window.minutes is not None:
        return begins, begins + timedelta(minutes=window.minutes)
    assert window.closes is not None
    return begins, at_dhaka(day + timedelta(days=window.closes <= window.opens), window.closes)


def _one_line(text: str) -> str:
    return _BREAKS.sub(" ", text)
