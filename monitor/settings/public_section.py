"""[public] of config/monitor.toml: what the public is told, where and how often. docs/public.md."""

from typing import Annotated

from pydantic import AfterValidator, Field

from monitor.domain.message import N_, message
from monitor.settings.base import Model, PlainPath, matching
from monitor.settings.found import found
from monitor.settings.hosts import has_credentials_or_query, page_fault

DELAYS = (0, 15)  # minutes
CC_BY = "CC-BY-4.0"
"""The licence of open data unless another is named, as SPDX has it: Creative Commons Attribution 4.0."""


def _page(url: str) -> str:
    """Validate the address under which people find the page, or nothing; raises ValueError."""
    if url and (fault := page_fault(url)):
        raise ValueError(message("{found} {fault}", found=found(url), fault=fault))
    if url and has_credentials_or_query(url):
        raise ValueError(message("has a user, a query or a fragment. Expected the plain address of the page"))
    return url


def _delay(minutes: int) -> int:
    if minutes not in DELAYS:
        raise ValueError(message("found {minutes}. Expected 0 or 15", minutes=minutes))
    return minutes


class Public(Model):
    """The public page. ``directory``: where a copy is written for another web server, None: nowhere.

    ``every_minutes``: how often. ``delay_minutes``: so old is what is published. ``url``: where people find the page,
    as feeds and slips name it. ``licence``: of the open data in the copy, by its name in the SPDX list.
    """

    directory: PlainPath | None = None
    """Where the copy is written, relative to the folder that holds the config folder; left out: nowhere."""
    every_minutes: Annotated[int, Field(ge=1, le=1_440)] = 5
    """How often, in minutes."""
    delay_minutes: Annotated[int, AfterValidator(_delay)] = 0
    """So many minutes old is what is told."""
    url: Annotated[str, AfterValidator(_page)] = ""
    """Where people find the page; empty: it is not named."""
    licence: Annotated[
        str, matching(r"[A-Za-z0-9.+-]{2,60}", N_("the name of a licence by SPDX, such as CC-BY-4.0"))
    ] = CC_BY
    """Of the open data in the copy, by its name in the SPDX list."""
