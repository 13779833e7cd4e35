"""Enqueue the morning and the weekly brief: when each is due, and its facts.

Both are derived at every look: a brief is due from the opening of its day on, once, under the name of that day. So a
restart, a suspend or a step of the clock neither loses nor repeats one. Briefs due before the monitor was first started
are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from monitor.alerts.notices.brief_facts import A_WEEK, Busy, morning_facts, weekly_facts
from monitor.alerts.notices.outbox import key, new_notice
from monitor.charter.calendar import Calendar, CalendarError
from monitor.charter.office import Office
from monitor.domain.notice_kinds import MORNING, WEEKLY, NoticeKind
from monitor.store import notice_rows
from monitor.store.session import Session
from monitor.store.work import Work

LATE_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Brief:
    """One brief, the day it is named after, and since when it is due."""

    kind: NoticeKind
    day: date
    opens_utc: datetime

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.day:%Y%m%d}"

    def keys(self, readers: Sequence[str]) -> list[str]:
        """Return the outbox keys of the brief for each recipient."""
        return [key(self.name, self.kind, "", reader) for reader in readers]


def briefs_due(calendar: Calendar, now_utc: datetime) -> list[Brief]:
    """Return the briefs due by now: today's while the office is open, and this week's once it has opened."""
    found = []
    today = calendar.day(calendar.local(now_utc).date())
    if today.opens is not None and today.closes is not None and today.opens <= now_utc < today.closes:
        found.append(Brief(MORNING, today.date, today.opens.astimezone(UTC)))
    weekly = weekly_of(calendar, now_utc)
    if weekly is not None and weekly.opens_utc <= now_utc:
        found.append(weekly)
    return found


def week_begins(calendar: Calendar, now_utc: datetime) -> date:
    """Return the Sunday of the present week."""
    today = calendar.local(now_utc).date()
    return today - timedelta(days=(today.weekday() + 1) % 7)


def weekly_of(calendar: Calendar, now_utc: datetime) -> Brief | None:
    """Return this week's brief, also while it is ahead; None in a week in which the office never opens."""
    sunday = week_begins(calendar, now_utc)
    try:
        first = calendar.next_working_day(sunday)
    except CalendarError:
        return None
    if first.opens is None or first.date >= sunday + A_WEEK:
        return None
    return Brief(WEEKLY, first.date, first.opens.astimezone(UTC))


def enqueue_briefs(work: Work, busy: Busy) -> list[str]:
    """Enqueue the briefs that are due and not in the outbox yet; return their names.

    ``busy``: links by the share of their speed in use, 0 to 1, which only the running daemon knows.
    """
    pending = []
    for brief in briefs_due(work.office.calendar, work.now_utc):
        readers = _readers(work.office)[brief.kind]
        there = notice_rows.known_keys(work.session, brief.keys(readers))
        missing = [reader for reader, its in zip(readers, brief.keys(readers), strict=True) if its not in there]
        if not missing or not notice_rows.anything_known(work.session, brief.opens_utc):
            continue
        facts = morning_facts(work, busy) if brief.kind == MORNING else weekly_facts(work, brief.opens_utc)
        for reader in missing:
            work.session.add(new_notice(work, brief.name, brief.kind, reader, facts))
        pending.append(brief.name)
    return pending


def missed(session: Session, offices: Mapping[str, Office], now_utc: datetime) -> dict[str, dict[str, bool]]:
    """Return, by office and kind, whether a brief is more than an hour late; kinds without recipients are left out.

    ``offices``: by the id under which their rows are stored.
    """
    found: dict[str, dict[str, bool]] = {}
    late: list[tuple[str, Brief, list[str]]] = []
    for id_, office in offices.items():
        readers = _readers(office)
        found[id_] = {kind: False for kind, who in readers.items() if who}
        late += [
            (id_, brief, brief.keys(readers[brief.kind]))
            for brief in briefs_due(office.calendar, now_utc)
            if readers[brief.kind] and now_utc >= brief.opens_utc + LATE_AFTER
        ]
    if not late:
        return found
    keys = sorted({key for _, _, keys in late for key in keys})
    sent = notice_rows.sent_of(session, {id_ for id_, _, _ in late}, keys)
    unsent = [(id_, brief) for id_, brief, keys in late if not sent.issuperset((id_, key) for key in keys)]
    known = {opens: notice_rows.offices_known(session, opens) for opens in {brief.opens_utc for _, brief in unsent}}
    for id_, brief in unsent:
        found[id_][brief.kind] = id_ in known[brief.opens_utc]
    return found


def _readers(office: Office) -> Mapping[NoticeKind, Sequence[str]]:
    """Return who gets which brief of an office."""
    return {MORNING: office.notices.morning, WEEKLY: office.notices.weekly}
