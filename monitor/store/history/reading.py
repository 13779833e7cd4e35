"""Define what pages and reports ask of the history, wherever it is kept; and answer from the file and from memory."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from monitor.judging.availability import Interval
from monitor.settings.fleet import Link
from monitor.store.history.counting import ONE_DAY, month_after, use_between
from monitor.store.history.file import HistoryFile
from monitor.store.history.names import ups_series
from monitor.store.history.rows import hourly
from monitor.store.history.summaries import Echoes, Summary, Traffic, UpsPower
from monitor.store.history.use import Use

Kind = TypeVar("Kind", bound=Summary)


class Step(StrEnum):
    """How long a summary's stretch is; the value is the table of the file that has them."""

    FINE = "fine"
    HOUR = "coarse"

    @property
    def length(self) -> timedelta:
        """Return five minutes or an hour."""
        return timedelta(minutes=5) if self is Step.FINE else timedelta(hours=1)


class History(Protocol):
    """Summaries of the past by the beginning of their stretch, UTC; nothing for a stretch of which nothing is kept.

    All block, and raise HistoryRefuses. Days and months are those of the office's clock.
    """

    @property
    def source(self) -> str:
        """Return where they come from: 'history', 'prometheus', or '' for nowhere."""

    def rounds(self, device: str, step: Step, window: Interval) -> Mapping[datetime, Echoes]:
        """Return a device's rounds of echoes."""

    def rates(self, link: Link, step: Step, window: Interval) -> Mapping[datetime, Traffic]:
        """Return what passed a link's interface."""

    def power(self, device: str, step: Step, window: Interval) -> Mapping[datetime, UpsPower]:
        """Return the readings of a device's UPS."""

    def daily_use(self, link: Link, first: date, until: date) -> Mapping[date, Use]:
        """Return a link's use on each day from ``first`` to before ``until``."""

    def monthly_use(self, link: Link, month: date) -> Use | None:
        """Return a link's use in the month that begins on that day; None where too little is kept of it."""


class KeptHistory:
    """The history of the file, and of what is not in it yet. Thread-safe where ``unwritten`` is.

    ``fine_days``: for how long five-minute summaries are kept. ``unwritten``: returns those of a series in memory.
    """

    def __init__(
        self,
        file: HistoryFile,
        now_utc: Callable[[], datetime],
        fine_days: int,
        unwritten: Callable[[str], Mapping[datetime, Summary]] = lambda _: {},
    ) -> None:
        self._file, self._now_utc, self._fine_days, self._unwritten = file, now_utc, fine_days, unwritten

    @property
    def source(self) -> str:
        """Return 'history', or '' where there is no file."""
        return "history" if self._file.is_there else ""

    def rounds(self, device: str, step: Step, window: Interval) -> Mapping[datetime, Echoes]:
        """Return a device's rounds of echoes."""
        return self._of(device, Echoes, step, window)

    def rates(self, link: Link, step: Step, window: Interval) -> Mapping[datetime, Traffic]:
        """Return what passed a link's interface."""
        return self._of(link.id, Traffic, step, window)

    def power(self, device: str, step: Step, window: Interval) -> Mapping[datetime, UpsPower]:
        """Return the readings of a device's UPS."""
        return self._of(ups_series(device), UpsPower, step, window)

    def daily_use(self, link: Link, first: date, until: date) -> Mapping[date, Use]:
        """Return a link's use on each day: as it was counted, and of days not counted yet from their rates."""
        if not self._file.is_there:
            return {}
        found = self._file.read_use("day", link.id, first, until)
        day = max(max(found) + ONE_DAY if found else first, self._oldest())
        while day < until:
            if (use := use_between(self._file, link.id, day, day + ONE_DAY)) is not None:
                found[day] = use
            day += ONE_DAY
        return found

    def monthly_use(self, link: Link, month: date) -> Use | None:
        """Return a link's use in a month: as it was counted at its end, or from its rates so far."""
        if not self._file.is_there:
            return None
        counted = self._file.read_use("month", link.id, month, month + ONE_DAY)
        if month in counted:
            return counted[month]
        return use_between(self._file, link.id, month, month_after(month)) if month >= self._oldest() else None

    def _oldest(self) -> date:
        """Return the first day of which all five-minute summaries are kept."""
        return (self._now_utc() - timedelta(days=self._fine_days)).date() + ONE_DAY

    def _of(self, series: str, kind: type[Kind], step: Step, window: Interval) -> dict[datetime, Kind]:
        fresh = self._unwritten(series)
        found = self._file.read(step.value, series, kind, *window) if self._file.is_there else {}
        for at_utc, summary in (fresh if step is Step.FINE else hourly(fresh)).items():
            if window[0] <= at_utc < window[1] and isinstance(summary, kind):
                merged = kind.merged([found[at_utc], summary]) if at_utc in found else summary
                found[at_utc] = summary if merged is None else merged
        return dict(sorted(found.items()))
