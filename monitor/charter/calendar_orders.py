"""Put orders that people entered over the office's calendar file. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TypeVar

from monitor.settings.calendar_file import CalendarFile, OrderedHours, OrderEntry, Span
from monitor.settings.calendar_order import OrderedChange

S = TypeVar("S", bound=Span)

ONE_DAY = timedelta(days=1)


def with_orders(file: CalendarFile, orders: Sequence[OrderedChange]) -> CalendarFile:
    """Return the file with the orders in it, each over all before it; those of 'undo' do nothing by themselves.

    An order that another one undid must not be among them.
    """
    for order in orders:
        file = _with(file, order)
    return file


def _with(file: CalendarFile, order: OrderedChange) -> CalendarFile:
    days = frozenset(order.days())
    facts = {name: getattr(order, name) for name in OrderEntry.model_fields}
    update: dict[str, object] = {}
    if order.what in {"closed", "working"}:
        entries = {name: list(_without(getattr(file, name), days)) for name in ("closed", "working")}
        entries[order.what].append(OrderEntry(**facts))
        update |= {name: tuple(sorted(found, key=_start)) for name, found in entries.items()}
    if order.opens is not None and order.closes is not None:
        hours = OrderedHours(**facts, opens=order.opens, closes=order.closes)
        update["other_hours"] = tuple(sorted([*_without(file.other_hours, days), hours], key=_start))
    return file.model_copy(update=update)


def _start(entry: Span) -> date:
    return entry.start


def _without(entries: Iterable[S], days: Collection[date]) -> Iterator[S]:
    """Yield the entries without those days; one that has some of them is cut into stretches."""
    for entry in entries:
        kept = [day for day in entry.days() if day not in days]
        if (
            kept
            and kept[0] == entry.start
            and kept[-1] == entry.end
            and len(kept) == (entry.end - entry.start).days + 1
        ):
            yield entry
            continue
        for first, last in _stretches(kept):
            yield entry.model_copy(update=_span(first, last))


def _span(first: date, last: date) -> dict[str, date | None]:
    if first == last:
        return {"date": first, "first": None, "last": None}
    return {"date": None, "first": first, "last": last}


def _stretches(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Yield the first and last of each run of days without a gap."""
    first: date | None = None
    for day, following in zip(days, [*days[1:], None], strict=False):
        first = first or day
        if following != day + ONE_DAY:
            yield first, day
            first = None
