"""When a silent site is nobody's fault, by the office's plans and calendar. Pure."""

from datetime import date, datetime, time, timedelta

from monitor.alerts.office import Office
from monitor.charter.calendar import WEEKDAYS
from monitor.charter.service_hours import in_service, service_begins
from monitor.charter.text import DHAKA
from monitor.judging.pause import Pause
from monitor.settings.maintenance_section import Maintenance
from monitor.settings.sites_file import HoursName


def pause_of(office: Office, site: str, at_utc: datetime) -> Pause | None:
    """Why no outage of ``site`` begins at that time; planned work comes before hours, because it has a name."""
    for name, window in office.maintenance.items():
        if _covers(office, window, site):
            until_utc = _ends(window, at_utc)
            if until_utc is not None:
                return Pause("maintenance", f"planned work '{name}' ({window.text})", until_utc)
    hours = hours_of(office, site)
    if in_service(hours, at_utc, office.calendar):
        return None
    return Pause("hours", f"outside the hours of service ({hours})", service_begins(hours, at_utc, office.calendar))


def hours_of(office: Office, site: str) -> HoursName:
    """When a site is promised: as it says itself, or as its service does."""
    return office.fleet.sites[site].hours or office.service_of(site).hours


def _covers(office: Office, window: Maintenance, site: str) -> bool:
    if not (window.sites or window.unions or window.behind):
        return True
    if site in window.sites or office.fleet.sites[site].union in window.unions:
        return True
    return window.behind is not None and (site == window.behind or window.behind in office.fleet.ancestors(site))


def _ends(window: Maintenance, at_utc: datetime) -> datetime | None:
    """When the window that covers that time ends; None when none does. Times without a zone are the office's."""
    if window.begins and window.ends:
        begins, ends = (t if t.tzinfo else t.replace(tzinfo=DHAKA) for t in (window.begins, window.ends))
        return ends.astimezone(at_utc.tzinfo) if begins <= at_utc < ends else None
    assert window.opens is not None
    assert window.closes is not None
    local = at_utc.astimezone(DHAKA)
    for day in (local.date(), local.date() - timedelta(days=1)):
        if WEEKDAYS[day.weekday()] in window.days:
            opens = _at(day, window.opens)
            closes = _at(day + timedelta(days=window.closes <= window.opens), window.closes)
            if opens <= local < closes:
                return closes.astimezone(at_utc.tzinfo)
    return None


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, DHAKA)
