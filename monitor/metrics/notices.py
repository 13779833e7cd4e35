"""Expose the mail path: what is late, merged, or missing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from monitor.alerts.channels.registry import CHANNELS, channels_needed_by
from monitor.alerts.notices.briefs import missed
from monitor.charter.office import Office
from monitor.domain.clock import Clock
from monitor.domain.notice_kinds import BRIEFS
from monitor.metrics.text import Body, Family, Labels, Line, UncachedLines
from monitor.runtime.live import RuntimeView
from monitor.store import notice_queries
from monitor.store.database import Store
from monitor.store.errors import SQLAlchemyError
from monitor.store.notice_queries import Outbox

BRIEF = Labels("brief")

PENDING = Family(
    "upazila_outbox_owed",
    "gauge",
    "Notices that are due and not delivered yet (pending).",
    unit="notices",
    per="office",
)
OLDEST = Family(
    "upazila_outbox_oldest_seconds",
    "gauge",
    "Age of the oldest pending notice since it was due; it grows while nothing is delivered.",
    unit="seconds",
    per="office",
)
DEAD = Family(
    "upazila_outbox_dead",
    "gauge",
    "Notices that were given up after all tries: their recipients were not notified.",
    unit="notices",
    per="office",
)
LATE = Family(
    "upazila_outbox_late",
    "gauge",
    "1 while a notice has been pending for longer than [notices] late_after_s.",
    unit="0 or 1",
    per="office",
)
MERGED = Family(
    "upazila_notices_folded_total",
    "counter",
    "Notices merged into another: into a digest, or a later notice of their thread.",
    unit="notices",
    per="office",
)
LAST = Family(
    "upazila_brief_last_sent_timestamp_seconds",
    "gauge",
    "When the last brief of the kind was delivered; absent before the first.",
    BRIEF,
    unit="seconds since 1970",
    most=len(BRIEFS),
    per="office",
)
MISSED = Family(
    "upazila_brief_missed",
    "gauge",
    "1 while a brief is more than an hour late; absent where nobody receives it.",
    BRIEF,
    unit="0 or 1",
    most=len(BRIEFS),
    per="office",
)
FAULTY = Family(
    "upazila_outbox_faulty",
    "gauge",
    "Notices that this program cannot write: a fault of its own, to be fixed by an upgrade.",
    unit="notices",
    per="office",
)
AWAY = Family(
    "upazila_notices_channel_away",
    "gauge",
    "1 while a configured channel ('email', 'sms' and so on) cannot be reached and its notices are pending.",
    Labels("channel"),
    unit="0 or 1",
    most=len(CHANNELS),
)
FAMILIES = (PENDING, OLDEST, DEAD, LATE, FAULTY, MERGED, LAST, MISSED)
EMPTY = Outbox()


@dataclass(frozen=True)
class MailPath:
    """The mail path's state for the offices of a session together.

    ``sent``: notices ever delivered; ``fault``: why this program cannot write the latest of the faulty ones;
    ``missed``: by kind of brief, in any of the offices.
    """

    outbox: Outbox
    sent: int = 0
    fault: str = ""
    missed: Mapping[str, bool] = field(default_factory=dict)

    def late_s(self, now_utc: datetime) -> float:
        """Return the age of the oldest pending notice in seconds."""
        return _late_s(self.outbox, now_utc)


def mail_path(store: Store, live: RuntimeView, now_utc: datetime) -> MailPath:
    """Query the mail path's state for the offices of the store's sessions; raises SQLAlchemyError."""
    offices = live.offices
    shown = offices.by_id if store.offices is None else {id_: offices.office(id_) for id_ in store.offices}
    with store.read_briefly() as session:
        found: dict[str, bool] = {}
        for briefs in missed(session, shown, now_utc).values():
            found |= {kind: is_missed or found.get(kind, False) for kind, is_missed in briefs.items()}
        outbox = notice_queries.outbox(session, now_utc)
        return MailPath(outbox, notice_queries.sent(session), notice_queries.latest_fault(session), found)


def channels(live: RuntimeView) -> Iterator[Line]:
    """Which channels could not be reached, as the daemon knows that sends; they are the installation's."""
    needed = {channel for office in live.offices.by_id.values() for channel in channels_needed_by(office)}
    for channel in sorted(needed):
        yield AWAY.of(channel in live.mail_trouble, live.office_id, channel)


@dataclass(frozen=True)
class _Stored:
    """The database's figures, by office; ``last``: by office and kind of brief, when the last was delivered."""

    outboxes: Mapping[str, Outbox]
    last: Mapping[tuple[str, str], datetime]
    missed: Mapping[str, Mapping[str, bool]]


class Notices(UncachedLines):
    """The part of the mail path's figures; `ask` queries the database in a thread."""

    is_awaited = True

    def __init__(self, live: RuntimeView, store: Store, clock: Clock) -> None:
        self._live, self._store, self._clock = live, store, clock
        self._stored: _Stored | None = None
        super().__init__(FAMILIES, self._lines)

    def ask(self) -> Callable[[], None]:
        """Query the figures; shows nothing when the database does not answer."""
        now_utc = self._clock.utc()
        try:
            with self._store.read_briefly() as session:
                stored = _Stored(
                    notice_queries.outboxes(session, now_utc),
                    notice_queries.last_sent(session, tuple(BRIEFS)),
                    missed(session, self._live.offices.by_id, now_utc),
                )
        except SQLAlchemyError:
            return self.unanswered
        return partial(self._take, stored)

    def unanswered(self) -> None:
        self._stored = None

    left = unanswered

    def _take(self, stored: _Stored) -> None:
        self._stored = stored

    def bodies(self) -> Iterator[Body]:
        if self._stored is not None:
            yield from super().bodies()

    def _lines(self) -> Iterator[Line]:
        assert self._stored is not None
        now_utc, stored = self._clock.utc(), self._stored
        for id_, office in self._live.offices.by_id.items():
            yield from _outbox(office, stored.outboxes.get(id_, EMPTY), now_utc)
            for brief in BRIEFS:
                if (at_utc := stored.last.get((id_, brief))) is not None:
                    yield LAST.of(at_utc.timestamp(), office.id, brief)
            for kind, is_missed in sorted(stored.missed.get(id_, {}).items()):
                yield MISSED.of(is_missed, office.id, kind)


def _outbox(office: Office, outbox: Outbox, now_utc: datetime) -> Iterator[Line]:
    late_s = _late_s(outbox, now_utc)
    yield PENDING.of(outbox.owed, office.id)
    yield OLDEST.of(late_s, office.id)
    yield DEAD.of(outbox.dead, office.id)
    yield LATE.of(late_s > office.notices.late_after_s, office.id)
    yield FAULTY.of(outbox.faulty, office.id)
    yield MERGED.of(outbox.merged, office.id)


def _late_s(outbox: Outbox, now_utc: datetime) -> float:
    oldest = outbox.oldest_due_utc
    return max((now_utc - oldest).total_seconds(), 0.0) if oldest else 0.0
