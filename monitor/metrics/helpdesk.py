"""Expose the mirror to an outside help desk: one that stays unavailable shows as a growing age."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial

from monitor.domain.clock import Clock
from monitor.metrics.text import Body, Family, Line, UncachedLines
from monitor.runtime.live import RuntimeView
from monitor.store import helpdesk_queries
from monitor.store.database import Store
from monitor.store.errors import SQLAlchemyError
from monitor.store.helpdesk_queries import MirrorBacklog

PENDING = Family(
    "upazila_helpdesk_pending",
    "gauge",
    "Tickets with events not yet sent to the help desk; absent without one, as are the next two.",
    unit="tickets",
    per="office",
)
OLDEST = Family(
    "upazila_helpdesk_oldest_seconds",
    "gauge",
    "Age of the oldest event not yet sent to the help desk.",
    unit="seconds",
    per="office",
)
REFUSED = Family(
    "upazila_helpdesk_refused",
    "gauge",
    "Tickets that the help desk refused for a reason of their own.",
    unit="tickets",
    per="office",
)
FAMILIES = (PENDING, OLDEST, REFUSED)
NOTHING = MirrorBacklog()


class HelpDesk(UncachedLines):
    """The part of the mirror's figures; `ask` queries the database in a thread."""

    is_awaited = True

    def __init__(self, live: RuntimeView, store: Store, clock: Clock) -> None:
        self._live, self._store, self._clock = live, store, clock
        self._backlogs: Mapping[tuple[str, str], MirrorBacklog] | None = None
        super().__init__(FAMILIES, self._lines)

    def ask(self) -> Callable[[], None]:
        """Query the figures of the configured help desks; nothing without any."""
        if not any(office.helpdesk.configured for office in self._live.offices.by_id.values()):
            return self.unanswered
        try:
            with self._store.read_briefly() as session:
                return partial(self._take, helpdesk_queries.backlogs(session))
        except SQLAlchemyError:
            return self.unanswered

    def unanswered(self) -> None:
        self._backlogs = None

    left = unanswered

    def _take(self, backlogs: Mapping[tuple[str, str], MirrorBacklog]) -> None:
        self._backlogs = backlogs

    def bodies(self) -> Iterator[Body]:
        if self._backlogs is not None:
            yield from super().bodies()

    def _lines(self) -> Iterator[Line]:
        assert self._backlogs is not None
        for id_, office in self._live.offices.by_id.items():
            if office.helpdesk.configured:
                backlog = self._backlogs.get((office.helpdesk.key, id_), NOTHING)
                yield from lines(office.id, backlog, self._clock.utc())


def lines(office: str, backlog: MirrorBacklog, now_utc: datetime) -> Iterator[Line]:
    """Yield an office's lines."""
    oldest_s = (now_utc - backlog.oldest_utc).total_seconds() if backlog.oldest_utc else 0.0
    yield PENDING.of(backlog.pending, office)
    yield OLDEST.of(max(oldest_s, 0.0), office)
    yield REFUSED.of(backlog.refused, office)
