"""[history] of config/monitor.toml: how long summaries for pictures and reports are kept."""

from typing import Annotated

from pydantic import Field

from monitor.settings.base import Model


class History(Model):
    """``days``: of five-minute summaries; ``years``: of hourly ones. 0 and 0: none are kept."""

    days: Annotated[int, Field(ge=0, le=400)] = 40
    years: Annotated[int, Field(ge=0, le=20)] = 3

    @property
    def is_on(self) -> bool:
        """Return whether any are kept."""
        return bool(self.days or self.years)
