"""Route notices: further recipients, their channels, and when a notice may be sent. Pure.

The charter names the officer of every notice; `[recipients.NAME]` of monitor.toml adds further recipients.
"""

from collections.abc import Iterator
from datetime import datetime

from monitor.alerts.facts.case import CaseFacts
from monitor.charter.calendar import CalendarError
from monitor.charter.office import Office
from monitor.domain.notice_kinds import PATIENT, severity
from monitor.settings.notices_section import ChannelName, RecipientEntry

ASKER = "asker"


def channel_of(office: Office, recipient: str) -> ChannelName:
    """Return a recipient's channel; e-mail for officers and requesters."""
    entry = office.recipients.get(recipient)
    return entry.channel if entry else "email"


def further_readers(office: Office, kind: str, facts: CaseFacts) -> Iterator[str]:
    """Yield the names of all further recipients of that notice."""
    site_kind = facts.site.kind if facts.site else ""
    yield from (name for name, entry in office.recipients.items() if wants(entry, kind, facts.level, site_kind))


def wants(entry: RecipientEntry, kind: str, stage: int, site_kind: str) -> bool:
    """Return whether a recipient wants that notice: each of its lists is empty, or contains the notice's value.

    ``stage``: 0 before the first; ``site_kind``: empty for a case without a site.
    """
    return (
        (not entry.kinds or kind in entry.kinds)
        and (not entry.severities or severity(kind) in entry.severities)
        and (not entry.stages or stage in entry.stages)
        and (not entry.site_kinds or site_kind in entry.site_kinds)
    )


def goes_at(office: Office, kind: str, recipient: str, now_utc: datetime) -> datetime:
    """Return when a notice enqueued now may first be sent: at once, or when the office opens."""
    entry = office.recipients.get(recipient)
    hours = entry.hours if entry else "as_due"
    waits = hours == "office" or (hours == "as_due" and office.notices.quiet_hours and kind in PATIENT)
    if not waits:
        return now_utc
    try:
        return office.calendar.office_time(now_utc)
    except CalendarError:  # an office that never opens again must still be notified
        return now_utc
