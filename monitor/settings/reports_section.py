"""[reports] of config/monitor.toml: which report is made by itself, and who gets it. docs/reports.md."""

from typing import Annotated, Literal

from pydantic import Field

from monitor.settings.base import Model
from monitor.settings.notices_section import KnownLanguage, Role

MAIL_SHARE = 750_000
"""Octets of files for each megabyte of a mail, which carries three octets in four characters."""

ReportFormat = Literal["pdf", "xlsx", "csv", "html", "json"]


class Reports(Model):
    """``monthly``: make the last month's report on the first working day; ``recipients``: officers and recipients.

    ``formats``, ``lang``: of the files that go with the letter; together larger than ``mail_mb`` they do not, and the
    letter says where they are.
    """

    monthly: bool = True
    """The report of the last month is made on the first working day and mailed."""
    recipients: tuple[Role, ...] = ("responsible",)
    """Officers of charter.toml or recipients; none: it stands on the page alone."""
    formats: tuple[ReportFormat, ...] = ("pdf", "xlsx")
    """The files that go with the letter."""
    lang: KnownLanguage = "bn"
    """The language of these files."""
    mail_mb: Annotated[float, Field(gt=0, le=25)] = 8.0
    """A letter's files are no larger than this together, in megabytes; what is, stands on the page."""

    @property
    def files(self) -> tuple[str, ...]:
        """Return the names of the files that go with the letter."""
        return tuple(f"{self.lang}.{form}" for form in dict.fromkeys(self.formats))
