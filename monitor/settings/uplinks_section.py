"""Model [vantage.NAME] of config/monitor.toml: uplinks and their references."""

from typing import Annotated

from pydantic import Field

from monitor.settings.base import Model
from monitor.settings.sites_file import Address, AnySite


class UplinkEntry(Model):
    """[vantage.NAME]: addresses beyond an uplink that always answer, and the site ``behind`` which the others lie.

    Without ``behind`` all sites lie beyond it.
    """

    references: Annotated[list[Address], Field(min_length=1, max_length=16)]
    """Addresses beyond the uplink that always answer; while all of them do not, nothing beyond it is judged. Only
    those that you may probe.
    """
    behind: AnySite | None = None
    """What lies behind this site lies beyond the uplink; left out: all sites do."""
