"""Expose the mirror to an outside help desk: one that stays unavailable shows as a growing age."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from monitor.domain.clock import Clock
from monitor.metrics.text import Body, Family, Line, UncachedLines
from monitor.runtime.live import RuntimeView
from monitor.store import helpdesk_queries
from monitor.store.database import Store
from monitor.store.errors import SQLAlchemyError
from monitor.store.helpdesk_queries import MirrorTotals

PENDING = Family(
    "upazila_helpdesk_pending",
    "gauge",
    "Tickets with events not yet sent to the help desk; absent without one, as are the next two.",
    unit="tickets",
)
OLDEST = Family(
    "upazila_helpdesk_oldest_seconds", "gauge", "Age of the oldest event not yet sent to the help desk.", unit="seconds"
)
REFUSED = Family(
    "upazila_helpdesk_refused",
    "gauge",
    "Tickets that the help desk refused for a reason of their own.",
    unit="tickets",
)
FAMILIES = (PENDING, OLDEST, REFUSED)


class HelpDesk(UncachedLines):
    """The part of the mirror's figures; `ask` queries the database in a thread."""

    def __init__(self, live: RuntimeView, store: Store, clock: Clock) -> None:
        self._live, self._store, self._clock = live, store, clock
        self._totals: MirrorTotals | None = None
        super().__init__(FAMILIES, self._lines)

    def ask(self) -> Callable[[], None]:
        """Query the figures of the configured help desk; nothing without one."""
        if not self._live.helpdesk:
            return self.unanswered
        try:
            with self._store.read_briefly() as session:
                return partial(self._take, helpdesk_queries.totals(session, self._live.helpdesk))
        except SQLAlchemyError:
            return self.unanswered

    def unanswered(self) -> None:
        self._totals = None

    left = unanswered

    def _take(self, totals: MirrorTotals) -> None:
        self._totals = totals

    def bodies(self) -> Iterator[Body]:
        if self._totals is not None:
            yield from super().bodies()

    def _lines(self) -> Iterator[Line]:
        assert self._totals is not None
        yield from lines(self._live.office_id, self._totals, self._clock.utc())


def lines(office: str, totals: MirrorTotals, now_utc: datetime) -> Iterator[Line]:
    """Yield the totals' lines."""
    oldest_s = (now_utc - totals.oldest_utc).total_seconds() if totals.oldest_utc else 0.0
    yield PENDING.of(totals.pending, office)
    yield OLDEST.of(max(oldest_s, 0.0), office)
    yield REFUSED.of(totals.refused, office)
