"""Model [heartbeat] of config/monitor.toml: an outside address that is pinged at an interval."""

from typing import Annotated

from pydantic import Field, field_validator

from monitor.settings.base import Model
from monitor.settings.hosts import page_fault


class Heartbeat(Model):
    """[heartbeat]. ``url``: a ping URL as of healthchecks.io; no pings while it is empty."""

    url: Annotated[str, Field(max_length=500)] = ""
    """Where an outside service is pinged that alerts when the pings stop; empty: no pings."""
    interval_s: Annotated[float, Field(ge=5, le=86_400)] = 60.0
    """Between two pings, in seconds."""

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and (fault := page_fault(value)):  # nothing of it is shown: its path is the secret
            raise ValueError(fault)
        return value
