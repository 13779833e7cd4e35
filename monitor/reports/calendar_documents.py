"""Describe orders about the calendar, and what they move, as documents. Keys are public."""

from typing import TypedDict

from monitor.alerts.cases.calendar_orders import Consequences, EnteredOrder
from monitor.reports.charter_documents import DayDocument, day_document


class MovedDateDocument(TypedDict):
    """A date that an order about the calendar moves: of a ticket, or of the outage of a site that has none yet.

    ``stage``: whose time ends then, 0 for the target; ``officer``: whose letters follow from it.
    """

    number: str | None
    site: str | None
    service: str
    stage: int
    before_utc: str
    after_utc: str
    officer: str


class ChangedDayDocument(TypedDict):
    """A day as it was and as it is by the order."""

    before: DayDocument
    after: DayDocument


class MovedLetterDocument(TypedDict):
    """A letter about moved dates. ``recipient``: an officer's role, a reader's name, or 'asker'.

    ``numbers``: the tickets in it; ``sites``: those of outages that have no ticket yet.
    """

    recipient: str
    numbers: list[str]
    sites: list[str]


class ConsequencesDocument(TypedDict):
    """What an order does; ``number``: its own, null for one that was only tried. ``letters``: to whom it writes."""

    number: int | None
    days: list[ChangedDayDocument]
    moves: list[MovedDateDocument]
    officers: list[str]
    letters: list[MovedLetterDocument]


class OrderDocument(TypedDict):
    """An order about the calendar; ``entry``: by the keys under which it was entered."""

    number: int
    entry: dict[str, object]
    actor: str
    entered_utc: str
    undone_by: int | None


def consequences_document(found: Consequences) -> ConsequencesDocument:
    """Return what an order does."""
    return {
        "number": found.number,
        "days": [{"before": day_document(old), "after": day_document(new)} for old, new in found.days],
        "moves": [
            {
                "number": each.number or None,
                "site": each.site or None,
                "service": each.service,
                "stage": each.level,
                "before_utc": each.before_utc.isoformat(),
                "after_utc": each.after_utc.isoformat(),
                "officer": each.officer,
            }
            for each in found.moved
        ],
        "officers": list(found.officers),
        "letters": [
            {
                "recipient": each.recipient,
                "numbers": list(dict.fromkeys(one.number for one in each.moved if one.number)),
                "sites": list(dict.fromkeys(one.site for one in each.moved if not one.number)),
            }
            for each in found.letters
        ],
    }


def order_document(each: EnteredOrder) -> OrderDocument:
    """Return an order."""
    return {
        "number": each.number,
        "entry": each.change.model_dump(mode="json", exclude_defaults=True),
        "actor": each.actor,
        "entered_utc": each.entered_utc.isoformat(),
        "undone_by": each.undone_by,
    }
