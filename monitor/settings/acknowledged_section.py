"""[acknowledged.NAME] of config/monitor.toml: troubles that the office knows of, until a date."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from monitor.settings.base import Model
from monitor.settings.maintenance_section import Moment, in_utc
from monitor.settings.sites_file import AnySite


class Acknowledged(Model):
    """Tickets about outages of these sites (chosen as for planned work) are acknowledged until then."""

    text: Annotated[str, Field(min_length=1, max_length=200)]
    """What the trouble is."""
    until: Moment
    """Tickets about it are acknowledged until then, then open again."""
    sites: list[AnySite] = Field(default_factory=list)
    """Outages of these sites."""
    unions: list[str] = Field(default_factory=list)
    """Of all sites of these unions."""
    behind: AnySite | None = None
    """Of this site and all that is reached through it."""

    @property
    def until_utc(self) -> dt.datetime:
        """Return when it ends; a time without a zone is the office's."""
        return in_utc(self.until)
