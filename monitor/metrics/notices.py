"""Expose the mail path: what is late, merged, or missing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from monitor.alerts.channels.registry import CHANNELS, channels_needed_by
from monitor.alerts.notices.briefs import missed
from monitor.domain.clock import Clock
from monitor.domain.notice_kinds import BRIEFS
from monitor.metrics.text import Body, Family, Labels, Line, UncachedLines
from monitor.runtime.live import RuntimeView
from monitor.store import notice_queries, queries
from monitor.store.database import Store
from monitor.store.errors import SQLAlchemyError
from monitor.store.work import Work

BRIEF = Labels("brief")

LATE = Family(
    "upazila_outbox_late",
    "gauge",
    "1 while a notice has been pending for longer than [notices] late_after_s.",
    unit="0 or 1",
)
MERGED = Family(
    "upazila_notices_folded_total",
    "counter",
    "Notices merged into another: into a digest, or a later notice of their thread.",
    unit="notices",
)
LAST = Family(
    "upazila_brief_last_sent_timestamp_seconds",
    "gauge",
    "When the last brief of the kind was delivered; absent before the first.",
    BRIEF,
    unit="seconds since 1970",
    most=len(BRIEFS),
)
MISSED = Family(
    "upazila_brief_missed",
    "gauge",
    "1 while a brief is more than an hour late; absent where nobody receives it.",
    BRIEF,
    unit="0 or 1",
    most=len(BRIEFS),
)
FAULTY = Family(
    "upazila_outbox_faulty",
    "gauge",
    "Notices that this program cannot write: a fault of its own, to be fixed by an upgrade.",
    unit="notices",
)
AWAY = Family(
    "upazila_notices_channel_away",
    "gauge",
    "1 while a configured channel ('email', 'sms' and so on) cannot be reached and its notices are pending.",
    Labels("channel"),
    unit="0 or 1",
    most=len(CHANNELS),
)
FAMILIES = (LATE, FAULTY, MERGED, LAST, MISSED)


@dataclass(frozen=True)
class MailPath:
    """The mail path's state; ``missed``: by kind of brief."""

    outbox: queries.OutboxView
    merged: int = 0
    last: Mapping[str, datetime] = field(default_factory=dict)
    missed: Mapping[str, bool] = field(default_factory=dict)

    def late_s(self, now_utc: datetime) -> float:
        """Return the age of the oldest pending notice in seconds."""
        oldest = self.outbox.oldest_due_utc
        return max((now_utc - oldest).total_seconds(), 0.0) if oldest else 0.0


def mail_path(store: Store, live: RuntimeView, now_utc: datetime) -> MailPath:
    """Query the mail path's state; raises SQLAlchemyError."""
    office = live.office
    with store.read_briefly() as session:
        return MailPath(
            queries.outbox(session, now_utc),
            notice_queries.merged(session),
            notice_queries.last_sent(session, tuple(BRIEFS)),
            missed(Work(session, office, now_utc)),
        )


def channels(live: RuntimeView) -> Iterator[Line]:
    """Which channels could not be reached, as the daemon knows that sends."""
    for channel in sorted(channels_needed_by(live.office)):
        yield AWAY.of(channel in live.mail_trouble, live.office_id, channel)


class Notices(UncachedLines):
    """The part of the mail path's figures; `ask` queries the database in a thread."""

    def __init__(self, live: RuntimeView, store: Store, clock: Clock) -> None:
        self._live, self._store, self._clock = live, store, clock
        self._path: MailPath | None = None
        super().__init__(FAMILIES, self._lines)

    def ask(self) -> Callable[[], None]:
        """Query the figures; shows nothing when the database does not answer."""
        try:
            return partial(self._take, mail_path(self._store, self._live, self._clock.utc()))
        except SQLAlchemyError:
            return self.unanswered

    def unanswered(self) -> None:
        self._path = None

    left = unanswered

    def _take(self, path: MailPath) -> None:
        self._path = path

    def bodies(self) -> Iterator[Body]:
        if self._path is not None:
            yield from super().bodies()

    def _lines(self) -> Iterator[Line]:
        assert self._path is not None
        office = self._live.office
        yield LATE.of(self._path.late_s(self._clock.utc()) > office.notices.late_after_s, office.id)
        yield FAULTY.of(self._path.outbox.faulty, self._live.office_id)
        yield MERGED.of(self._path.merged, self._live.office_id)
        for brief, at_utc in sorted(self._path.last.items()):
            yield LAST.of(at_utc.timestamp(), self._live.office_id, brief)
        for brief, is_missed in sorted(self._path.missed.items()):
            yield MISSED.of(is_missed, self._live.office_id, brief)
