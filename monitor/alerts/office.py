"""The office as decisions about outages and tickets need to see it: its fleet, charter, calendar and rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.charter.calendar import Calendar
from monitor.charter.services import Charter, Service
from monitor.settings.acknowledged_section import Acknowledged
from monitor.settings.fleet import Fleet
from monitor.settings.load import Settings
from monitor.settings.maintenance_section import Maintenance
from monitor.settings.monitor_file import Mail


@dataclass(frozen=True)
class Office:
    """All facts that come from the configuration; replaced as a whole when that is read again."""

    fleet: Fleet
    charter: Charter
    calendar: Calendar
    recovery_hold: timedelta
    reopen_window: timedelta
    mail: Mail
    maintenance: Mapping[str, Maintenance] = field(default_factory=dict)
    acknowledged: Mapping[str, Acknowledged] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings, planned: Mapping[str, Maintenance] | None = None) -> "Office":
        """``planned``: work that was asked for by command, beside that of the configuration."""
        rules = settings.monitor.tickets
        return cls(
            settings.fleet,
            Charter.of(settings.charter),
            Calendar.of(settings.calendar, settings.holidays),
            timedelta(seconds=rules.recovery_hold_s),
            timedelta(hours=rules.reopen_window_h),
            settings.monitor.mail,
            {**settings.monitor.maintenance, **(planned or {})},
            settings.monitor.acknowledged,
        )

    def service_of(self, site: str) -> Service:
        """The charter service that promises this site."""
        return self.charter.service_for_kind(self.fleet.sites[site].kind)

    @property
    def mail_domain(self) -> str:
        """What stands behind the @ of our Message-IDs; the reserved name until there is a sender."""
        return self.mail.sender.partition("@")[2] or "upazila-monitor.invalid"
