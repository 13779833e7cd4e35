"""[maintenance.NAME] of config/monitor.toml: planned work, once or every week, during which no outage begins."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from monitor.domain.message import message
from monitor.settings.base import Model
from monitor.settings.calendar_file import ClosingTime, Time, Weekday
from monitor.settings.found import found
from monitor.settings.sites_file import AnySite

YEARS = (2000, 2100)
A_WEEK = 7 * 24 * 60
OFFICE_CLOCK = dt.timezone(dt.timedelta(hours=6))
TIME_KEYS = ("begins", "ends", "until", "announce_from")


def _moment(value: object) -> dt.datetime:
    if not isinstance(value, dt.datetime):
        raise ValueError(
            message(
                "{found} is not a time. Expected one such as 2026-12-01T22:00:00, without quotes", found=found(value)
            )
        )
    if not YEARS[0] <= value.year < YEARS[1]:
        raise ValueError(
            message(
                "{value:iso} is too far away. Expected a year from {first} to {last}",
                value=value,
                first=YEARS[0],
                last=YEARS[1],
            )
        )
    return value


Moment = Annotated[dt.datetime, BeforeValidator(_moment)]


class Maintenance(Model):
    """[maintenance.NAME]: on which sites (``sites``, ``unions``, ``behind`` a site and that site.

    All if none is named), and when.

    Once: ``begins`` and ``ends``, by the office's clock. Every week: ``days`` with ``opens`` and ``closes``; one that
    closes before it opens lasts into the next day. Or ``minutes`` instead of ``closes``, at most a week. ``until``: its
    last moment in any case.

    ``announce``: the public page tells of it, from ``announce_from`` on, in the words of ``public_bn`` and
    ``public_en``; ``text`` is the office's own and is not shown there.
    """

    text: Annotated[str, Field(min_length=1, max_length=200)]
    """What the work is."""
    sites: list[AnySite] = Field(default_factory=list)
    """For these sites."""
    unions: list[str] = Field(default_factory=list)
    """For all sites of these unions."""
    behind: AnySite | None = None
    """For this site and all that is reached through it; without any of the three: for everything."""
    begins: Moment | None = None
    """Once: when it begins, by Dhaka's clock."""
    ends: Moment | None = None
    """Once: when it ends."""
    days: list[Weekday] = Field(default_factory=list)
    """Weekly: the days on which it begins."""
    opens: Time | None = None
    """Weekly: the time of day at which it begins."""
    closes: ClosingTime | None = None
    """Weekly: the time at which it ends, up to 24:00; before `opens`: on the next day."""
    minutes: Annotated[int, Field(ge=1, le=A_WEEK)] | None = None
    """Weekly, instead of `closes`: how long it takes."""
    until: Moment | None = None
    """Weekly: not after that."""
    announce: bool = False
    """On the public page and in its calendar, ahead."""
    announce_from: Moment | None = None
    """Not before that."""
    public_bn: Annotated[str, Field(max_length=300)] = ""
    """In these words, in Bangla."""
    public_en: Annotated[str, Field(max_length=300)] = ""
    """In these words, in English."""

    @model_validator(mode="after")
    def _one_form(self) -> "Maintenance":
        once = self.begins is not None and self.ends is not None
        weekly = bool(self.days) and self.opens is not None
        given = [self.begins, self.ends, self.opens, self.closes, self.minutes]
        if once == weekly or sum(value is not None for value in given) != 2:
            raise ValueError(
                message("when it is done is not clear. Expected 'begins' and 'ends', or 'days', 'opens' and 'closes'")
            )
        if self.begins and self.ends:
            if (self.begins.tzinfo is None) != (self.ends.tzinfo is None) or self.ends <= self.begins:
                raise ValueError(
                    message(
                        "{begins:iso} to {ends:iso} is no stretch of time. Expected 'ends' after 'begins'",
                        begins=self.begins,
                        ends=self.ends,
                    )
                )
        elif self.opens == self.closes:
            raise ValueError(
                message("'opens' and 'closes' are the same. Expected two times of day, or 'minutes' (1440 are a day)")
            )
        return self

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "Maintenance":
        """Return the plan that ``model_dump(mode="json")`` made plain."""
        moments = {key: dt.datetime.fromisoformat(entry[key]) for key in TIME_KEYS if entry.get(key)}
        clocks = {key: entry[key][:5] for key in ("opens", "closes") if entry.get(key)}
        return cls.model_validate({**entry, **moments, **clocks})

    @property
    def begins_utc(self) -> dt.datetime | None:
        """Return when work that is done once begins."""
        return in_utc(self.begins) if self.begins else None

    @property
    def ends_utc(self) -> dt.datetime | None:
        """Return when work that is done once ends."""
        return in_utc(self.ends) if self.ends else None

    def is_announced(self, at_utc: dt.datetime) -> bool:
        """Return whether the public is told of it at that time."""
        return self.announce and (self.announce_from is None or in_utc(self.announce_from) <= at_utc)

    @property
    def until_utc(self) -> dt.datetime | None:
        """Return when it ends for good."""
        return in_utc(self.until) if self.until else None


def in_utc(moment: dt.datetime) -> dt.datetime:
    """Convert a time to UTC; one without a zone is the office's."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=OFFICE_CLOCK)).astimezone(dt.UTC)
