"""Enter orders about the calendar, over its files: a running daemon applies them within a second.

What an order moves is said before it is entered. Nothing is deleted: an order is undone by another one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pydantic import ValidationError

from monitor.alerts.cases.refusals import BadInput, NotAllowed, Seen, refuse_stale
from monitor.alerts.notices.moved_dates import MovedDate, MovedLetter, letters, of_outage, of_ticket
from monitor.charter.calendar import Day
from monitor.charter.office import Office
from monitor.domain.message import message
from monitor.domain.text import ascii_digits, clean, has_words
from monitor.settings.calendar_file import DATE_KEYS
from monitor.settings.calendar_order import OrderedChange
from monitor.settings.validate import described
from monitor.store import acts, calendar_rows, outage_rows
from monitor.store.models import CalendarOrder
from monitor.store.session import Session
from monitor.store.work import Work

LONGEST_TEXT = 200  # characters
OLDEST, FARTHEST = timedelta(days=366), timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class EnteredOrder:
    """An order as it is stored. ``undone_by``: the number of the order that undid it."""

    number: int
    change: OrderedChange
    actor: str
    entered_utc: datetime
    undone_by: int | None


@dataclass(frozen=True, slots=True)
class Consequences:
    """What an order does. ``number``: its own, None for one that is only tried.

    ``days``: each day that is another one by it, as it was and as it is. ``letters``: whom it writes to, as the running
    daemon does within a second.
    """

    number: int | None
    change: OrderedChange
    days: tuple[tuple[Day, Day], ...]
    moved: tuple[MovedDate, ...]
    letters: tuple[MovedLetter, ...]

    @property
    def officers(self) -> tuple[str, ...]:
        """Return whose reminders come on other days, each officer once."""
        return tuple(dict.fromkeys(each.officer for each in self.moved))


def orders(session: Session) -> list[EnteredOrder]:
    """Return all orders ever entered, the first one first."""
    return [_entered(row) for row in calendar_rows.orders(session)]


def orders_in_force(session: Session) -> tuple[OrderedChange, ...]:
    """Return the orders that hold, in the order in which they were entered."""
    return _in_force(orders(session))


def orders_by_office(session: Session) -> dict[str, tuple[OrderedChange, ...]]:
    """Return the orders that hold in each office, as `orders_in_force`; '' is the office that stands alone."""
    found: dict[str, list[EnteredOrder]] = {}
    for row in calendar_rows.orders(session):
        found.setdefault(row.office, []).append(_entered(row))
    return {office: _in_force(entered) for office, entered in found.items()}


def _entered(row: CalendarOrder) -> EnteredOrder:
    change = OrderedChange.from_json(row.entry)
    return EnteredOrder(row.id, change, row.actor, row.created_utc, row.undone_by)


def _in_force(entered: Iterable[EnteredOrder]) -> tuple[OrderedChange, ...]:
    return tuple(each.change for each in entered if each.undone_by is None and each.change.what != "undo")


def in_force_at(entered: Iterable[EnteredOrder], last: int) -> tuple[OrderedChange, ...]:
    """Return the orders that held when the one of the number ``last`` was the last one entered."""
    then = [each for each in entered if each.number <= last]
    return _in_force(
        replace(each, undone_by=None) if each.undone_by is not None and each.undone_by > last else each for each in then
    )


def version(session: Session) -> int:
    """Return the number of the last order, 0 for none: what a person who enters another one has seen."""
    rows = calendar_rows.orders(session)
    return rows[-1].id if rows else 0


def enter(work: Work, entry: Mapping[str, object], *, dry_run: bool = False, seen: Seen | None = None) -> Consequences:
    """Enter an order by the keys of `OrderedChange`, dates as such or as text; return what it moves.

    With ``dry_run`` nothing is stored. ``seen``: the `version` by which it was decided. Raises BadInput, NotAllowed,
    StaleVersion.
    """
    known = orders(work.session)
    refuse_stale("the calendar", seen, known[-1].number if known else 0, dict)
    change = _change(entry, known, work.office.calendar.local(work.now_utc).date())
    before = replace(work.office, calendar=work.office.calendar.ordered(_in_force(known)))
    left = tuple(each for each in known if each.number != change.undoes)
    after = replace(before, calendar=before.calendar.ordered(_in_force(left) + _own(change)))
    days = tuple((old, new) for old, new in _days(before, after, change) if old != new)
    moved = tuple(_moved(work, before, after))
    found = Consequences(None, change, days, moved, letters(after, moved))
    if dry_run:
        return found
    plain = change.model_dump(mode="json", exclude_defaults=True)
    row = CalendarOrder(entry=plain, actor=work.actor, created_utc=work.now_utc)
    work.session.add(row)
    work.session.flush()
    if change.undoes is not None:
        work.session.get_one(CalendarOrder, change.undoes).undone_by = row.id
    acts.record(work, "calendar.undo" if change.undoes else "calendar.order", str(row.id), {}, plain)
    return replace(found, number=row.id)


def _own(change: OrderedChange) -> tuple[OrderedChange, ...]:
    return () if change.what == "undo" else (change,)


def _days(before: Office, after: Office, change: OrderedChange) -> Iterator[tuple[Day, Day]]:
    return ((before.calendar.day(day), after.calendar.day(day)) for day in change.days())


def _moved(work: Work, before: Office, after: Office) -> Iterator[MovedDate]:
    """Yield the dates ahead that are others by the calendar of ``after``: targets, and ends of stages."""
    for ticket in calendar_rows.unsettled(work.session):
        yield from of_ticket(ticket, before, after, work.now_utc)
    for outage in outage_rows.running_without_ticket(work.session, work.now_utc):
        yield from of_outage(outage, before, after)


def _change(entry: Mapping[str, object], known: list[EnteredOrder], today: date) -> OrderedChange:
    """Return a valid order; raises BadInput, NotAllowed."""
    facts = {key: _plain(key, value) for key, value in entry.items() if value not in ("", None)}
    if facts.get("what") == "undo":
        undone = _undone(facts.get("undoes"), known)
        facts |= {key: getattr(undone, key) for key in ("date", "first", "last", "public") if getattr(undone, key)}
        facts.setdefault("en", undone.en)
        facts.setdefault("bn", undone.bn)
    for one, other in (("bn", "en"), ("en", "bn")):
        facts.setdefault(one, facts.get(other, ""))
    for key, wanted in (("order", message("the number of the order")), ("en", message("what the order is about"))):
        if not has_words(str(facts.get(key, ""))):
            raise BadInput(key, message("is missing. Expected {wanted}", wanted=wanted))
    try:
        change = OrderedChange.model_validate(facts)
    except ValidationError as error:
        first = error.errors()[0]
        said = message("is missing") if first["type"] == "missing" else described(dict(first))
        raise BadInput(".".join(map(str, first["loc"])), said) from None
    if change.dated > today:
        raise BadInput("dated", message("is to come. Expected the date of an order that was given"))
    if change.what != "undo" and not today - OLDEST <= change.start <= change.end <= today + FARTHEST:
        raise BadInput("date", message("is too far away. Expected days from a year ago to three years ahead"))
    return change


def _undone(number: object, known: list[EnteredOrder]) -> OrderedChange:
    """Return the order that is to be undone; raises NotAllowed."""
    found = next((each for each in known if each.number == number), None)
    if found is None:
        raise NotAllowed(message("there is no order {number} that could be undone", number=number))
    if found.change.what == "undo":
        raise NotAllowed(message("order {number} undoes another one. Enter that one again", number=number))
    if found.undone_by is not None:
        raise NotAllowed(message("order {number} is undone already, by order {by}", number=number, by=found.undone_by))
    return found.change


def _plain(key: str, value: object) -> object:
    """Return a value as the model takes it: dates and numbers of text, clean texts."""
    if not isinstance(value, str):
        return value
    text = ascii_digits(value.strip())
    if key in DATE_KEYS:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise BadInput(
                key, message("'{text}' is not a date. Expected one such as 2026-12-24", text=clean(value, 40))
            ) from None
    if key == "undoes":
        return int(text) if text.isdigit() else value
    if key == "public":
        return text in {"1", "on", "true", "yes"}
    return clean(value, LONGEST_TEXT)
