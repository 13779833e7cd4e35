"""[history] of config/monitor.toml: how long summaries for pictures and reports are kept, or who keeps them instead."""

from typing import Annotated

from pydantic import Field, field_validator

from monitor.domain.message import message
from monitor.settings.base import Model
from monitor.settings.hosts import has_credentials_or_query, page_fault


class History(Model):
    """``days``: of five-minute summaries; ``years``: of hourly ones. 0 and 0: none are kept.

    ``prometheus``: the URL of a Prometheus that scrapes this office, which pages and reports ask instead; empty: none.
    """

    days: Annotated[int, Field(ge=0, le=400)] = 40
    """Days of five-minute summaries that are kept; 0: none."""
    years: Annotated[int, Field(ge=0, le=20)] = 3
    """Years of hourly summaries that are kept; 0: none."""
    prometheus: Annotated[str, Field(max_length=500)] = ""
    """Address of a Prometheus that scrapes this office: pages and reports ask it instead; empty: they do not."""

    @field_validator("prometheus")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and (fault := page_fault(value)):
            raise ValueError(fault)
        if has_credentials_or_query(value):
            raise ValueError(message("carries more than an address. Expected one such as http://127.0.0.1:9090"))
        return value

    @property
    def is_on(self) -> bool:
        """Return whether any are kept."""
        return bool(self.days or self.years)
