"""Find a site's downtime in the office's plans and calendar. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from monitor.charter.calendar import WEEKDAYS
from monitor.charter.office import Office
from monitor.charter.service_hours import in_service, service_begins
from monitor.domain.day import at_dhaka
from monitor.domain.downtime import Downtime
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.states import DowntimeKind
from monitor.domain.text import same_key
from monitor.i18n.formats import DHAKA
from monitor.settings.acknowledged_section import Acknowledged
from monitor.settings.maintenance_section import Maintenance
from monitor.settings.sites_file import HoursName

LONGEST_DAYS = 9  # days on which a weekly window that lasts for a week may have begun


def downtime_of(office: Office, site: str, at_utc: datetime) -> Downtime | None:
    """Return why no outage of ``site`` begins at that time.

    Planned work takes precedence over hours, as it has a name.
    """
    for name, window in office.maintenance.items():
        if covers(office, window, site):
            until_utc = _ends(window, at_utc)
            if until_utc is not None:
                why = reason(ReasonCode.PLANNED_WORK, name=name, text=window.text)
                return Downtime(DowntimeKind.MAINTENANCE, why, until_utc)
    hours = hours_of(office, site)
    if in_service(hours, at_utc, office.calendar):
        return None
    why = reason(ReasonCode.OUTSIDE_HOURS, hours=hours)
    return Downtime(DowntimeKind.HOURS, why, service_begins(hours, at_utc, office.calendar))


def hours_of(office: Office, site: str) -> HoursName:
    """Return a site's service hours: its own, or its service's."""
    return office.fleet.sites[site].hours or office.service_of(site).hours


def covers(office: Office, window: Maintenance | Acknowledged, site: str) -> bool:
    """Return whether planned work, or an acknowledgement, applies to that site."""
    if not (window.sites or window.unions or window.behind):
        return True
    union = office.fleet.sites[site].union
    if site in window.sites or (union and any(same_key(union, each) for each in window.unions)):
        return True
    return window.behind is not None and (site == window.behind or window.behind in office.fleet.ancestors(site))


def covered(office: Office, window: Maintenance) -> list[str]:
    """Return the sites that planned work applies to, in the order of the fleet: what `covers` says of each, at once."""
    fleet = office.fleet
    if not (window.sites or window.unions or window.behind):
        return list(fleet.sites)
    chosen = set(window.sites)
    if window.behind:
        chosen |= {window.behind, *fleet.descendants(window.behind)}
    present = {site.union for site in fleet.sites.values() if site.union} if window.unions else set[str]()
    unions = {union for union in present if any(same_key(union, each) for each in window.unions)}
    return [id_ for id_, site in fleet.sites.items() if id_ in chosen or site.union in unions]


def windows_of(window: Maintenance, day: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield the windows of planned work that begin on ``day``, in UTC; work done once is returned for every day."""
    if window.begins_utc and window.ends_utc:
        begins, ends = window.begins_utc, window.ends_utc
    elif window.opens is not None and WEEKDAYS[day.weekday()] in window.days:
        begins = at_dhaka(day, window.opens)
        if window.minutes is not None:
            ends = begins + timedelta(minutes=window.minutes)
        else:
            assert window.closes is not None
            ends = at_dhaka(day + timedelta(days=window.closes <= window.opens), window.closes)
    else:
        return
    ends = min(ends, window.until_utc or ends)
    if begins < ends:
        yield begins, ends


def _ends(window: Maintenance, at_utc: datetime) -> datetime | None:
    """Return when the window that covers that time ends; None when none does. Times without a zone are the office's."""
    today = at_utc.astimezone(DHAKA).date()
    days = (today - timedelta(days=back) for back in range(LONGEST_DAYS))
    ends = [closes for day in days for opens, closes in windows_of(window, day) if opens <= at_utc < closes]
    return max(ends, default=None)
