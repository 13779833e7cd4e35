"""Count each interface's use by the office's days and months, and keep it longer than the rates it is counted from."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from monitor.domain.clock import DHAKA
from monitor.domain.day import at_dhaka
from monitor.store.history.file import HistoryFile
from monitor.store.history.summaries import Traffic
from monitor.store.history.use import Use, use_of

MIDNIGHT = datetime.min.time()
ONE_DAY = timedelta(days=1)


def count_use(file: HistoryFile, links: Iterable[str], now_utc: datetime, kept_days: int) -> None:
    """Keep the use of each day, and of each month, that ended since it was last counted.

    A month whose five-minute rates are not all kept any more is not counted again. Raises HistoryRefuses.
    """
    today = now_utc.astimezone(DHAKA).date()
    oldest = (now_utc - timedelta(days=kept_days)).date() + ONE_DAY
    last = file.last_day_of_use()
    first = max(oldest, last + ONE_DAY if last is not None else oldest)
    if first >= today:
        return
    days = [first + timedelta(days=number) for number in range((today - first).days)]
    months = sorted({day.replace(day=1) for day in days if day.replace(day=1) >= oldest})
    months = [month for month in months if month_after(month) <= today]
    spans = [("day", day, day + ONE_DAY) for day in days]
    spans += [("month", month, month_after(month)) for month in months]
    file.put_use(
        {
            (span, link, begins): use
            for link in links
            for span, begins, ends in spans
            if (use := use_between(file, link, begins, ends)) is not None
        }
    )


def use_between(file: HistoryFile, link: str, first: date, until: date) -> Use | None:
    """Return an interface's use from a day of the office's clock to before another. Raises HistoryRefuses."""
    rates = file.read("fine", link, Traffic, at_dhaka(first, MIDNIGHT), at_dhaka(until, MIDNIGHT))
    return use_of(rates.values())


def month_after(month: date) -> date:
    """Return the first day of the month after that one."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)
