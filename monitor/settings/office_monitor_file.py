"""Model config/offices/ID/monitor.toml: what one office among several settles itself. It may be missing."""

from pydantic import Field

from monitor.settings.acknowledged_section import Acknowledged
from monitor.settings.base import Model
from monitor.settings.charter_file import Email
from monitor.settings.helpdesk_section import Helpdesk
from monitor.settings.maintenance_section import Maintenance
from monitor.settings.monitor_file import MonitorFile
from monitor.settings.notices_section import Notices, RecipientEntry, RecipientName
from monitor.settings.reports_section import Reports
from monitor.settings.sites_file import Id


class OfficeMail(Model):
    """The office's own address; the mail server is the installation's."""

    sender: Email = ""
    """The From: address of this office's letters."""


class OfficeMonitorFile(Model):
    """The whole file; what it does not say holds as the installation's monitor.toml has it."""

    mail: OfficeMail = OfficeMail()
    notices: Notices = Notices()
    recipients: dict[RecipientName, RecipientEntry] = Field(default_factory=dict)
    reports: Reports = Reports()
    helpdesk: Helpdesk | None = None
    maintenance: dict[Id, Maintenance] = Field(default_factory=dict)
    acknowledged: dict[Id, Acknowledged] = Field(default_factory=dict)

    def over(self, base: MonitorFile) -> MonitorFile:
        """Return the installation's settings with this office's own in them; planned work is the office's alone."""
        sender = self.mail.sender or base.mail.sender
        return base.model_copy(
            update={
                "mail": base.mail.model_copy(update={"sender": sender}),
                "notices": base.notices.model_copy(update=_said(self.notices)),
                "recipients": {**base.recipients, **self.recipients},
                "reports": base.reports.model_copy(update=_said(self.reports)),
                "helpdesk": base.helpdesk if self.helpdesk is None else self.helpdesk,
                "maintenance": self.maintenance,
                "acknowledged": self.acknowledged,
            }
        )


def _said(section: Model) -> dict[str, object]:
    return {name: getattr(section, name) for name in section.model_fields_set}
