"""Define the facts of a letter about deadlines that moved."""

from dataclasses import dataclass
from datetime import date, datetime

from monitor.alerts.facts.briefs import Listed
from monitor.alerts.facts.case import Asked, Letterhead, Service, Site
from monitor.i18n.languages import Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedDeadline:
    """A deadline as it was and as it is. ``stage``: whose time ends then, 0 for the target.

    ``number``: the ticket's; empty for an outage that has none yet.
    """

    number: str
    site: Site | None
    service: Service
    stage: int
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingOrder:
    """An order about the calendar: its number on this list, what it does to which days, and whose order it is."""

    number: int
    what: str
    first: date
    last: date
    name_bn: str
    name_en: str
    order: str
    dated: date

    def name(self, lang: Lang) -> str:
        return self.name_bn if lang == "bn" else self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedFacts(Letterhead):
    """Deadlines that concern one reader. ``orders``: what moved them; ``by_files``: so did the office's files.

    ``asked``: the request, in a letter to whoever made it; of several the first.
    """

    moved: Listed[MovedDeadline]
    orders: tuple[MovingOrder, ...] = ()
    by_files: bool = False
    asked: Asked | None = None
